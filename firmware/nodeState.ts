/** What a node knows of itself: an array of words that goes to the journal whole, and the time it goes by.
 *
 *  Node seconds go on through deep sleep, resets and power cuts and never go back. After a power cut they go on from the last saved moment, because nobody
 *  counted while the power was off: a difference of node seconds is then less than the time that passed, and the power count has changed to say so.
 *  Time asleep counts as long as the network's time has shown it to be (oscillator.ts). */
import { FILTER_WORDS } from '../core/filter/index.ts'
import { RESET } from '../core/packet/types.ts'
import { append, KIND, latest } from './journal.ts'
import type { MqttLink } from './link/connection.ts'
import type { Heard } from './link/result.ts'
import {
  beginCommissioning,
  COMMISSION_END,
  CRASH_ROW,
  HEALTH_DUE,
  BROKEN,
  noteCrash,
  RESTART,
  COMMISSION_PAUSE_SECONDS,
} from './modes.ts'
import type { NodeParts } from './profiles/profile.ts'
import type { Queue } from './queue.ts'
import type { Mac } from './radio/mac.ts'
import { packWords, takeWords } from './wakeRecord.ts'

/** Nodes that are powered on together begin to send within so long. */
const POWER_SPREAD_SECONDS = 30
/** Node seconds when the words were last saved. It and the next two keep their places for ever (wakeRecord.ts). */
export const SAVED_AT = 0
/** Node seconds at zero of the HAL's clock. */
const BASE = 1
/** Times the node was powered on. */
export const POWER_COUNT = 2
/** Node seconds of the next sample. */
export const SLOT = 3
/** Epoch that the words of delivery (firmware/exchange.ts) are about. */
export const EPOCH = 4
/** 1 when the network has let the node in. */
export const JOINED = 5
/** HELLO_* below. */
export const HELLO = 6
/** Node seconds of the last hello. */
export const HELLO_AT = 7
/** Joins or hellos in a row that stayed unanswered. */
export const FAILURES = 8
/** Node seconds before which nothing is sent. */
export const LINK = 9
/** First sequence that was never sent. */
export const SENT = 10
/** Sequences that were sent, got lost and are sent again: from GAP up to GAP_END. */
export const GAP = 11
export const GAP_END = 12
/** Sequences of the last uplink. */
export const FLIGHT = 13
export const FLIGHT_END = 14
/** Node seconds of the last uplink with samples, of the last acknowledgement, of the last sign of the network. */
export const UPLINK_AT = 15
export const ACKNOWLEDGED_AT = 16
export const HEARD_AT = 17
/** Samples that fit an uplink, where that is fewer than there were (else 0), and the bytes that could be had then. */
export const FIT = 18
export const FIT_BYTES = 22
/** Unix seconds that the network told (0: never), the node seconds they were true at, and the clock's error in per mille. */
export const SYNC_UNIX = 19
export const SYNC_AT = 20
export const CLOCK_ERROR_PER_MILLE = 21
/** SUPPLY_* below: what the battery allows. */
export const SUPPLY = 23
/** Seconds between two ordinary uplinks, as the last hello that was answered told the gateway. */
export const REPORT = 24
/** Words 25 to 31 and 41 are those of firmware/modes.ts. */

/** What the next health packet tells: a mask of ERROR, the fewest free variables (0: not known), the battery's millivolts. */
export const ERRORS = 32
export const FREE_MIN = 33
export const BATTERY = 34
/** Of the settings in force, as Health.settingsVersion says them. */
export const SETTINGS_VERSION = 35
/** Alarming sequences that have to be sent before all others: from ALARM up to ALARM_END. */
export const ALARM = 36
export const ALARM_END = 37
/** First alarming sequences of the last alarm, should they be found lost, and the last one of it. */
export const EPISODE = 38
export const EPISODE_END = 39
export const EPISODE_LAST = 40
/** Of a battery node's clock (oscillator.ts). The sleep that was asked for last and is not yet counted, in the oscillator's own milliseconds; milliseconds to
 *  add to the HAL's clock besides BASE; how much longer a second asleep is, in 2^-20 of it; how well that is known. */
export const SLEEP_MS = 42
export const CARRY_MS = 43
export const DRIFT = 44
export const STEADY = 45
/** Seconds asleep, by the oscillator, since the network told the time; and the milliseconds of SYNC_AT. */
export const SLEPT_SECONDS = 46
export const SYNC_MS = 47
/** Where the span between the last two answers began, and the error that the second showed, in 2^-20 of the span. */
export const SPAN_FROM = 48
export const SPAN_DRIFT = 49
/** SYNC_UNIX and SYNC_AT as they were before the power was lost, and the power count they belong to. */
export const OLD_UNIX = 50
export const OLD_AT = 51
export const OLD_POWER = 52
/** The answer to a change of the settings, until it is sent (configure.ts); 0 when none is owed. */
export const CONFIGURED = 53
/** Of an update over the air (update/update.ts): node seconds from which on there is something to say (0: nothing), the outcome (0: pieces are wanted, or the node
 *  has to see), and the transfer's name. */
export const UPDATE_AT = 54
export const UPDATE_SAID = 55
export const UPDATE_ID = 56
/** From here one row a quantity: node seconds of its last reading, then FILTER_WORDS words of filter state; behind them one row an alarm of the profile:
 *  the lowest value of the last while and the node seconds it was measured at (0: none), and the same of its heir (alarm.ts). */
export const FILTERS = 57
export const FILTER_ROW = 1 + FILTER_WORDS
export const ALARM_ROW = 4

/** Values of the word SUPPLY: as the profile says; rarely; rarely, and without the radio, whose current an empty cell can't give. */
export const SUPPLY_FULL = 0
export const SUPPLY_LOW = 1
export const SUPPLY_EMPTY = 2

/** Node seconds that do not come. */
export const NEVER = 0x7fffffff

/** Values of the word HELLO: the gateway does not know the epoch; it knows it; it waits for samples that were given up. */
export const HELLO_UNKNOWN = 0
export const HELLO_KNOWN = 1
export const HELLO_BEHIND = 2

export interface Node extends NodeParts {
  readonly queue: Queue
  readonly words: Int32Array
  /** A MODE (core/packet), which stands in the words with its end. */
  readonly mode: number
  readonly intervalSeconds: number
  readonly samplesPerUplink: number
  /** Between two ordinary uplinks, commissioning left out: what the hello says. */
  readonly reportSeconds: number
  /** Built when it is first needed: most wakes send nothing. */
  mac?: Mac | undefined
  mqtt?: MqttLink | undefined
  /** The node never sleeps, and should be reached at any time. */
  alwaysOn?: boolean
  /** What comes down besides acknowledgements: only a light listens. */
  onDownlink?: (port: number, payload: Uint8Array) => void
  onTime?: (unixSeconds: number, atMs: number) => void
  /** Called with a new MAC: a light makes it listen always. */
  opened?: (mac: Mac, heard: Heard) => void
  /** Asks for the time with the next uplink. */
  timeWanted?: boolean
  /** Pieces of an update that were wanted and have not come, and the node seconds since which the node stays awake for them. */
  updateLeft?: number
  updateSince?: number | undefined
}

/** Node milliseconds now, with the clock's fraction. */
export function nowMs(node: Node): number {
  return node.words[BASE]! * 1000 + node.words[CARRY_MS]! + node.hal.clock.nowMs()
}

/** Node seconds of a moment on the HAL's clock. */
export function secondsAt(node: Node, clockMs: number): number {
  return node.words[BASE]! + Math.floor((node.words[CARRY_MS]! + clockMs) / 1000)
}

export function nowSeconds(node: Node): number {
  // Not by secondsAt: two live functions are dearer than one that is called once.
  return node.words[BASE]! + Math.floor(node.hal.clock.nowMs() / 1000)
}

/** Writes the wake record, which is the words, to flash; done before anything that ends the program. */
export function saveState({ words, journal, hal }: Pick<Node, 'words' | 'journal' | 'hal'>): void {
  words[SAVED_AT] = words[BASE]! + Math.floor((words[CARRY_MS]! + hal.clock.nowMs()) / 1000)
  append(journal, KIND.node, packWords(words))
}

/** Notes why the program began, where it is no wake out of deep sleep. `again`: it was powered on before, and had not yet taken a sample since. */
function noteStart(parts: NodeParts, words: Int32Array, powered: boolean, again: boolean, now: number): void {
  const reason = parts.hal.power.resetReason()
  const first = words[POWER_COUNT] === 1 && powered
  // The order of RESET, since the build shortens its names.
  const found = ['unknown', 'powerOn', 'software', 'watchdog', 'brownOut', 'load'].indexOf(reason)
  const reset = words[BROKEN] === 1 ? RESET.memory : found > 0 ? found : RESET.unknown
  words[BROKEN] = 0
  words[RESTART] = reset
  words[HEALTH_DUE] = now
  if (reason === 'load') words[CRASH_ROW] = 0
  else if (reason === 'brownOut' || !powered) noteCrash(words, reset, words[SUPPLY] !== SUPPLY_FULL, now)
  const rested = first || again || now >= words[COMMISSION_END]! + COMMISSION_PAUSE_SECONDS
  if (powered && rested && parts.profile.commissioned && words[SUPPLY] === SUPPLY_FULL)
    beginCommissioning(words, now)
}

/** Counts a sleep that the program has just woken from. Not before: the button may end a sleep. */
function countSleep(words: Int32Array, clockSeconds: number): void {
  const asleepMs = words[SLEEP_MS]!
  const carryMs = words[CARRY_MS]! + Math.floor((asleepMs * words[DRIFT]!) / 0x100000 + 0.5)
  const seconds = Math.floor(carryMs / 1000)
  words[SLEEP_MS] = 0
  words[CARRY_MS] = carryMs - 1000 * seconds
  words[BASE] = Math.max(words[BASE]! + seconds, words[SAVED_AT]! - clockSeconds)
  words[SLEPT_SECONDS]! += Math.floor(asleepMs / 1000 + 0.5)
}

/** What the network told before the power was lost still dates the samples of that time. */
function loseTime(words: Int32Array): void {
  if (words[SYNC_UNIX] !== 0) {
    words[OLD_UNIX] = words[SYNC_UNIX]!
    words[OLD_AT] = words[SYNC_AT]!
    words[OLD_POWER] = words[POWER_COUNT]!
    // A hello carries no samples: it can ask for the time before the old ones are sent.
    if (words[SLEPT_SECONDS] !== 0 && words[HELLO] === HELLO_KNOWN) words[HELLO] = HELLO_BEHIND
  }
  words[SYNC_UNIX] = words[SLEEP_MS] = 0
}

/** The words as they were saved, carried over a power cut; all zero on a new node. A start other than out of deep sleep is one write. */
export function restoreWords(parts: NodeParts, intervalSeconds: number): Int32Array {
  const { hal, profile, journal } = parts
  const alarms = profile.alarms ? profile.alarms.length : 0
  const rows = profile.unfiltered ? 0 : profile.quantities.length
  const words = new Int32Array(FILTERS + rows * FILTER_ROW + ALARM_ROW * alarms)
  const saved = latest(journal, KIND.node)
  if (saved !== undefined) takeWords(saved, words)
  const clockSeconds = Math.floor((words[CARRY_MS]! + hal.clock.nowMs()) / 1000)
  const first = words[POWER_COUNT] === 0
  const reason = hal.power.resetReason()
  const powered = first || reason === 'powerOn' || words[BASE]! + clockSeconds < words[SAVED_AT]!
  // The start before wrote its record, and no wake has since: after one the next sample lies ahead.
  const again = powered && words[SLOT]! <= words[SAVED_AT]!
  if (powered) {
    words[BASE] = words[SAVED_AT]! - clockSeconds
    loseTime(words)
    words[POWER_COUNT]!++
    // A village that gets its power back all at once must not speak at once, nor measure and send in one beat for ever after.
    words[LINK] = words[SAVED_AT]! + ((hal.noise() >>> 0) % POWER_SPREAD_SECONDS)
    words[SLOT] = words[SAVED_AT]! - ((hal.noise() >>> 0) % intervalSeconds)
    // The filters compare with what was minutes ago; nobody knows how long ago that is now.
    words.fill(0, FILTERS)
  } else if (words[SLEEP_MS] !== 0) countSleep(words, clockSeconds)
  if (powered || reason !== 'deepSleep' || words[BROKEN] === 1) {
    noteStart(
      parts,
      words,
      powered,
      again,
      words[BASE]! + Math.floor((words[CARRY_MS]! + hal.clock.nowMs()) / 1000),
    )
    // At once: what is stored under this power count must not be taken for the next one's when the power fails again, and no crash may go uncounted.
    saveState({ words, journal, hal })
  }
  return words
}
