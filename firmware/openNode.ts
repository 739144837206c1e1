/** A node at its start: put together from its parts and what its flash remembers. */
import { MODE } from '../core/packet/types.ts'
import { BROKEN, cadence, CRASH_END, CRASH_ROW, HEALTH_DUE, modeOf } from './modes.ts'
import {
  ALARM,
  EPOCH,
  FLIGHT,
  FLIGHT_END,
  GAP,
  GAP_END,
  HELLO,
  HELLO_UNKNOWN,
  nowSeconds,
  restoreWords,
  SENT,
  SETTINGS_VERSION,
  SUPPLY,
  SUPPLY_FULL,
  UPLINK_AT,
  type Node,
} from './nodeState.ts'
import type { NodeParts } from './profiles/profile.ts'
import { openQueue, type Queue } from './queue.ts'

/** How much longer the intervals are while the battery is low: a gauge still tells a flood from half an hour to the next. */
const SAVING = 3
/** A silent node must be noticed within a day (core/settings.ts). */
const INTERVAL_SECONDS_MAX = 86_400

/** Another epoch: what is known of the delivery of the one before means nothing. */
function beginDelivery(node: Node): void {
  node.words[EPOCH] = node.queue.epoch
  node.words[HELLO] = HELLO_UNKNOWN
  // The first sample of all goes as soon as it may: somebody stands beside the node and waits for it.
  node.words[UPLINK_AT] = nowSeconds(node) - node.samplesPerUplink * node.intervalSeconds
  node.words[SENT] = node.words[GAP] = node.words[GAP_END] = node.words[FLIGHT] = node.words[FLIGHT_END] = 0
  node.words.fill(0, ALARM, BROKEN)
}

/** Opens the queue; what it held before counts only in the same epoch. */
function openDelivery(node: Node): void {
  const { hal, journal, settings, profile } = node
  ;(node as { queue: Queue }).queue = openQueue(hal, journal, settings.appKey, profile.quantities)
  if (node.words[EPOCH]! >>> 0 !== node.queue.epoch) beginDelivery(node)
}

/** Puts a node together from its parts and what its flash remembers. */
export function openNode(parts: NodeParts): Node {
  const { profile, settings } = parts
  const plainSeconds = settings.intervalSeconds || profile.intervalSeconds
  const words = restoreWords(parts, plainSeconds)
  // Into the parts themselves: a second object would cost a node nine variables.
  const node = parts as { -readonly [Name in keyof Node]: Node[Name] }
  node.words = words
  const now = nowSeconds(node)
  const samples = settings.samplesPerUplink || profile.samplesPerUplink
  if (words[SETTINGS_VERSION] !== parts.settingsVersion) {
    words[SETTINGS_VERSION] = parts.settingsVersion
    words[HEALTH_DUE] = now
    // Somebody has been here and changed something: the node is trusted again.
    words[CRASH_ROW] = 0
  }
  if (words[CRASH_ROW]! > 0 && now >= words[CRASH_END]!) {
    words[CRASH_ROW] = 0
    words[HEALTH_DUE] = now
  }
  const saving = words[SUPPLY] !== SUPPLY_FULL
  const ordinarySeconds = saving ? Math.min(SAVING * plainSeconds, INTERVAL_SECONDS_MAX) : plainSeconds
  node.mode = modeOf(words, profile, now)
  // A battery that runs low needs its charge for more than a technician's eyes.
  if (saving && node.mode === MODE.commissioning) node.mode = MODE.normal
  node.intervalSeconds = cadence(words, node.mode, now, ordinarySeconds)
  node.samplesPerUplink = node.mode === MODE.commissioning ? 1 : samples
  node.reportSeconds = samples * ordinarySeconds
  // What has crashed three times may have crashed in the queue.
  if (node.mode !== MODE.safe) openDelivery(node)
  return node
}
