/** What a node knows of itself: an array of words that goes to the journal whole, and the time it goes by.
 *
 *  Node seconds go on through deep sleep, resets and power cuts and never go back. After a power cut they go on from the last saved moment, because nobody
 *  counted while the power was off: a difference of node seconds is then less than the time that passed, and the power count has changed to say so. */
import { FILTER_WORDS } from '../core/filter/index.ts'
import { append, KIND, latest } from './journal.ts'
import type { MqttLink } from './link/mqtt.ts'
import type { NodeParts } from './profiles/profile.ts'
import { openQueue, type Queue } from './queue.ts'
import type { Mac } from './radio/mac.ts'

/** Nodes that are powered on together begin to send within so long. */
const POWER_SPREAD_SECONDS = 30
/** How much longer the intervals are while the battery is low: a gauge still tells a flood from half an hour to the next. */
const SAVING = 3
/** A silent node must be noticed within a day (core/settings.ts). */
const INTERVAL_SECONDS_MAX = 86_400
/** Of a word in the record: 32 bits, 7 a byte. */
const WORD_BYTES_MAX = 5

/** Node seconds when the words were last saved. */
const SAVED_AT = 0
/** Node seconds at zero of the HAL's clock. */
const BASE = 1
/** Times the node was powered on. */
export const POWER_COUNT = 2
/** Node seconds of the next sample. */
export const SLOT = 3
/** Epoch that the words of delivery (firmware/exchange.ts) are about. */
const EPOCH = 4
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
/** From here one row a quantity: node seconds of its last reading, then FILTER_WORDS words of filter state. */
export const FILTERS = 25
export const FILTER_ROW = 1 + FILTER_WORDS

/** Values of the word SUPPLY: as the profile says; rarely; rarely, and without the radio, whose current an empty cell can't give. */
export const SUPPLY_FULL = 0
export const SUPPLY_LOW = 1
export const SUPPLY_EMPTY = 2

/** Values of the word HELLO: the gateway does not know the epoch; it knows it; it waits for samples that were given up. */
export const HELLO_UNKNOWN = 0
export const HELLO_KNOWN = 1
export const HELLO_BEHIND = 2

export interface Node extends NodeParts {
  readonly queue: Queue
  readonly words: Int32Array
  readonly intervalSeconds: number
  readonly samplesPerUplink: number
  /** Built when it is first needed: most wakes send nothing. */
  mac?: Mac | undefined
  mqtt?: MqttLink | undefined
  /** The node never sleeps, and should be reached at any time. */
  alwaysOn?: boolean
  /** What comes down besides acknowledgements: only a light listens. */
  onDownlink?: (port: number, payload: Uint8Array) => void
  onTime?: (unixSeconds: number, atMs: number) => void
  /** Asks for the time with the next uplink. */
  timeWanted?: boolean
}

/** Node milliseconds now, with the clock's fraction. */
export function nowMs(node: Node): number {
  return node.words[BASE]! * 1000 + node.hal.clock.nowMs()
}

/** Node seconds of a moment on the HAL's clock. */
export function secondsAt(node: Node, clockMs: number): number {
  return node.words[BASE]! + Math.floor(clockMs / 1000)
}

export function nowSeconds(node: Node): number {
  return secondsAt(node, node.hal.clock.nowMs())
}

/** Writes the wake record, which is the words, to flash; done before anything that ends the program. Seven bits a byte, the lowest first, the sign in
 *  bit 0, so that small words take one byte: the record is half as long and its sectors live twice as long. */
export function saveState({ words, journal, hal }: Pick<Node, 'words' | 'journal' | 'hal'>): void {
  words[SAVED_AT] = words[BASE]! + Math.floor(hal.clock.nowMs() / 1000)
  const record = new Uint8Array(words.length * WORD_BYTES_MAX)
  let at = 0
  for (let i = 0; i < words.length; i++) {
    let rest = ((words[i]! << 1) ^ (words[i]! >> 31)) >>> 0
    for (; rest > 127; rest >>>= 7) record[at++] = rest | 128
    record[at++] = rest
  }
  append(journal, KIND.node, record.subarray(0, at))
}

/** The words of a wake record; all zero when it is another profile's. */
function takeWords(record: Uint8Array, words: Int32Array): void {
  let at = 0
  let count = 0
  while (at < record.length) {
    let folded = 0
    let shift = 0
    for (; record[at]! > 127; shift += 7) folded |= (record[at++]! & 127) << shift
    folded |= record[at++]! << shift
    words[count++] = (folded >>> 1) ^ -(folded & 1)
  }
  if (count !== words.length) words.fill(0)
}

/** The words as they were saved, carried over a power cut; all zero on a new node. */
function restoreWords(parts: NodeParts, intervalSeconds: number): Int32Array {
  const words = new Int32Array(FILTERS + parts.profile.quantities.length * FILTER_ROW)
  const saved = latest(parts.journal, KIND.node)
  if (saved !== undefined) takeWords(saved, words)
  const clockSeconds = Math.floor(parts.hal.clock.nowMs() / 1000)
  const first = words[POWER_COUNT] === 0
  const powered =
    parts.hal.power.resetReason() === 'powerOn' || words[BASE]! + clockSeconds < words[SAVED_AT]!
  if (first || powered) {
    words[BASE] = words[SAVED_AT]! - clockSeconds
    words[POWER_COUNT]!++
    words[SYNC_UNIX] = 0
    // A village that gets its power back all at once must not speak at once, nor measure and send in one beat for ever after.
    words[LINK] = words[SAVED_AT]! + ((parts.hal.noise() >>> 0) % POWER_SPREAD_SECONDS)
    words[SLOT] = words[SAVED_AT]! - ((parts.hal.noise() >>> 0) % intervalSeconds)
    // The filters compare with what was minutes ago; nobody knows how long ago that is now.
    words.fill(0, FILTERS)
    // At once: what is stored under this power count must not be taken for the next one's when the power fails again.
    saveState({ words, journal: parts.journal, hal: parts.hal })
  }
  return words
}

/** Another epoch: what is known of the delivery of the one before means nothing. */
function beginDelivery(node: Node): void {
  node.words[EPOCH] = node.queue.epoch
  node.words[HELLO] = HELLO_UNKNOWN
  // The first sample of all goes as soon as it may: somebody stands beside the node and waits for it.
  node.words[UPLINK_AT] = nowSeconds(node) - node.samplesPerUplink * node.intervalSeconds
  node.words[SENT] = node.words[GAP] = node.words[GAP_END] = node.words[FLIGHT] = node.words[FLIGHT_END] = 0
}

/** Puts a node together from its parts and what its flash remembers. */
export function openNode(parts: NodeParts): Node {
  const { profile, hal, settings, journal } = parts
  const plainSeconds = settings.intervalSeconds || profile.intervalSeconds
  const words = restoreWords(parts, plainSeconds)
  // Into the parts themselves: a second object would cost a node nine variables.
  const node = parts as { -readonly [Name in keyof Node]: Node[Name] }
  node.words = words
  node.queue = openQueue(hal, journal, settings.appKey, profile.quantities)
  node.intervalSeconds =
    words[SUPPLY] === SUPPLY_FULL ? plainSeconds : Math.min(SAVING * plainSeconds, INTERVAL_SECONDS_MAX)
  node.samplesPerUplink = settings.samplesPerUplink || profile.samplesPerUplink
  if (words[EPOCH]! >>> 0 !== node.queue.epoch) beginDelivery(node)
  return node
}
