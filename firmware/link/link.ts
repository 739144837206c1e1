/** A node's way to its gateway, as firmware/exchange.ts uses it: the same functions for each link, and the board says which one it has.
 *  The build puts the board's own link in the place of this file (cli/build/chain.ts), so that no bundle holds the other one. */
import type { Board } from '../board.ts'
import type { Hal } from '../hal/index.ts'
import type { Node } from '../nodeState.ts'
import * as lorawan from './lorawan.ts'
import * as mqtt from './mqtt.ts'
import type { Heard, SendResult } from './result.ts'

/** Whether the link carries updates over the air: what is built for one that does not holds nothing of them. Here both are. */
export const UPDATES: boolean = true

const linkOf = ({ board }: { readonly board: Board }): typeof lorawan | typeof mqtt =>
  board.link === 'mqtt' ? mqtt : lorawan

/** Makes the link ready, once a program; the functions below need it. `heard` gets each downlink that does not come with an uplink. */
export function openLink(node: Node, heard: Heard): void {
  linkOf(node).openLink(node, heard)
}

/** True when the gateway has let the node in, now or before its last sleep. */
export function isJoined(node: Node): boolean {
  return linkOf(node).isJoined(node)
}

/** Milliseconds until the link may be used: 0 is now. */
export function waitMs(node: Node): number {
  return linkOf(node).waitMs(node)
}

/** Bytes that the next uplink can carry. */
export function roomBytes(node: Node): number {
  return linkOf(node).roomBytes(node)
}

/** Samples that an uplink is built from at the most: each costs memory while the link is there. */
export function groupSamplesMax(node: Node): number {
  return linkOf(node).groupSamplesMax(node)
}

/** One attempt to be let in; `done` gets whether that was so. A node may join again while it is joined. */
export function joinNetwork(node: Node, done: (joined: boolean) => void): void {
  linkOf(node).joinNetwork(node, done)
}

/** Sends one uplink on `port` (1 to 223) and listens a while; longer, where listening costs, when it was `asked` for an answer. */
export function send(
  node: Node,
  port: number,
  payload: Uint8Array,
  done: (result: SendResult) => void,
  asked: boolean,
): void {
  linkOf(node).send(node, port, payload, done, asked)
}

/** Asks for the time beside the next uplink; the answer goes to `node.onTime`. */
export function askTime(node: Node): void {
  linkOf(node).askTime(node)
}

/** What the link needs of `seconds` between two uplinks. */
export function spacingSeconds(node: Node, seconds: number): number {
  return linkOf(node).spacingSeconds(node, seconds)
}

/** Gives up a link that has hung: nobody is called any more, and the next exchange opens another. */
export function dropLink(node: Node): void {
  linkOf(node).dropLink(node)
}

/** Takes leave before deep sleep. */
export function closeLink(node: Node, done: () => void): void {
  linkOf(node).closeLink(node, done)
}

/** Makes a node that never sleeps one that can be spoken to at any time. Called before its first exchange, once its `onDownlink` is there. */
export function stayReachable(node: Node): void {
  linkOf(node).stayReachable(node)
}

/** Takes a setup of a multicast group; false when it is none, or the link has no such groups. */
export function joinGroup(node: Node, setup: Uint8Array): boolean {
  return linkOf(node).joinGroup(node, setup)
}

/** When there is something to say of an update over the air, in node seconds; NEVER for a link that carries none. */
export function updateDue(node: Node): number {
  return linkOf(node).updateDue(node)
}

/** Takes what came down of an update. */
export function takeUpdate(node: Node, payload: Uint8Array): void {
  linkOf(node).takeUpdate(node, payload)
}

/** Says what there is to say of an update. */
export function sendUpdate(node: Node, done: (result: SendResult) => void): void {
  linkOf(node).sendUpdate(node, done)
}

/** How long to stay awake for an update before the next look, in milliseconds; 0 when there is no need. */
export function updateLingerMs(node: Node): number {
  return linkOf(node).updateLingerMs(node)
}

/** A whole exchange has come to its end in good order: a bundle on trial has passed. */
export function passSelfTest(node: Node): void {
  linkOf(node).passSelfTest(node)
}

/** The program can't do its work on this node: a bundle on trial gives way to the one before, and does not return then. */
export function failSelfTest(board: Board, hal: Hal): void {
  linkOf({ board }).failSelfTest(board, hal)
}
