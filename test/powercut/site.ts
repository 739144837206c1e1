/** One node with its gateway, whose life can be begun at any moment it has come to before: flash, clock and what the network knows are all there is,
 *  since a program begins with nothing in RAM. The firmware is its own sources on the simulator's board; the last sector of the area is the sleep chain's. */
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import { MIN, wire } from '../../core/packet/wire.ts'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { decodeSettings, type Settings } from '../../core/settings.ts'
import type { Board } from '../../firmware/board.ts'
import type { Hal, ResetReason } from '../../firmware/hal/index.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { start } from '../../firmware/start.ts'
import { Air } from '../../sim/air.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { ESP32_COSTS } from '../../sim/costs.ts'
import { SimNode, type NodePlan } from '../../sim/node.ts'
import { Wire } from '../../sim/tcp.ts'
import { World } from '../../sim/world/world.ts'
import { answerOnAir } from '../parity/answers.ts'
import { Broker, WIFI } from '../sim/broker.ts'
import { Network, newAbpNetwork, newNetwork, type NetworkState } from './network.ts'
import { TearingFlash, type Operation } from './tearingFlash.ts'

export const START_MS = Date.UTC(2026, 9, 11, 17)
export const REGION = as923_2
const SEED = 7
const PLACE = { latitude: 16.5487, longitude: 107.5126 }
const WORLD = new World({ seed: SEED, startMs: START_MS, ...PLACE })

/** What a site is made with, besides its profile. */
export interface Make {
  readonly board?: Board
  /** The record of a node that never joins. */
  readonly abp?: Uint8Array
}

/** The beginning of a program, with all that it can know. */
export interface Moment {
  readonly timeMs: number
  /** When the power came on, and what the node's own clock shows: asleep it does not go as the world's. */
  readonly poweredMs: number
  readonly ownMs: number
  readonly reason: ResetReason
  readonly flash: Uint8Array
  readonly network: NetworkState
  /** Samples measured before. */
  readonly taken: number
  readonly settings: Uint8Array
  readonly make: Make
  /** What the program asked of the flash until it ended. */
  operations: Operation[]
}

/** Values of the sample that was measured as the `n`th, in a profile of three quantities: no other has its first, which counts up from the lowest of the
 *  packet's narrow range, and every fiftieth does not fit the narrow range of its second. */
export const valuesOf = ({ quantities }: Profile, n: number): number[] => [
  10 * n + wire(quantities[0]!, MIN),
  n % 50 === 49 ? 8_000 : 2_000 + ((n * 37) % 100) * 10,
  3_900 + (n % 5) * 20,
]
export const numberOf = ({ quantities }: Profile, first: number): number =>
  (first - wire(quantities[0]!, MIN)) / 10

/** The profile with sensors that count. */
function counting(profile: Profile, site: Site): Profile {
  if (profile.name === 'light') return profile
  const sensor = {
    quantities: profile.quantities,
    start: () => 20,
    read: (into: Int32Array, at: number) => {
      into.set(valuesOf(profile, ++site.taken), at)
      return 'ok' as const
    },
  }
  // In its ordinary cadence: the fast one of the first minutes writes the same records thirty times as often.
  return { ...profile, commissioned: false, mount: () => [sensor] }
}

const planOf = (profile: Profile): NodePlan => ({
  devEui: '70b3d57ed0c0ffee',
  joinEui: '70b3d57ed0fa0001',
  appKey: '000102030405060708090a0b0c0d0e0f',
  name: profile.name,
  profile,
  ...PLACE,
  distanceM: 200,
  powerOnMs: 0,
})

export class Site {
  readonly clock: VirtualClock
  readonly node: SimNode
  readonly flash = new TearingFlash()
  readonly network: Network
  readonly settings: Settings
  /** Of a board with Wi-Fi. */
  readonly broker: Broker | undefined
  taken: number
  /** Frames that the node would not take, over MQTT: it says so at its cable. */
  refused = 0
  /** Called when a program begins. */
  onProgram: () => void = () => undefined
  private poweredMs: number
  private enabled: boolean

  constructor(
    readonly profile: Profile,
    moment?: Moment,
    private readonly make: Make = moment?.make ?? {},
  ) {
    this.poweredMs = moment?.poweredMs ?? START_MS
    this.clock = new VirtualClock(this.poweredMs)
    this.taken = moment?.taken ?? 0
    this.enabled = !moment
    const channelsHz = [...REGION.channelsHz, ...REGION.extraChannelsHz]
    const air = new Air(this.clock, { channelsHz, gatewayAntennaDbi: 3, nodeAntennaDbi: 0 })
    const { board = ttgoLora32V21, abp } = make
    this.node = new SimNode(planOf(counting(profile, this)), {
      ...{
        clock: this.clock,
        world: WORLD,
        air,
        board,
        region: REGION,
        costs: ESP32_COSTS,
        seed: SEED,
      },
      ...(board.link === 'mqtt' ? { wifi: { wire: new Wire(), settings: WIFI } } : {}),
      log: () => undefined,
      program: (_, hal) => this.program(hal),
    })
    Object.assign(this.node.machine, { flash: this.flash })
    if (moment) {
      this.flash.bytes.set(moment.flash)
      this.node.settings = moment.settings
    }
    this.node.abp = abp
    const settings = decodeSettings(this.node.settings!)
    if (typeof settings === 'string') throw new Error(settings)
    this.settings = settings
    const state = moment ? structuredClone(moment.network) : abp ? newAbpNetwork() : newNetwork()
    const overAir = board.link === 'lorawan'
    const network = (this.network = new Network(state, REGION, settings.appKey, overAir))
    const hear = (phy: Uint8Array, endMicros = this.clock.nowMicros()) => network.hear(phy, endMicros)
    if (overAir) answerOnAir({ clock: this.clock, air, region: REGION }, hear)
    const taken = (answer: Uint8Array): void => network.taken(answer)
    this.broker = overAir ? undefined : new Broker(this.node.machine, settings, hear, taken)
  }

  /** Goes on from the moment that the site was made of. */
  async resume(moment: Moment): Promise<void> {
    this.node.powerOn()
    await this.clock.run(moment.timeMs)
    this.enabled = true
    this.node.machine.setOwnMs(moment.ownMs)
    this.node.machine.reboot(moment.reason)
  }

  powerOn(): void {
    this.poweredMs = Math.ceil(this.clock.nowMicros() / 1000)
    this.node.powerOn()
  }

  /** Seconds of the world. */
  async run(seconds: number): Promise<void> {
    await this.clock.run(this.clock.now() + seconds * 1000)
  }

  /** What is now, when a program begins. */
  moment(): Moment {
    const timeMs = this.clock.nowMicros() / 1000
    return {
      timeMs,
      poweredMs: this.poweredMs,
      ownMs: this.node.machine.ownMs(timeMs * 1000),
      reason: this.node.machine.resetReason,
      flash: this.flash.bytes.slice(),
      network: structuredClone(this.network.state),
      taken: this.taken,
      settings: this.node.settings!,
      make: this.make,
      operations: this.flash.operations,
    }
  }

  private program(hal: Hal): void {
    if (!this.enabled) return
    this.flash.forget()
    this.onProgram()
    const { flash } = hal
    const { board, profile, region } = this.node.parts
    const { clock, power, gpio, adc, i2c, spi, aes } = hal
    const { sectorSize } = flash
    start(board, profile, region, {
      ...{ clock, power, gpio, adc, i2c, spi, aes },
      ...(this.broker ? { wlan: this.broker } : {}),
      flash: {
        size: flash.size - sectorSize,
        sectorSize,
        read: (offset, length) => flash.read(offset, length),
        write: (offset, bytes) => flash.write(offset, bytes),
        erase: (offset) => flash.erase(offset),
      },
      files: () => hal.files(),
      settings: (file) => hal.settings(file),
      noise: () => hal.noise(),
      freeVariables: () => hal.freeVariables(),
      onError: (run) => hal.onError(run),
      log: (line) => void (this.refused += +(line === 'frame refused')),
    })
  }
}
