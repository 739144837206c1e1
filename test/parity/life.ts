/** One node's life in the simulator, long enough to show every part of it: join, twenty wakes, a lost uplink, a lamp's command, an update, a reboot.
 *  Lived twice, by the sources and by the bundle, it must come out the same to the microsecond. */
import { Script } from 'node:vm'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { tableAes } from '../../core/lorawan/aes.ts'
import { groupSession } from '../../core/lorawan/multicast.ts'
import { DOWNLINK_PORT, encodeGroupSetup, encodeLampCommand } from '../../core/packet/index.ts'
import { decodeSettings } from '../../core/settings.ts'
import type { Board } from '../../firmware/board.ts'
import type { Hal } from '../../firmware/hal/index.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { start } from '../../firmware/start.ts'
import { Air } from '../../sim/air.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { ESP32_COSTS } from '../../sim/costs.ts'
import { SimNode, type NodePlan } from '../../sim/node.ts'
import { filesOn } from '../../sim/files.ts'
import { Wire } from '../../sim/tcp.ts'
import { World } from '../../sim/world/world.ts'
import type { TestRelease } from '../gateway/update/release.ts'
import { MqttSite } from '../sim/mqttSite.ts'
import { EspruinoBoard } from './board.ts'
import { builtLoader } from './built.ts'
import { Network } from './network.ts'
import { running } from './release.ts'
import { filesIn, load, slotsOf, updatableSlots } from './slots.ts'
import type { Transcript } from './transcript.ts'
import { Updates } from './updates.ts'

const SEED = 7
const START_MS = Date.UTC(2026, 9, 11, 17)
const REGION = as923_2
/** Wakes out of deep sleep before the life is looked at. */
export const WAKES = 20
/** A light does not sleep: this many of its intervals instead. */
const LIGHT_INTERVALS = 20
const COMMAND = { command: 77, levelPercent: 0, durationSeconds: 1_500 }

const GROUP = { address: 0xfe000001, key: new Uint8Array(16).fill(7), nextCounter: 9 }
const GROUP_COMMAND = { command: 78, levelPercent: 0, durationSeconds: 600 }

/** A key's schedule is no call to the board, so its price would be the sources' alone. */
const COSTS = { ...ESP32_COSTS, aesKeyMicros: -ESP32_COSTS.callMicros }

/** How long a life is, and who is given its transcripts: a long one has more of them than fit in memory. */
export interface LifeOptions {
  /** Wakes out of deep sleep; of a light, its intervals. */
  readonly wakes?: number
  /** The program that the loader takes for the first after an upload; none of them is when it is left out. */
  readonly firstStart?: number
  readonly onProgram?: (transcript: Transcript) => void
  /** Called before each start of the node's program. */
  readonly onStart?: () => void
  /** What the node is updated to in the midst of its life; it goes on as that. */
  readonly update?: LifeUpdate
}

export interface LifeUpdate {
  readonly release: TestRelease
  readonly version: number
  /** The bundle that the node begins with. */
  readonly before: string
  /** Whose releases the node takes. */
  readonly signer: Uint8Array
}

/** From this many wakes on a life has all that years bring: the node is started anew every so often and loses its power once, and the network is silent
 *  long enough for a queue that then has to be drained. */
const LONG = 100
const RESET_EVERY = 150
const SILENT_FROM = 0.3
const SILENT_TO = 0.4
/** Of all its wakes behind an update's offer. */
const UPDATE_FROM = 0.6

/** What a life leaves behind. */
export interface Life {
  /** Frames in both directions and switched lamps, one a line, in order. */
  readonly events: string[]
  readonly network: Network
  /** What the node wrote to its technician's cable. */
  readonly logs: string[]
  readonly wakes: number
  /** Only of a bundle, and only where nobody else is given them: a transcript a program. */
  readonly programs: Transcript[]
  readonly settings: Uint8Array
  /** The network's half of the update, where there was one. */
  readonly updates: Updates | undefined
  /** The node's files as they were left. */
  readonly files: ReadonlyMap<string, Buffer>
}

type Program = (node: SimNode, hal: Hal) => void

const planOf = (profile: Profile): NodePlan => ({
  devEui: '70b3d57ed0c0ffee',
  joinEui: '70b3d57ed0fa0001',
  appKey: '000102030405060708090a0b0c0d0e0f',
  name: profile.name,
  profile,
  latitude: 16.5487,
  longitude: 107.5126,
  distanceM: 700,
  powerOnMs: 0,
})

/** The area that Espruino's Hal leaves to the node: one sector less. */
function nodeFlash(hal: Hal): Hal['flash'] {
  const { flash } = hal
  return {
    size: flash.size - flash.sectorSize,
    sectorSize: flash.sectorSize,
    read: (offset, length) => flash.read(offset, length),
    write: (offset, bytes) => flash.write(offset, bytes),
    erase: (offset) => flash.erase(offset),
  }
}

/** Power as the Hal of a bundle gives it. */
const powerOf = ({ power }: Hal, isFirst: boolean): Hal['power'] => ({
  resetReason: () => (isFirst ? 'load' : power.resetReason()),
  watch: (seconds) => power.watch(seconds),
  deepSleep: (durationMs) => power.deepSleep(durationMs),
})

/** The firmware's own sources on the simulator's Hal, with these files. `isFirst`: the loader says that the bundle never ran before. */
function runSources(node: SimNode, hal: Hal, files: ReadonlyMap<string, Buffer>, isFirst: boolean): void {
  const { board, profile, region } = node.parts
  const { clock, gpio, adc, i2c, spi, aes, wlan } = hal
  start(board, profile, region, {
    power: powerOf(hal, isFirst),
    ...{ clock, gpio, adc, i2c, spi, aes, flash: nodeFlash(hal), ...(wlan ? { wlan } : {}) },
    files: () => filesOn(node.machine, filesIn(files)),
    sha256: hal.sha256!,
    settings: (file) => hal.settings(file),
    noise: () => hal.noise(),
    freeVariables: () => hal.freeVariables(),
    onError: (run) => hal.onError(run),
    log: (line) => hal.log(line),
  })
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Lives with the sources, or with `bundle` when one is given. */
export const live = (
  board: Board,
  profile: Profile,
  bundle?: string,
  options: LifeOptions = {},
): Promise<Life> => running.run({ release: 1 }, () => lived(board, profile, bundle, options))

async function lived(
  board: Board,
  profile: Profile,
  bundle: string | undefined,
  options: LifeOptions,
): Promise<Life> {
  const programs: Transcript[] = []
  const onProgram = options.onProgram ?? ((transcript) => void programs.push(transcript))
  const clock = new VirtualClock(START_MS)
  const world = new World({ seed: SEED, startMs: START_MS, latitude: 16.5487, longitude: 107.5126 })
  const channelsHz = [...REGION.channelsHz, ...REGION.extraChannelsHz]
  const air = new Air(clock, { channelsHz, gatewayAntennaDbi: 3, nodeAntennaDbi: 0 })
  const events: string[] = []
  const logs: string[] = []
  const sinceStart = (micros: number): string => String(micros - START_MS * 1000)
  const note = (what: string, micros = clock.nowMicros()): void =>
    void events.push(`${sinceStart(micros)} ${what}`)
  let espruino: EspruinoBoard | undefined
  const loader = new Script(builtLoader())
  const { update } = options
  const files = update ? updatableSlots(update.before, update.signer) : slotsOf(bundle ?? '', true)
  let wakes = -1
  const isLight = profile.name === 'light'
  const target = options.wakes ?? (isLight ? LIGHT_INTERVALS : WAKES)
  const offer = (): void => {
    if (update)
      network.updates ??= new Updates(clock, update, (payload) => network.say(DOWNLINK_PORT.update, payload))
  }
  const program: Program = (own, hal) => {
    wakes++
    options.onStart?.()
    // A node that is new wakes so often that an interval is not looked into in time.
    if (!isLight && wakes >= UPDATE_FROM * target) offer()
    if (bundle === undefined) {
      const loaded = load(loader, files)
      if (update) running.getStore()!.release = loaded.release
      return runSources(own, hal, files, update !== undefined && loaded.isFirst)
    }
    espruino ??= new EspruinoBoard(own, hal, board, onProgram)
    espruino.start(loader, wakes === options.firstStart ? slotsOf(bundle, false) : files)
  }
  const wire = new Wire()
  const wifi = { wire, settings: { ssid: 'Xa', password: 'mot hai ba', host: '127.0.0.1', port: 1 } }
  const shared = { wifi, clock, world, air, board, region: REGION, costs: COSTS, seed: SEED, program }
  const node = new SimNode(planOf(profile), { ...shared, log: (_, line) => logs.push(line) })
  const settings = decodeSettings(node.settings!)
  if (typeof settings === 'string') throw new Error(settings)
  const network = new Network(clock, REGION, settings.appKey, (bytes) => note(`down ${hex(bytes)}`))
  if (board.link === 'lorawan') network.listen(air)
  else
    network.speak = (bytes) => {
      wire.touch()
      site.say(bytes)
    }
  const site = new MqttSite(settings)
  site.hear = (phy) => {
    note(`up ${hex(phy)}`)
    const answer = network.hear(phy, clock.nowMicros())
    if (answer) note(`down ${hex(answer)}`)
    return answer
  }
  await site.start()
  wifi.settings.port = site.port
  const run = (ms: number): Promise<void> => clock.run(clock.now() + ms, () => wire.answered())
  network.deafTo.add(4)
  air.onSent = (_, frame) => note(`up ${hex(frame.bytes)}`, frame.startMicros)
  watchRelay(node, board, note)
  node.powerOn()
  await liveOn({ run, clock, node, network, offer, wakes: () => wakes }, isLight, target)
  node.machine.reboot('software')
  await run(node.intervalSeconds * 2_000)
  espruino?.end()
  const life = [...events]
  node.powerOff()
  await site.stop()
  const { updates } = network
  return { events: life, network, logs, wakes, programs, settings: node.settings!, updates, files }
}

/** Notes every change of the relay's coil. */
function watchRelay(node: SimNode, board: Board, note: (what: string, micros: number) => void): void {
  const pin = node.machine.pin(board.mount.relay)
  const drive = pin.onWrite
  if (!drive) return
  let was = false
  pin.onWrite = (high, atMicros) => {
    if (high !== was) note(`relay ${high ? 'on' : 'off'}`, atMicros)
    was = high
    drive(high, atMicros)
  }
}

/** What a light is told between two uplinks, in the order of the intervals: to join a group, and what the group is told. */
function tellGroup(network: Network, interval: number): void {
  const into = new Uint8Array(24)
  if (interval === 9) {
    encodeGroupSetup(GROUP, into)
    network.say(DOWNLINK_PORT.group, into)
  } else if (interval === 11) {
    const bytes = encodeLampCommand(GROUP_COMMAND, into)
    const session = groupSession(tableAes, GROUP.key, GROUP.address)
    network.say(DOWNLINK_PORT.lamp, into.subarray(0, bytes), { session, counter: GROUP.nextCounter })
  }
}

interface Living {
  /** Lets milliseconds pass. */
  run(ms: number): Promise<void>
  readonly clock: VirtualClock
  readonly node: SimNode
  readonly network: Network
  /** From now on the network has a release for the node, where there is one in its life. */
  offer(): void
  /** Wakes so far. */
  wakes(): number
}

/** Runs until a node has woken often enough, and a light, which does not sleep, for as many of its intervals, with a
 *  command in their midst and a group's behind it. */
async function liveOn(living: Living, isLight: boolean, target: number): Promise<void> {
  const { node, network } = living
  let passed = 0
  for (let i = 0; passed < target; i++) {
    if (isLight && i === 5) network.lamp = COMMAND
    if (isLight && i >= UPDATE_FROM * target) living.offer()
    // Half an interval behind the uplink, when the light is at rest.
    if (isLight)
      living.clock.at(living.clock.nowMicros() + node.intervalSeconds * 500_000, () => tellGroup(network, i))
    if (target >= LONG) {
      network.deaf = passed >= SILENT_FROM * target && passed < SILENT_TO * target
      if (i % RESET_EVERY === RESET_EVERY - 1) node.machine.reboot('software')
      if (i === RESET_EVERY / 2) {
        node.machine.powerOff()
        await living.run(node.intervalSeconds * 1000)
        node.powerOn()
      }
    }
    await living.run(node.intervalSeconds * 1000)
    passed = isLight ? i + 1 : living.wakes()
  }
}
