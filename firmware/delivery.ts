/** Which samples go next, and what an acknowledgement frees and finds lost.
 *
 *  Alarming samples go before all others, then the new ones, then the gaps, which are the samples that an acknowledgement shows to be lost. An
 *  acknowledgement that comes with an uplink knows of all uplinks before that one, so whatever it does not name and was sent earlier has not arrived. Nothing
 *  is sent again without such evidence: a gateway that is away for a day is not flooded, and neither is the air. */
import { decodeAcknowledgement } from '../core/packet/acknowledgement.ts'
import { UPLINK_PORT } from '../core/packet/types.ts'
import { collect, encodeGroup, trimGroup } from './group.ts'
import { groupSamplesMax } from './link/link.ts'
import {
  ACKNOWLEDGED_AT,
  ALARM,
  ALARM_END,
  EPISODE,
  EPISODE_END,
  FAILURES,
  FIT,
  FIT_BYTES,
  FLIGHT,
  FLIGHT_END,
  GAP,
  GAP_END,
  HEARD_AT,
  HELLO,
  HELLO_AT,
  HELLO_BEHIND,
  HELLO_KNOWN,
  NEVER,
  nowSeconds,
  SENT,
  UPLINK_AT,
  type Node,
} from './nodeState.ts'
import { acknowledge, drop, firstHeld } from './queue.ts'

/** Without an acknowledgement for about an hour, the node asks for one. */
export const ASK_SECONDS = 3300
/** More unsent samples than this: the newest go first, the others as a gap. */
const BACKLOG_SAMPLES = 16
/** Longest payload of any data rate that nodes use: more would only cost memory. */
const PAYLOAD_BYTES_MAX = 64

/** When the new samples go: as soon as there are enough of them (one more than the last uplink could carry: flags take room, and the next
 *  ones may have fewer), or when the first has waited its time. */
export function freshDue(node: Node): number {
  const { words, samplesPerUplink } = node
  const unsent = node.queue.next - words[SENT]!
  const fit = words[FIT]!
  if (unsent === 0) return NEVER
  if (unsent >= samplesPerUplink || (fit > 0 && unsent > fit)) return 0
  return words[UPLINK_AT]! + samplesPerUplink * node.intervalSeconds
}

/** Whether samples are held that have to be sent before their turn: alarming ones, or with `gap` lost ones. */
export function isHeld({ words, queue }: Node, from: number): boolean {
  return firstHeld(queue, words[from]!) < words[from + 1]!
}

/** Takes an acknowledgement: frees samples, and finds those that were lost. */
export function takeAcknowledgement(node: Node, payload: Uint8Array): void {
  const { words, queue } = node
  const acknowledgement = decodeAcknowledgement(payload)
  if (typeof acknowledgement === 'string') return node.hal.log('acknowledgement ' + acknowledgement)
  // Of another epoch, or of samples that were never taken.
  if (!acknowledge(queue, acknowledgement)) return node.hal.log('acknowledgement foreign')
  const now = nowSeconds(node)
  const behind = acknowledgement.nextSequence < queue.floor && now - words[HELLO_AT]! >= ASK_SECONDS
  words[HELLO] = behind ? HELLO_BEHIND : HELLO_KNOWN
  words[ACKNOWLEDGED_AT] = words[HEARD_AT] = now
  words[FAILURES] = 0
  if (words[SENT]! < queue.floor) words[SENT] = queue.floor
  const caughtUp = !isHeld(node, GAP)
  // The gateway may not have stored the uplink that it answers: those samples are not lost yet.
  const fresh = words[FLIGHT_END] === words[SENT]
  words[GAP_END] = fresh ? words[FLIGHT]! : words[SENT]!
  words[GAP] = firstHeld(queue, queue.floor)
  if (!fresh && words[GAP] >= words[FLIGHT]! && words[GAP] < words[FLIGHT_END]!)
    words[GAP] = words[FLIGHT_END]!
  // Once an outage: the acknowledgement's bitmap does not reach every alarm, and what is not named is not known to be lost.
  if (!caughtUp || !isHeld(node, GAP)) return
  words[ALARM] = words[EPISODE]!
  words[ALARM_END] = Math.min(words[EPISODE_END]!, words[GAP_END])
}

/** Chooses the next samples, and answers the word that says where they begin: ALARM, SENT for the new ones when they are due, GAP for the lost ones or else the
 *  oldest that nobody has answered for. */
function choose(node: Node): number {
  const { words, queue } = node
  if (queue.next - words[SENT]! > BACKLOG_SAMPLES) {
    if (words[GAP]! >= words[GAP_END]!) words[GAP] = words[SENT]!
    words[SENT] = words[GAP_END] = queue.next - node.samplesPerUplink
  }
  if (isHeld(node, ALARM)) return ALARM
  if (freshDue(node) <= nowSeconds(node)) return SENT
  if (!isHeld(node, GAP)) {
    words[GAP] = queue.floor
    words[GAP_END] = words[SENT]!
  }
  return GAP
}

/** Samples on their way: what goes out, which they are, and the word that said so. */
export interface Load {
  readonly port: number
  /** Empty when not even one sample fits. */
  readonly payload: Uint8Array
  readonly first: number
  readonly next: number
  readonly from: number
  /** It asks for an acknowledgement. */
  readonly asked: boolean
}

/** The samples of a load are said now, or can't be: for new ones that were alarms, or alarms that were new, both words move. */
function move({ words, queue }: Node, { from, first, next }: Load): void {
  words[from] = from === SENT && next > queue.next ? queue.next : next
  const other = from === SENT ? ALARM : SENT
  if (from !== GAP && words[other]! >= first && words[other]! < next) words[other] = next
}

/** The next samples as a payload; they count as sent from then on (`words[from] = first` takes that back). One that does not fit now (an old one with flags at the lowest data rate) lets the others pass and is found again as a gap. */
export function nextLoad(node: Node, roomBytes: number): Load {
  const { words, queue } = node
  const from = choose(node)
  const first = firstHeld(queue, words[from]!)
  const end = from === SENT ? queue.next : words[from + 1]!
  const payload = new Uint8Array(Math.min(roomBytes, PAYLOAD_BYTES_MAX))
  // With more room than last time more samples may fit.
  if (payload.length > words[FIT_BYTES]!) words[FIT] = 0
  words[FIT_BYTES] = payload.length
  const group = collect(node, first, end, words[FIT]! > 0 ? words[FIT]! + 1 : groupSamplesMax(node))
  trimGroup(node, group)
  const collected = group.count
  if (group.count === 0 && first === queue.floor && first < end) drop(queue, first + 1)
  const asked =
    nowSeconds(node) - words[ACKNOWLEDGED_AT]! >= ASK_SECONDS || (from !== SENT && first + group.count >= end)
  const bytes = encodeGroup(node, group, asked, payload)
  if (group.count < collected) words[FIT] = group.count
  else if (collected > words[FIT]!) words[FIT] = 0
  const port = group.count === 1 ? UPLINK_PORT.sample : UPLINK_PORT.batch
  const load = {
    port,
    payload: payload.subarray(0, bytes),
    first,
    next: first + (group.count || 1),
    from,
    asked,
  }
  move(node, load)
  return load
}
