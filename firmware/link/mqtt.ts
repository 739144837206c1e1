/** The MQTT link of a node with Wi-Fi: LoRaWAN frames as messages, sealed with the node's own keys and counters, so that a broker without TLS can
 *  neither read nor forge them. Source of the frames: LoRaWAN 1.0.4 (TS001-1.0.4), chapters 4 and 6; there are no MAC commands but the question for
 *  the time, no windows and no duty cycle.
 *  A battery node connects for what it has to say and takes leave; a node that is always on keeps its connection and comes back when it is lost. */
import { CID, decodeDeviceTimeAns } from '../../core/lorawan/commands.ts'
import { FRAME_TYPE, sealData, type DataFrame } from '../../core/lorawan/frame.ts'
import { MQTT_PAYLOAD_BYTES_MAX, mqttTopics } from '../../core/mqttIdentity.ts'
import { append, KIND, latest } from '../journal.ts'
import { NEVER, UPDATE_AT, type Node } from '../nodeState.ts'
import { UPLINK_PORT } from '../../core/packet/types.ts'
import * as S from '../radio/macState.ts'
import { advanceUpdate, resumeUpdate, updatePayload, updateSaid } from '../update/update.ts'
import { openAccess } from './access.ts'
import { lose, reach, RETRY_MS_MIN, type MqttLink } from './connection.ts'
import { disconnect, isOpen, publish } from './mqttClient.ts'
import type { Heard, SendResult } from './result.ts'
import {
  beginSession,
  COUNTER_END,
  nextCounter,
  nextDevNonce,
  openDownlink,
  personalSession,
  readAccept,
  sealJoin,
  sessionOf,
} from './session.ts'

/** The gateway answers a join request at once. */
const ACCEPT_MS = 5_000
/** What the gateway says to an uplink follows its commit, and so does the broker's word that it has the uplink: one comes soon after the other. */
const LISTEN_MS = 300
const LISTEN_ASKED_MS = 3_000
/** For the last bytes to leave a node that is about to sleep. */
const LEAVE_MS = 100

function save({ node, state }: MqttLink): void {
  append(node.journal, KIND.mac, S.closeState(state, Math.floor(node.hal.clock.nowMs() / 1000)))
}

/** Takes an accept of the request that waits. The session before counts until then. */
function takeAccept(link: MqttLink, phy: Uint8Array): void {
  const { devNonce } = link
  const accept = readAccept(link, phy)
  if (!accept || devNonce === undefined) return
  S.resetLink(link.state, link.node.region)
  beginSession(link, accept, devNonce)
  save(link)
  link.devNonce = undefined
  if (link.answered) link.answered()
}

/** Opens a frame of the gateway; undefined for one that is forged, repeated or for another node, which changes nothing. */
function openFrame(link: MqttLink, phy: Uint8Array): DataFrame | undefined {
  const { node, state } = link
  const frame = state.getUint8(S.AT_JOINED) ? openDownlink(link, phy) : undefined
  if (!frame) {
    node.hal.log('frame refused')
    return undefined
  }
  save(link)
  return frame
}

/** Takes what the gateway says: to whoever waits for an answer, or to the node. */
function takeFrame(link: MqttLink, phy: Uint8Array): void {
  if (phy.length > 0 && phy[0]! >> 5 === FRAME_TYPE.joinAccept) return takeAccept(link, phy)
  const frame = openFrame(link, phy)
  if (!frame) return
  const { onTime } = link.node
  if (onTime && link.timeAsked && frame.options.length > 5 && frame.options[0] === CID.deviceTime) {
    const time = decodeDeviceTimeAns(frame.options.subarray(1))
    link.timeAsked = false
    onTime(time.unixSeconds, link.sentAtMs - time.milliseconds)
  }
  if (frame.port < 1) return
  if (!link.sending || link.answer) return link.heard(frame.port, frame.payload)
  link.answer = { port: frame.port, payload: frame.payload }
  if (link.answered) link.answered()
}

/** Publishes a frame, whose nonce or counter has been saved, and waits up to `listenMs` for what answers it. `done` gets whether the broker took it. */
function say(link: MqttLink, frame: Uint8Array, listenMs: number, done: (taken: boolean) => void): void {
  const { clock } = link.node.hal
  link.sending = true
  link.answer = undefined
  link.sentAtMs = clock.nowMs()
  publish(link.client, frame, (taken) => {
    const finish = (): void => {
      link.answered = undefined
      link.sending = false
      if (link.node.mqtt === link) done(taken)
    }
    const here = link.answer !== undefined || (listenMs === ACCEPT_MS && link.devNonce === undefined)
    const timer = clock.setTimer(!taken || here ? 0 : listenMs, finish)
    // In a callback of its own, as the connection is.
    link.answered = () => {
      link.answered = undefined
      clock.clearTimer(timer)
      clock.setTimer(0, finish)
    }
  })
}

/** The next uplink, sealed; its counter is spent and saved. */
function sealUplink(link: MqttLink, port: number, payload: Uint8Array): Uint8Array {
  const session = sessionOf(link)
  const frame = sealData(session, {
    confirmed: false,
    downlink: false,
    devAddr: session.devAddr,
    adr: false,
    adrAckReq: false,
    ack: false,
    pending: false,
    counter: nextCounter(link),
    options: new Uint8Array(link.timeAsked ? [CID.deviceTime] : []),
    port,
    payload,
  })
  save(link)
  return frame
}

/** As link.ts has it, and so are all below. */
export function openLink(node: Node, heard: Heard): void {
  if (node.mqtt) return
  const { hal, settings, journal, region } = node
  const nowSeconds = Math.floor(hal.clock.nowMs() / 1000)
  const state = S.openState(
    // Without a name: the events below hold this frame as long as the link lasts.
    latest(journal, KIND.mac),
    S.keyMarkOf(hal.aes, settings.appKey),
    region,
    nowSeconds,
    personalSession(hal),
  )
  const link: MqttLink = {
    hal,
    settings,
    state,
    node,
    heard,
    access: openAccess(node),
    client: {
      network: hal.wlan!,
      clock: hal.clock,
      topics: mqttTopics(settings.devEui),
      heard: (payload) => takeFrame(link, payload),
      lost: () => lose(link),
      stage: 0,
      packetId: 0,
      pinged: false,
      timer: 0,
    },
    failures: 0,
    retryAtMs: 0,
    reaching: false,
    sending: false,
    timeAsked: false,
    sentAtMs: 0,
  }
  node.mqtt = link
  resumeUpdate(node)
}

export function isJoined(node: Node): boolean {
  return node.mqtt!.state.getUint8(S.AT_JOINED) > 0
}

export function waitMs(node: Node): number {
  const { client, retryAtMs, reaching } = node.mqtt!
  if (reaching) return RETRY_MS_MIN
  return isOpen(client) ? 0 : Math.max(0, retryAtMs - node.hal.clock.nowMs())
}

export function roomBytes(_node: Node): number {
  return MQTT_PAYLOAD_BYTES_MAX
}

/** An hour's batch and no more: the connection's own buffers stand in memory, and another uplink costs next to nothing. */
export function groupSamplesMax(_node: Node): number {
  return 6
}

export function joinNetwork(node: Node, done: (joined: boolean) => void): void {
  const link = node.mqtt!
  if (link.state.getUint8(S.AT_JOINED) === S.PERSONAL) return done(true)
  reach(link, (good) => {
    link.devNonce = good ? nextDevNonce(link) : undefined
    if (link.devNonce === undefined) return done(false)
    const frame = sealJoin(link)
    save(link)
    say(link, frame, ACCEPT_MS, () => {
      const joined = link.devNonce === undefined
      link.devNonce = undefined
      done(joined)
    })
  })
}

export function send(
  node: Node,
  port: number,
  payload: Uint8Array,
  done: (result: SendResult) => void,
  asked: boolean,
): void {
  const link = node.mqtt!
  reach(link, (good) => {
    const spent = link.state.getUint32(S.AT_COUNTER_UP) === COUNTER_END
    if (!good || spent || !isJoined(node)) return done({ sent: false })
    say(link, sealUplink(link, port, payload), asked ? LISTEN_ASKED_MS : LISTEN_MS, (sent) => {
      const received = link.answer
      done(received ? { sent, received } : { sent })
    })
  })
}

export function askTime(node: Node): void {
  node.mqtt!.timeAsked = true
}

/** A broker has room for all at once. */
export function spacingSeconds(_node: Node, _seconds: number): number {
  return 0
}

export function dropLink(node: Node): void {
  if (node.mqtt) disconnect(node.mqtt.client)
  node.mqtt = undefined
}

export function closeLink(node: Node, done: () => void): void {
  if (!node.mqtt) return done()
  disconnect(node.mqtt.client)
  node.hal.clock.setTimer(LEAVE_MS, () => {
    node.hal.wlan!.leave()
    done()
  })
}

export function stayReachable(node: Node): void {
  node.alwaysOn = true
}

/** A broker speaks to each node by itself. */
export function joinGroup(_node: Node, _setup: Uint8Array): boolean {
  return false
}

export const UPDATES: boolean = true

export { failSelfTest, passSelfTest, takeUpdate, updateLingerMs } from '../update/update.ts'

export function updateDue({ words }: Node): number {
  return words[UPDATE_AT] || NEVER
}

export function sendUpdate(node: Node, done: (result: SendResult) => void): void {
  // In a callback of its own, and without what can be made anew: a signature is verified in the room that frames and keys would hold.
  node.hal.clock.setTimer(0, () => {
    node.mqtt!.session = undefined
    advanceUpdate(node)
    const payload = updatePayload(node)
    if (payload.length === 0) return done({ sent: false })
    const finish = (result: SendResult): void => {
      updateSaid(node, result.received !== undefined)
      done(result)
    }
    send(node, UPLINK_PORT.update, payload, finish, true)
  })
}
