/** An MQTT 3.1.1 client for one topic each way: CONNECT with will and credentials, one subscription, QoS 1 in both directions, keep-alive.
 *  Source: OASIS MQTT Version 3.1.1, chapter 3.
 *  Whatever the broker does against the protocol, and whatever it leaves undone for ANSWER_MS, ends the connection; its owner begins another one.
 *  Nothing is repeated and nothing is kept: a node's queue is its memory. Functions over one object, since a method costs a node six variables. */
import type { Network, Socket, SocketEvents } from '../hal/network.ts'
import type { NodeClock } from '../hal/index.ts'
import {
  barePacket,
  bodyBytes,
  connectPacket,
  headBytes,
  MQTT,
  PACKET_BYTES_MAX,
  pubackPacket,
  publishPacket,
  QOS1,
  subscribePacket,
} from './mqttPacket.ts'

const KEEP_ALIVE_SECONDS = 60
/** A ping goes out in time for the broker to hear it within its keep-alive. */
export const PING_MS = 45_000
/** For a connection and for each answer of the broker. */
export const ANSWER_MS = 10_000

/** The stages of a connection. */
const CLOSED = 0
const CALLING = 1
const CONNECTING = 2
const SUBSCRIBING = 3
const OPEN = 4

export interface Client {
  readonly network: Network
  readonly clock: NodeClock
  /** What every topic of the node begins with, its slash included. */
  readonly topics: string
  /** A message for this node. The broker hears that it arrived when the call returns. */
  readonly heard: (payload: Uint8Array) => void
  /** The connection is over, and not by `disconnect`. */
  readonly lost: () => void
  stage: number
  socket?: Socket | undefined
  /** Those of the connection in use: what an earlier one still says is not for us. */
  events?: SocketEvents | undefined
  /** The beginning of a packet. */
  held?: Uint8Array | undefined
  /** Of the last SUBSCRIBE or PUBLISH, 1 to 65,535. */
  packetId: number
  /** For the next connection, until they are said: events must not hold them for as long as it stands. */
  credentials?: Credentials | undefined
  /** Who waits for the broker's answer. */
  done?: ((good: boolean) => void) | undefined
  pinged: boolean
  timer: number
}

/** Who a node is to its broker. */
export interface Credentials {
  readonly host: string
  readonly port: number
  /** Client id and user name. */
  readonly id: string
  readonly password: string
}

export function isOpen(client: Client): boolean {
  return client.stage === OPEN
}

/** Ends the connection; whoever waits for an answer gets none. */
function hangUp(client: Client): void {
  const { socket } = client
  client.stage = CLOSED
  client.socket = client.events = client.held = undefined
  client.pinged = false
  client.clock.clearTimer(client.timer)
  if (socket) socket.end()
}

/** Gives the connection up. */
function fail(client: Client): void {
  const { done } = client
  hangUp(client)
  client.done = undefined
  client.lost()
  if (done) done(false)
}

function settle(client: Client): void {
  const { done } = client
  client.done = undefined
  watch(client)
  if (done) done(true)
}

/** Times the answer that is awaited, or the next ping. */
function watch(client: Client): void {
  const { clock } = client
  clock.clearTimer(client.timer)
  const awaited = client.done !== undefined || client.pinged
  client.timer = clock.setTimer(awaited ? ANSWER_MS : PING_MS, () => {
    if (awaited) return fail(client)
    client.pinged = true
    client.socket!.write(barePacket(MQTT.pingreq))
    watch(client)
  })
}

function nextId(client: Client): number {
  return (client.packetId = (client.packetId % 0xffff) + 1)
}

/** PUBLISH: the node's own topic, QoS 0 or 1. False for what no broker should send. */
function takePublish(client: Client, first: number, body: Uint8Array): boolean {
  const qos = first & 6
  const topicEnd = 2 + ((body[0]! << 8) | body[1]!)
  const start = topicEnd + (qos ? 2 : 0)
  if (client.stage !== OPEN || qos > QOS1 || body.length < 2 || start > body.length) return false
  const topic = client.topics + 'down'
  if (topicEnd - 2 !== topic.length) return false
  for (let i = 0; i < topic.length; i++) if (body[2 + i] !== topic.charCodeAt(i)) return false
  const { events } = client
  client.heard(body.subarray(start))
  // What was heard may have ended the connection.
  if (qos && client.events === events)
    client.socket!.write(pubackPacket((body[topicEnd]! << 8) | body[topicEnd + 1]!))
  return true
}

/** One packet of the broker. False for one that it should not have sent now. */
function take(client: Client, first: number, body: Uint8Array): boolean {
  const { stage } = client
  const own = body.length > 1 && ((body[0]! << 8) | body[1]!) === client.packetId
  if (first >> 4 === MQTT.publish >> 4) return takePublish(client, first, body)
  if (first === MQTT.connack) {
    if (stage !== CONNECTING || body.length !== 2 || body[1] !== 0) return false
    client.stage = SUBSCRIBING
    client.socket!.write(subscribePacket(nextId(client), client.topics + 'down'))
    watch(client)
  } else if (first === MQTT.suback) {
    if (stage !== SUBSCRIBING || body.length !== 3 || !own || body[2]! > 1) return false
    client.stage = OPEN
    settle(client)
  } else if (first === MQTT.puback) {
    if (stage !== OPEN || body.length !== 2 || !own || !client.done) return false
    settle(client)
  } else if (first === MQTT.pingresp) {
    if (!client.pinged || body.length) return false
    client.pinged = false
    if (!client.done) watch(client)
  } else return false
  return true
}

/** Takes what came in: packets are cut out of it wherever they begin and end. */
function takeBytes(client: Client, events: SocketEvents, chunk: Uint8Array): void {
  let bytes = chunk
  if (client.held) {
    bytes = new Uint8Array(client.held.length + chunk.length)
    bytes.set(client.held)
    bytes.set(chunk, client.held.length)
  }
  let at = 0
  client.held = undefined
  while (at < bytes.length) {
    const head = headBytes(bytes, at)
    const end = at + head + (head > 0 ? bodyBytes(bytes, at, head) : 0)
    if (head < 0 || end - at > PACKET_BYTES_MAX) return fail(client)
    if (head === 0 || end > bytes.length) break
    const good = take(client, bytes[at]!, bytes.subarray(at + head, end))
    if (client.events !== events) return
    if (!good) return fail(client)
    at = end
  }
  // A copy, since what a socket gave belongs to it; and not of nothing, which Espruino takes for the whole buffer.
  if (at < bytes.length) client.held = new Uint8Array(bytes.subarray(at))
}

function sayCredentials(client: Client): void {
  const { id, password } = client.credentials!
  client.credentials = undefined
  client.socket!.write(connectPacket(id, password, client.topics + 'will', KEEP_ALIVE_SECONDS))
}

/** Opens a connection with the client's credentials, in any stage: an earlier one ends. `done` is called once, with whether the broker let the node in and took its subscription. */
export function connect(client: Client, done: (good: boolean) => void): void {
  hangUp(client)
  client.done = done
  client.stage = CALLING
  const events: SocketEvents = {
    opened: () => {
      if (client.events !== events || client.stage !== CALLING) return
      client.stage = CONNECTING
      sayCredentials(client)
    },
    received: (bytes) => {
      if (client.events === events) takeBytes(client, events, bytes)
    },
    closed: () => {
      if (client.events === events) fail(client)
    },
  }
  client.events = events
  watch(client)
  client.socket = client.network.connect(client.credentials!.host, client.credentials!.port, events)
  if (!client.socket) fail(client)
}

/** Sends a message; `done` is called once, with whether the broker has taken it. One at a time, and only on an open connection: else it is false at once. */
export function publish(client: Client, payload: Uint8Array, done: (good: boolean) => void): void {
  if (client.stage !== OPEN || client.done) return done(false)
  client.done = done
  client.socket!.write(publishPacket(nextId(client), client.topics + 'up', payload))
  watch(client)
}

/** Takes leave, so that the broker does not publish the will. Nobody is called any more. */
export function disconnect(client: Client): void {
  client.done = undefined
  if (client.stage === OPEN) client.socket!.write(barePacket(MQTT.disconnect))
  hangUp(client)
}
