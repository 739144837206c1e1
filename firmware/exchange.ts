/** What a node says to its gateway and when: join, hello, samples (firmware/delivery.ts), its health, and what follows from the answer. At most one uplink an
 *  exchange.
 *
 *  A node that has heard no acknowledgement for an hour asks for one with its next uplink, and sends its oldest sample again when it has nothing new. Times are
 *  node seconds (firmware/nodeState.ts). */
import { encodeHello } from '../core/packet/hello.ts'
import { setIdOf } from '../core/packet/sets.ts'
import { DOWNLINK_PORT, MODE, UPLINK_PORT } from '../core/packet/types.ts'
import { configure, sendConfigured } from './configure.ts'
import { ASK_SECONDS, freshDue, isHeld, nextLoad, takeAcknowledgement } from './delivery.ts'
import { healthPayload, healthSaid, noteFree, takeMode } from './health.ts'
import {
  askTime,
  dropLink,
  isJoined,
  joinNetwork,
  openLink,
  passSelfTest,
  roomBytes,
  send,
  sendUpdate,
  spacingSeconds,
  takeUpdate,
  UPDATES,
  updateDue,
  waitMs,
} from './link/link.ts'
import type { SendResult } from './link/result.ts'
import { HEALTH_DUE } from './modes.ts'
import {
  ACKNOWLEDGED_AT,
  ALARM,
  CONFIGURED,
  FAILURES,
  FLIGHT,
  FLIGHT_END,
  GAP,
  HEARD_AT,
  HELLO,
  HELLO_AT,
  HELLO_BEHIND,
  HELLO_KNOWN,
  HELLO_UNKNOWN,
  JOINED,
  LINK,
  NEVER,
  nowSeconds,
  REPORT,
  SENT,
  SUPPLY,
  SUPPLY_EMPTY,
  UPLINK_AT,
  type Node,
} from './nodeState.ts'

/** Of the whole program; a gateway shows it beside the node. */
const FIRMWARE_VERSION = 1
const HELLO_BYTES = 11
/** Without any sign of the network for so long, the node joins anew: the gateway may have lost its sessions. */
const REJOIN_SECONDS = 86_400
const BACKOFF_SECONDS_MIN = 60
const BACKOFF_SECONDS_MAX = 3600
/** Between two uplinks of a node that has more to send, so that a hundred that come back together find room. */
const SPACING_SECONDS = 20
/** For `pause`. */
const FAILED = -1
/** An exchange that never ends is tried again after so long. */
const HUNG_SECONDS = 120

/** When the next uplink may go, and by chance up to as long again. After an uplink: when the law allows it, and not at once. After a failure (`leastSeconds`
 *  below 0): twice as long each time, up to an hour. */
function pause(node: Node, leastSeconds: number): void {
  const words = node.words
  let seconds = spacingSeconds(node, leastSeconds)
  let spread = seconds + 1
  if (leastSeconds >= 0) seconds = Math.max(seconds, Math.ceil(waitMs(node) / 1000))
  else {
    const doubled = BACKOFF_SECONDS_MIN * (1 << (words[FAILURES]! < 6 ? words[FAILURES]! : 6))
    seconds = spread = Math.min(doubled, BACKOFF_SECONDS_MAX) >> 1
    words[FAILURES]!++
  }
  words[LINK] = nowSeconds(node) + seconds + ((node.hal.noise() >>> 0) % spread)
}

/** Until the gateway knows the epoch; and, samples going on meanwhile, about once an hour until it knows that the node reports more often or less than
 *  before. */
function owesHello(node: Node): boolean {
  const words = node.words
  if (words[HELLO] !== HELLO_KNOWN) return true
  if (words[REPORT] === node.reportSeconds) return false
  return nowSeconds(node) - words[HELLO_AT]! >= ASK_SECONDS
}

/** When there is a reason to talk to the gateway, and the law, the spacing and the battery allow it; NEVER when there is none. */
export function exchangeDue(node: Node): number {
  const { words, queue } = node
  if (words[SUPPLY] === SUPPLY_EMPTY) return NEVER
  let due = UPDATES ? Math.min(words[HEALTH_DUE]!, updateDue(node)) : words[HEALTH_DUE]!
  if (words[JOINED] === 0 || words[CONFIGURED] !== 0) due = 0
  else if (node.mode !== MODE.safe) {
    due = Math.min(due, freshDue(node))
    if (owesHello(node) || isHeld(node, ALARM) || isHeld(node, GAP)) due = 0
    else if (queue.floor < queue.next && words[SENT] === queue.next)
      due = Math.min(due, Math.max(words[UPLINK_AT]!, words[ACKNOWLEDGED_AT]!) + ASK_SECONDS)
  }
  return Math.max(due, words[LINK]!)
}

/** What came down, with an uplink or by itself. What is refused is named at the technician's cable. */
function receive(node: Node, port: number, payload: Uint8Array): void {
  if (port === DOWNLINK_PORT.acknowledgement) {
    if (node.mode !== MODE.safe) takeAcknowledgement(node, payload)
  } else if (port === DOWNLINK_PORT.mode) takeMode(node, payload)
  else if (port === DOWNLINK_PORT.configuration) configure(node, payload)
  else {
    if (UPDATES && port === DOWNLINK_PORT.update) takeUpdate(node, payload)
    // A light has the two below for itself.
    else if (port > DOWNLINK_PORT.group || !node.onDownlink) node.hal.log('downlink port')
    if (node.onDownlink) node.onDownlink(port, payload)
  }
}

/** What came of an uplink on `port`. The line is for the technician's cable: `fieldnode upload` waits for it. */
function receiveWith(node: Node, port: number, { sent, received }: SendResult): void {
  if (sent) node.hal.log('sent ' + port)
  noteFree(node)
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
    }
    pause(node, joined ? 1 : FAILED)
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
      reportSeconds: node.reportSeconds,
      firmwareVersion: FIRMWARE_VERSION,
    },
    payload,
  )
  const finish = (result: SendResult): void => {
    words[HELLO_AT] = nowSeconds(node)
    if (words[HELLO] === HELLO_BEHIND) words[HELLO] = HELLO_KNOWN
    words[FLIGHT] = words[FLIGHT_END] = 0
    if (result.sent && result.received) words[REPORT] = node.reportSeconds
    receiveWith(node, UPLINK_PORT.hello, result)
    pause(node, words[HELLO] === HELLO_UNKNOWN ? FAILED : 1)
    done()
  }
  send(node, UPLINK_PORT.hello, payload, finish, true)
}

/** Sends one packet of samples. */
function sendSamples(node: Node, done: () => void): void {
  const { words } = node
  const load = nextLoad(node, roomBytes(node))
  if (load.payload.length === 0) {
    pause(node, 1)
    return done()
  }
  const finish = (result: SendResult): void => {
    if (result.sent) {
      words[FLIGHT] = load.first
      words[FLIGHT_END] = load.next
      words[UPLINK_AT] = nowSeconds(node)
      receiveWith(node, load.port, result)
      pause(node, SPACING_SECONDS)
    } else {
      words[load.from] = load.first
      pause(node, FAILED)
      // Answers to MAC commands may have gone out in the samples' place.
      receiveWith(node, load.port, result)
    }
    done()
  }
  send(node, load.port, load.payload, finish, load.asked)
}

/** Says how the node is doing. Any answer is a sign that it was heard. */
function sendHealth(node: Node, done: () => void): void {
  const { words } = node
  const finish = (result: SendResult): void => {
    words[FLIGHT] = words[FLIGHT_END] = 0
    receiveWith(node, UPLINK_PORT.health, result)
    if (result.received) words[HEARD_AT] = nowSeconds(node)
    // After what came down: a mode that begins now is told at once.
    if (result.received?.port !== DOWNLINK_PORT.mode) healthSaid(node, result.received !== undefined)
    pause(node, 1)
    done()
  }
  send(node, UPLINK_PORT.health, healthPayload(node), finish, true)
}

/** Says what became of a change of settings. */
function answerChange(node: Node, done: () => void): void {
  sendConfigured(node, (result) => {
    receiveWith(node, UPLINK_PORT.configured, result)
    pause(node, 1)
    done()
  })
}

/** Says what there is to say of an update. */
function sayUpdate(node: Node, done: () => void): void {
  sendUpdate(node, (result) => {
    node.words[FLIGHT] = node.words[FLIGHT_END] = 0
    receiveWith(node, UPLINK_PORT.update, result)
    // It may have found that there was nothing to say.
    pause(node, result.sent || updateDue(node) === NEVER ? 1 : FAILED)
    done()
  })
}

/** Of an update is spoken when nothing more pressing is due. A node that has crashed three times may need nothing more than that. */
function owesUpdate(node: Node): boolean {
  const now = nowSeconds(node)
  if (now < updateDue(node) || now >= node.words[HEALTH_DUE]!) return false
  return node.mode === MODE.safe || (!isHeld(node, ALARM) && now < freshDue(node))
}

/** Health is said when nothing more pressing is: an alarm, or new samples that are due. */
function owesHealth(node: Node): boolean {
  const now = nowSeconds(node)
  if (node.mode === MODE.safe) return true
  return now >= node.words[HEALTH_DUE]! && !isHeld(node, ALARM) && now < freshDue(node)
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
    if (UPDATES) passSelfTest(node)
    done()
  }
  const timer = clock.setTimer(HUNG_SECONDS * 1000, () => {
    dropLink(node)
    pause(node, FAILED)
    finish()
  })
  openLink(node, (port, payload) => receive(node, port, payload))
  const silentSeconds = nowSeconds(node) - words[HEARD_AT]!
  words[JOINED] = isJoined(node) ? 1 : 0
  words[LINK] = nowSeconds(node) + HUNG_SECONDS
  if (node.timeWanted) askTime(node)
  if (waitMs(node) > 0) {
    pause(node, 1)
    finish()
  } else if (!isJoined(node) || silentSeconds >= REJOIN_SECONDS) join(node, finish)
  else if (node.mode !== MODE.safe && owesHello(node)) sendHello(node, finish)
  else if (words[CONFIGURED] !== 0) answerChange(node, finish)
  else if (UPDATES && owesUpdate(node)) sayUpdate(node, finish)
  else if (owesHealth(node)) sendHealth(node, finish)
  else sendSamples(node, finish)
}
