/** What a node says to its gateway and when: join, hello, samples, and what follows from the answer. At most one uplink an exchange.
 *
 *  New samples go first; then the gaps, which are the samples that an acknowledgement shows to be lost. An acknowledgement that comes with an uplink knows of
 *  all uplinks before that one, so whatever it does not name and was sent earlier has not arrived. Nothing is sent again without such evidence: a gateway
 *  that is away for a day is not flooded, and neither is the air. A node that has heard no acknowledgement for an hour asks for one with its next uplink,
 *  and sends its oldest sample again when it has nothing new. Times are node seconds (firmware/nodeState.ts). */
import { decodeAcknowledgement } from '../core/packet/acknowledgement.ts'
import { encodeHello } from '../core/packet/hello.ts'
import { setIdOf } from '../core/packet/sets.ts'
import { DOWNLINK_PORT, UPLINK_PORT } from '../core/packet/types.ts'
import { collect, encodeGroup } from './group.ts'
import {
  askTime,
  dropLink,
  isJoined,
  joinNetwork,
  openLink,
  roomBytes,
  send,
  spacingSeconds,
  waitMs,
} from './link/link.ts'
import type { SendResult } from './link/result.ts'
import {
  ACKNOWLEDGED_AT,
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
  HELLO_UNKNOWN,
  JOINED,
  LINK,
  nowSeconds,
  REPORT,
  SENT,
  SUPPLY,
  SUPPLY_EMPTY,
  UPLINK_AT,
  type Node,
} from './nodeState.ts'
import { acknowledge, drop, firstHeld } from './queue.ts'

/** Of the whole program; a gateway shows it beside the node. */
const FIRMWARE_VERSION = 1
const HELLO_BYTES = 11
/** Without an acknowledgement for about an hour, the node asks for one. */
const ASK_SECONDS = 3300
/** Without any sign of the network for so long, the node joins anew: the gateway may have lost its sessions. */
const REJOIN_SECONDS = 86_400
const BACKOFF_SECONDS_MIN = 60
const BACKOFF_SECONDS_MAX = 3600
/** Between two uplinks of a node that has more to send, so that a hundred that come back together find room. */
const SPACING_SECONDS = 20
/** Samples a group is built from at the most: each costs memory. */
const GROUP_SAMPLES_MAX = 8
/** More unsent samples than this: the newest go first, the others as a gap. */
const BACKLOG_SAMPLES = 16
/** An exchange that never ends is tried again after so long. */
const HUNG_SECONDS = 120
/** Longest payload of any data rate that nodes use: more would only cost memory. */
const PAYLOAD_BYTES_MAX = 64
export const NEVER = 0x7fffffff

/** After a failure: twice as long each time, up to an hour, and by chance between half and all of that. */
function backOff(node: Node): void {
  const words = node.words
  const doubled = BACKOFF_SECONDS_MIN * (1 << (words[FAILURES]! < 6 ? words[FAILURES]! : 6))
  const seconds = doubled < BACKOFF_SECONDS_MAX ? doubled : BACKOFF_SECONDS_MAX
  words[FAILURES]!++
  words[LINK] = nowSeconds(node) + (seconds >> 1) + ((node.hal.noise() >>> 0) % (seconds >> 1))
}

/** After an uplink: when the law allows the next one, and not at once. */
function spaceOut(node: Node, seconds: number): void {
  const waitSeconds = Math.ceil(waitMs(node) / 1000)
  const spacing = spacingSeconds(node, seconds)
  const least = waitSeconds > spacing ? waitSeconds : spacing
  node.words[LINK] = nowSeconds(node) + least + ((node.hal.noise() >>> 0) % (spacing + 1))
}

/** When the new samples go: as soon as there are enough of them (no more than the last uplink could carry), or when the first has waited its time. */
function freshDue(node: Node): number {
  const { words, samplesPerUplink } = node
  const unsent = node.queue.next - words[SENT]!
  const fit = words[FIT]!
  if (unsent === 0) return NEVER
  if (unsent >= samplesPerUplink || (fit > 0 && unsent >= fit)) return 0
  return words[UPLINK_AT]! + samplesPerUplink * node.intervalSeconds
}

/** Until the gateway knows the epoch; and, samples going on meanwhile, about once an hour until it knows that the node reports more often or less than
 *  before. */
function owesHello(node: Node): boolean {
  const words = node.words
  if (words[HELLO] !== HELLO_KNOWN) return true
  if (words[REPORT] === node.intervalSeconds * node.samplesPerUplink) return false
  return nowSeconds(node) - words[HELLO_AT]! >= ASK_SECONDS
}

/** When there is a reason to talk to the gateway, and the law, the spacing and the battery allow it; NEVER when there is none. */
export function exchangeDue(node: Node): number {
  const { words, queue } = node
  if (words[SUPPLY] === SUPPLY_EMPTY) return NEVER
  let due = freshDue(node)
  if (words[JOINED] === 0 || owesHello(node) || firstHeld(queue, words[GAP]!) < words[GAP_END]!) due = 0
  else if (due === NEVER && queue.floor < queue.next)
    due = Math.max(words[UPLINK_AT]!, words[ACKNOWLEDGED_AT]!) + ASK_SECONDS
  return Math.max(due, words[LINK]!)
}

/** Takes an acknowledgement: frees samples, and finds those that were lost. */
function takeAcknowledgement(node: Node, payload: Uint8Array): void {
  const { words, queue } = node
  const acknowledgement = decodeAcknowledgement(payload)
  if (typeof acknowledgement === 'string' || !acknowledge(queue, acknowledgement)) return
  const now = nowSeconds(node)
  const behind = acknowledgement.nextSequence < queue.floor && now - words[HELLO_AT]! >= ASK_SECONDS
  words[HELLO] = behind ? HELLO_BEHIND : HELLO_KNOWN
  words[ACKNOWLEDGED_AT] = words[HEARD_AT] = now
  words[FAILURES] = 0
  if (words[SENT]! < queue.floor) words[SENT] = queue.floor
  // The gateway may not have stored the uplink that it answers: those samples are not lost yet.
  const fresh = words[FLIGHT_END] === words[SENT]
  words[GAP_END] = fresh ? words[FLIGHT]! : words[SENT]!
  words[GAP] = firstHeld(queue, queue.floor)
  if (!fresh && words[GAP] >= words[FLIGHT]! && words[GAP] < words[FLIGHT_END]!)
    words[GAP] = words[FLIGHT_END]!
}

/** For the technician's cable: `fieldnode upload` waits for this line. */
function logSent(node: Node, port: number, result: SendResult): void {
  if (result.sent) node.hal.log('sent ' + port)
}

/** What came down, with an uplink or by itself. */
function receive(node: Node, port: number, payload: Uint8Array): void {
  if (port === DOWNLINK_PORT.acknowledgement) takeAcknowledgement(node, payload)
  else if (node.onDownlink) node.onDownlink(port, payload)
}

function receiveWith(node: Node, { received }: SendResult): void {
  if (received) receive(node, received.port, received.payload)
}

function join(node: Node, done: () => void): void {
  const words = node.words
  words[HEARD_AT] = nowSeconds(node)
  joinNetwork(node, (joined) => {
    words[JOINED] = isJoined(node) ? 1 : 0
    if (joined) {
      words[HELLO] = HELLO_UNKNOWN
      words[FAILURES] = 0
      spaceOut(node, 1)
    } else backOff(node)
    done()
  })
}

/** Names the epoch, and from which sequence on there is anything to wait for. */
function sendHello(node: Node, done: () => void): void {
  const { words, queue } = node
  const payload = new Uint8Array(HELLO_BYTES)
  encodeHello(
    {
      epoch: queue.epoch,
      nextSequence: queue.floor,
      setId: setIdOf(node.profile.quantities),
      reportSeconds: node.intervalSeconds * node.samplesPerUplink,
      firmwareVersion: FIRMWARE_VERSION,
    },
    payload,
  )
  const finish = (result: SendResult): void => {
    logSent(node, UPLINK_PORT.hello, result)
    words[HELLO_AT] = nowSeconds(node)
    if (words[HELLO] === HELLO_BEHIND) words[HELLO] = HELLO_KNOWN
    words[FLIGHT] = words[FLIGHT_END] = 0
    if (result.received) words[REPORT] = node.intervalSeconds * node.samplesPerUplink
    receiveWith(node, result)
    if (words[HELLO] === HELLO_UNKNOWN) backOff(node)
    else spaceOut(node, 1)
    done()
  }
  send(node, UPLINK_PORT.hello, payload, finish, true)
}

/** Chooses the next samples: the new ones when they are due, else the gap, else the oldest that nobody has answered for. True for new ones. */
function choose(node: Node): boolean {
  const { words, queue } = node
  if (queue.next - words[SENT]! > BACKLOG_SAMPLES) {
    if (words[GAP]! >= words[GAP_END]!) words[GAP] = words[SENT]!
    words[SENT] = words[GAP_END] = queue.next - node.samplesPerUplink
  }
  if (freshDue(node) <= nowSeconds(node)) return true
  if (firstHeld(queue, words[GAP]!) >= words[GAP_END]!) {
    words[GAP] = queue.floor
    words[GAP_END] = words[SENT]!
  }
  return false
}

/** Samples on their way: what goes out, which they are, and whether they are new ones. */
interface Load {
  readonly port: number
  /** Empty when not even one sample fits. */
  readonly payload: Uint8Array
  readonly first: number
  readonly next: number
  readonly fresh: boolean
  /** It asks for an acknowledgement. */
  readonly asked: boolean
}

/** The next samples as a payload. One that does not fit now (an old one with flags at the lowest data rate) lets the others pass and is found again as a gap. */
function nextLoad(node: Node, roomBytes: number): Load {
  const { words, queue } = node
  const fresh = choose(node)
  const first = firstHeld(queue, fresh ? words[SENT]! : words[GAP]!)
  const end = fresh ? queue.next : words[GAP_END]!
  const payload = new Uint8Array(Math.min(roomBytes, PAYLOAD_BYTES_MAX))
  // With more room than last time more samples may fit.
  if (payload.length > words[FIT_BYTES]!) words[FIT] = 0
  words[FIT_BYTES] = payload.length
  const group = collect(node, first, end, words[FIT]! > 0 ? words[FIT]! + 1 : GROUP_SAMPLES_MAX)
  const collected = group.length
  if (group.length === 0 && first === queue.floor && first < end) drop(queue, first + 1)
  const asked =
    nowSeconds(node) - words[ACKNOWLEDGED_AT]! >= ASK_SECONDS || (!fresh && first + group.length >= end)
  const bytes = encodeGroup(node, group, asked, payload)
  if (group.length < collected) words[FIT] = group.length
  const port = group.length === 1 ? UPLINK_PORT.sample : UPLINK_PORT.batch
  return { port, payload: payload.subarray(0, bytes), first, next: first + (group.length || 1), fresh, asked }
}

/** The samples of a load were said, or can't be. */
function move({ words, queue }: Node, { fresh, next }: Load): void {
  if (fresh) words[SENT] = Math.min(next, queue.next)
  else words[GAP] = next
}

/** Sends one packet of samples. */
function sendSamples(node: Node, done: () => void): void {
  const { words } = node
  const load = nextLoad(node, roomBytes(node))
  if (load.payload.length === 0) {
    move(node, load)
    spaceOut(node, 1)
    return done()
  }
  const finish = (result: SendResult): void => {
    logSent(node, load.port, result)
    if (result.sent) {
      move(node, load)
      words[FLIGHT] = load.first
      words[FLIGHT_END] = load.next
      words[UPLINK_AT] = nowSeconds(node)
      receiveWith(node, result)
      spaceOut(node, SPACING_SECONDS)
    } else backOff(node)
    done()
  }
  send(node, load.port, load.payload, finish, load.asked)
}

/** One exchange with the gateway, when it is due: the next thing that has to be said. `done` is called once, at the latest after two minutes. */
export function exchange(node: Node, done: () => void): void {
  const { words } = node
  const clock = node.hal.clock
  let open = true
  const finish = (): void => {
    if (!open) return
    open = false
    clock.clearTimer(timer)
    done()
  }
  const timer = clock.setTimer(HUNG_SECONDS * 1000, () => {
    dropLink(node)
    finish()
  })
  openLink(node, (port, payload) => receive(node, port, payload))
  const silentSeconds = nowSeconds(node) - words[HEARD_AT]!
  words[JOINED] = isJoined(node) ? 1 : 0
  words[LINK] = nowSeconds(node) + HUNG_SECONDS
  if (node.timeWanted) askTime(node)
  if (waitMs(node) > 0) {
    spaceOut(node, 1)
    finish()
  } else if (!isJoined(node) || silentSeconds >= REJOIN_SECONDS) join(node, finish)
  else if (owesHello(node)) sendHello(node, finish)
  else sendSamples(node, finish)
}
