/** The LoRaWAN link of a node: its device MAC on its board's radio and its journal. */
import { append, KIND, latest } from '../journal.ts'
import type { Node } from '../nodeState.ts'
import { makeMac, type Mac } from '../radio/mac.ts'
import { Sx1276 } from '../radio/sx1276.ts'
import type { LoraBoard } from '../board.ts'
import type { SendResult } from './result.ts'

/** Builds the MAC on the node's radio and flash. */
function openMac(node: Node): Mac {
  const { hal, board, region, settings, journal } = node
  const host = {
    load: () => latest(journal, KIND.mac),
    save: (state: Uint8Array) => append(journal, KIND.mac, state),
  }
  const radio = new Sx1276(hal, (board as LoraBoard).radio)
  return makeMac(hal, radio, region, settings, host, (unixSeconds, atMs) => {
    if (node.onTime) node.onTime(unixSeconds, atMs)
  })
}

export function openLink(node: Node): void {
  node.mac = node.mac || openMac(node)
}

export function isJoined(node: Node): boolean {
  return node.mac!.joined()
}

export function waitMs(node: Node): number {
  return node.mac!.waitMs()
}

export function roomBytes(node: Node): number {
  return node.mac!.payloadBytesMax()
}

export function joinNetwork(node: Node, done: (joined: boolean) => void): void {
  node.mac!.join(done)
}

export function send(
  node: Node,
  port: number,
  payload: Uint8Array,
  done: (result: SendResult) => void,
): void {
  node.mac!.send(port, payload, done)
}

export function askTime(node: Node): void {
  node.mac!.askTime()
}

/** Between two uplinks, so that a hundred nodes that come back together find room in the air. */
export function spacingSeconds(_node: Node, seconds: number): number {
  return seconds
}

export function dropLink(node: Node): void {
  node.mac = undefined
}

export function closeLink(_node: Node, done: () => void): void {
  done()
}
