/** The LoRaWAN link of a node: its device MAC on its board's radio and its journal. As link.ts has it, and so is all below. */
import { MODE } from '../../core/packet/types.ts'
import type { Board, LoraBoard } from '../board.ts'
import type { Hal } from '../hal/index.ts'
import { append, KIND, latest } from '../journal.ts'
import { NEVER, type Node } from '../nodeState.ts'
import { listenAlways } from '../radio/classC.ts'
import * as M from '../radio/mac.ts'
import * as group from '../radio/multicast.ts'
import { batteryLevel } from '../supply.ts'
import type { Heard, SendResult } from './result.ts'
import { personalSession } from './session.ts'

/** An uplink that nobody sees, an acknowledgement of its own, is over by then. */
const BUSY_MS = 1_000

function openMac(node: Node, heard: Heard): M.Mac {
  const { hal, region, settings, journal, opened } = node
  const board = node.board as LoraBoard
  const host = {
    load: () => latest(journal, KIND.mac),
    save: (state: Uint8Array) => append(journal, KIND.mac, state),
    battery: batteryLevel(node),
    opened: (mac: M.Mac) => opened && opened(mac, heard),
    personal: personalSession(hal),
  }
  return M.makeMac(hal, board.openRadio(hal, board.radio), region, settings, host, node.onTime)
}

export function openLink(node: Node, heard: Heard): void {
  node.mac = node.mac || openMac(node, heard)
}

export function isJoined(node: Node): boolean {
  return M.isJoined(node.mac!)
}

export function waitMs(node: Node): number {
  const mac = node.mac!
  return mac.busy ? BUSY_MS : M.waitMs(mac)
}

export function roomBytes(node: Node): number {
  return M.payloadRoomBytes(node.mac!)
}

/** An hour's batch, and what caught up with it: what the air costs is the uplink, not the sample. */
export function groupSamplesMax(_node: Node): number {
  return 8
}

export function joinNetwork(node: Node, done: (joined: boolean) => void): void {
  M.activate(node.mac!, done)
}

export function send(
  node: Node,
  port: number,
  payload: Uint8Array,
  done: (result: SendResult) => void,
  asked: boolean,
): void {
  const mac = node.mac!
  // Somebody stands beside it and wants to know whether this is a good place. Not each time: a gateway that answers hears nobody else meanwhile.
  if (node.mode === MODE.commissioning && (asked || node.queue.next % 3 === 0)) mac.asked |= M.ASK_LINK
  M.send(mac, port, payload, (result) => {
    const { link } = result
    if (link) node.hal.log('link ' + link.marginDb + ' dB, gateways ' + link.gateways)
    done(result)
  })
}

export function askTime(node: Node): void {
  node.mac!.asked |= M.ASK_TIME
}

/** Between two uplinks, so that a hundred nodes that come back together find room in the air. */
export function spacingSeconds(_node: Node, seconds: number): number {
  return seconds
}

export function dropLink(node: Node): void {
  if (node.mac) M.close(node.mac)
  node.mac = undefined
}

export function closeLink(_node: Node, done: () => void): void {
  done()
}

/** Class C; in a bundle only where it is called. */
export function stayReachable(node: Node): void {
  node.opened = listenAlways
}

export function joinGroup(node: Node, setup: Uint8Array): boolean {
  return group.joinGroup(node.mac!, setup)
}

/** Updates come over MQTT alone. */
export const UPDATES: boolean = false

export function updateDue(_node: Node): number {
  return NEVER
}

export function takeUpdate(node: Node, _payload: Uint8Array): void {
  node.hal.log('downlink port')
}

export function sendUpdate(_node: Node, done: (result: SendResult) => void): void {
  done({ sent: false })
}

export function updateLingerMs(_node: Node): number {
  return 0
}

export function passSelfTest(_node: Node): void {}

export function failSelfTest(_board: Board, _hal: Hal): void {}
