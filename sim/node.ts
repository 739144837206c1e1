/** One simulated node: a machine with the chips of its profile wired to the pins of its board, running the firmware's own start(). */
import { encodeNetworkSettings, type NetworkSettings } from '../core/networkSettings.ts'
import { decodeSettings, encodeSettings, type Settings } from '../core/settings.ts'
import type { Region } from '../core/regions/region.ts'
import type { Board, LoraBoard } from '../firmware/board.ts'
import type { Hal } from '../firmware/hal/index.ts'
import type { NodeParts, Profile } from '../firmware/profiles/profile.ts'
import { start } from '../firmware/start.ts'
import type { Air, Link } from './air.ts'
import { Battery } from './chips/battery.ts'
import { JsnSr04t } from './chips/jsnSr04t.ts'
import { wireRadio, type RadioChip } from './chips/radios.ts'
import { rcOscillator } from './chips/rcOscillator.ts'
import { Relay } from './chips/relay.ts'
import { Sht31 } from './chips/sht31.ts'
import { SoilProbe } from './chips/soilProbe.ts'
import type { VirtualClock } from './clock.ts'
import type { Costs } from './costs.ts'
import { SimFiles } from './files.ts'
import { SimHal } from './hal.ts'
import { Ledger, OFF, type Tell } from './ledger.ts'
import { Machine } from './machine.ts'
import { Random } from './random.ts'
import { SimNetwork, type Wire } from './tcp.ts'
import type { Spot, World } from './world/world.ts'

/** Who a node is and where it stands. */
export interface NodePlan {
  /** 16 lower-case hex digits. */
  devEui: string
  joinEui: string
  /** 32 hex digits. */
  appKey: string
  name: string
  profile: Profile
  latitude: number
  longitude: number
  /** From the gateway. */
  distanceM: number
  lamp?: { id: string; group: string }
  /** The run's own when left out. */
  board?: Board
  /** When its technician switches it on, after the run's start. */
  powerOnMs: number
}

/** What all nodes of a run share. */
export interface NodeWorld {
  clock: VirtualClock
  world: World
  air: Air
  board: Board
  region: Region
  costs: Costs
  seed: number
  log(node: string, line: string): void
  /** What nodes with Wi-Fi are connected by, and the address of their broker. */
  wifi?: { wire: Wire; settings: NetworkSettings }
  /** What a node runs when it comes up: the firmware's sources by default, a built bundle in a conformance run. */
  program?: (node: SimNode, hal: Hal) => void
}

const SHT31_ADDRESS = 0x44
/** A board's crystal: within 20 ppm. */
const CRYSTAL_PPM = 20
/** A gauge hangs this far above the highest water that is expected. */
const GAUGE_ABOVE_MM = 600
const GAUGE_DEFAULT_MM = 4_000

export class SimNode {
  readonly machine: Machine
  /** Of a board that has one. */
  readonly radio: RadioChip | undefined
  readonly network: SimNetwork | undefined
  readonly board: Board
  readonly battery: Battery
  readonly link: Link
  /** What each of its parts does with its time. */
  readonly ledger = new Ledger()
  sht31?: Sht31
  soilProbe?: SoilProbe
  gauge?: JsnSr04t
  relay?: Relay
  /** The record a technician wrote; undefined is a blank node. */
  settings: Uint8Array | undefined
  /** The record of a node that never joins (core/abp.ts). */
  abp: Uint8Array | undefined
  /** Where its bundles lie. */
  readonly files = new SimFiles()
  private readonly hal: SimHal
  private readonly spot: Spot
  private readonly gaugeHeightMm: number

  constructor(
    readonly plan: NodePlan,
    private readonly shared: NodeWorld,
  ) {
    const { clock, world, air, costs, seed } = shared
    const board = (this.board = plan.board ?? shared.board)
    const name = plan.devEui
    const random = (what: string): Random => new Random(seed, `${name}/${what}`)
    const rate = 1 + random('crystal').between(-CRYSTAL_PPM, CRYSTAL_PPM) / 1e6
    this.spot = world.spot(name)
    this.machine = new Machine(clock, costs, rate, () => this.begin())
    this.machine.oscillator = rcOscillator(random('oscillator'))
    this.network = board.link === 'mqtt' ? this.wireNetwork() : undefined
    this.hal = new SimHal(this.machine, {
      wlan: this.network,
      files: this.files,
      settings: (file) => (file === 'abp' ? this.abp : this.settings),
      random: random('noise'),
      log: (line) => shared.log(name, line),
    })
    this.link = (air.constructor as typeof Air).link(name, plan.distanceM, random('link'))
    this.radio = board.link === 'lorawan' ? this.wireRadio(board) : undefined
    this.battery = new Battery(random('battery'), (micros) => this.spot.lux(micros), clock.nowMicros())
    const highest = world.stageCmMax()
    this.gaugeHeightMm = highest === undefined ? GAUGE_DEFAULT_MM : Math.round(highest * 10) + GAUGE_ABOVE_MM
    this.wireBoard()
    for (const mount of MOUNTS[plan.profile.name]) mount(this, random)
    this.settings = encodeSettings(this.firstSettings())
  }

  /** What the technician wrote before the node was hung up. */
  firstSettings(): Settings {
    const { plan, soilProbe } = this
    return {
      devEui: Buffer.from(plan.devEui, 'hex'),
      joinEui: Buffer.from(plan.joinEui, 'hex'),
      appKey: Buffer.from(plan.appKey, 'hex'),
      latitudeE4: Math.round(plan.latitude * 10_000),
      longitudeE4: Math.round(plan.longitude * 10_000),
      intervalSeconds: 0,
      samplesPerUplink: 0,
      soilDryMillivolts: soilProbe?.dryMillivolts ?? 2_500,
      soilWetMillivolts: soilProbe?.wetMillivolts ?? 1_200,
      gaugeHeightMm: this.gaugeHeightMm,
      ...{ alarmAbove: 0, alarmRise: 0, alarmWithinMinutes: 0 },
      ...{ lampOnMinutes: 0, lampOffMinutes: 0, darkFromMinutes: 0, darkToMinutes: 0 },
      utcOffsetMinutes: 420,
    }
  }

  /** What the firmware is started with, without what belongs to one program. */
  get parts(): Pick<NodeParts, 'board' | 'profile' | 'region'> {
    const { region } = this.shared
    return { board: this.board, profile: this.plan.profile, region }
  }

  /** Between two samples, by the settings or the profile. */
  get intervalSeconds(): number {
    return this.written()?.intervalSeconds || this.plan.profile.intervalSeconds
  }

  powerOn(): void {
    const now = this.machine.clock.nowMicros()
    this.radio?.power(now)
    this.sht31?.power(now)
    this.powerParts(now)
    this.machine.powerOn()
  }

  /** A technician changes the settings by cable and restarts the node, as `fieldnode provision` does. */
  provision(change: Partial<Settings>): void {
    const written = this.written()
    if (!written) return
    this.settings = encodeSettings({ ...written, ...change })
    if (this.machine.program !== 0) this.machine.reboot('load')
  }

  private written(): Settings | undefined {
    const settings = this.settings === undefined ? 'short' : decodeSettings(this.settings)
    return typeof settings === 'string' ? undefined : settings
  }

  /** Power is cut: RAM, timers and what the chips were told are lost, flash stays. */
  powerOff(): void {
    this.machine.powerOff()
    this.radio?.power(this.machine.clock.nowMicros())
    this.sht31?.power(undefined)
    this.ledger.cut(this.machine.clock.nowMicros())
  }

  /** What hangs on the supply draws from now on; the radio, the processor and what hangs on the rail tell for themselves. */
  private powerParts(atMicros: number): void {
    this.ledger.enter('board', 'on', atMicros)
    this.ledger.enter('flash', 'idle', atMicros)
    if (this.sht31) this.ledger.enter('sht31', 'idle', atMicros)
    if (this.soilProbe) this.ledger.enter('soilProbe', OFF, atMicros)
    if (this.gauge) this.ledger.enter('jsnSr04t', OFF, atMicros)
  }

  private begin(): void {
    const { program = runSources } = this.shared
    program(this, this.hal)
  }

  private wireNetwork(): SimNetwork {
    const { wifi } = this.shared
    if (!wifi) throw new Error(`${this.plan.name}: a board with Wi-Fi and nothing to connect it to`)
    const network = new SimNetwork(this.machine, wifi.wire, () => encodeNetworkSettings(wifi.settings))
    network.onState = this.ledger.teller('wifi')
    return network
  }

  private wireRadio({ radio: pins }: LoraBoard): RadioChip {
    const { machine, ledger } = this
    const { clock, air } = this.shared
    const radio = wireRadio(pins, clock, air.ether(this.link), machine)
    const reset = machine.pin(pins.reset)
    reset.high = reset.pullUp = true
    radio.onState = ledger.teller(pins.chip)
    ledger.read({
      spent: (part, state, micros) => {
        if (part === pins.chip) this.battery.drawRadio(part, state, micros)
      },
    })
    return radio
  }

  private wireBoard(): void {
    const { machine, battery, ledger } = this
    const { board } = this
    machine.onAwake = (awake, atMicros) => {
      if (!awake) this.network?.cut(atMicros)
      battery.draw(!awake, atMicros)
    }
    machine.onPart = (part, state, atMicros) => ledger.enter(part, state, atMicros)
    machine.pin(board.battery.pin).millivolts = () =>
      (battery.millivolts() * 1000) / board.battery.dividerPerMille
  }

  /** I2C: the air around the node. */
  mountSht31(random: Random): void {
    const chip = new Sht31((micros) => this.spot.air(micros), random, this.machine.clock.nowMicros())
    this.sht31 = chip
    chip.onState = this.ledger.teller('sht31')
    this.machine.i2c.set(SHT31_ADDRESS, chip)
  }

  /** Feeds a chip from the board's rail, beside those that hang there already; answers who hears its states. */
  private onRail(part: string, chip: { power(on: boolean, atMicros: number): void }): Tell {
    const rail = this.machine.pin(this.board.mount.rail)
    const { onWrite } = rail
    rail.onWrite = (high, atMicros) => {
      onWrite?.(high, atMicros)
      chip.power(high, atMicros)
    }
    chip.power(false, this.machine.clock.nowMicros())
    return this.ledger.teller(part)
  }

  mountSoilProbe(random: Random): void {
    const probe = new SoilProbe((micros) => this.spot.soil(micros), random)
    this.soilProbe = probe
    probe.onState = this.onRail('soilProbe', probe)
    this.machine.pin(this.board.mount.soilProbe).millivolts = (micros) => probe.millivolts(micros)
  }

  mountGauge(random: Random): void {
    const { trigger, echo } = this.board.mount
    const water = (micros: number) => {
      const stageCm = this.shared.world.stageCm(micros)
      const distanceMm = stageCm === undefined ? undefined : this.gaugeHeightMm - stageCm * 10
      return { distanceMm, airTemperatureC: this.spot.air(micros).temperatureC ?? 25 }
    }
    const chip = new JsnSr04t(this.machine.clock, water, (high) => this.machine.edge(echo, high), random)
    this.gauge = chip
    chip.onState = this.onRail('jsnSr04t', chip)
    this.machine.pin(trigger).onPulse = (micros, atMicros) => chip.trigger(micros, atMicros)
  }

  mountRelay(): void {
    const { relay, relaySense } = this.board.mount
    const chip = new Relay(this.machine.clock)
    this.relay = chip
    this.machine.pin(relay).onWrite = (high, atMicros) => chip.drive(high, atMicros)
    this.machine.pin(relaySense).read = () => chip.sense()
  }
}

/** The firmware itself. */
function runSources({ parts: { board, profile, region } }: SimNode, hal: Hal): void {
  start(board, profile, region, hal)
}

type Mount = (node: SimNode, random: (what: string) => Random) => void

const sht31: Mount = (node, random) => node.mountSht31(random('sht31'))
const soilProbe: Mount = (node, random) => node.mountSoilProbe(random('soilProbe'))
const gauge: Mount = (node, random) => node.mountGauge(random('gauge'))
const relay: Mount = (node) => node.mountRelay()

/** What hangs on a node of each profile. */
const MOUNTS: Record<Profile['name'], readonly Mount[]> = {
  soil: [sht31, soilProbe],
  air: [sht31],
  gauge: [sht31, gauge],
  light: [relay],
}
