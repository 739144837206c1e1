/** A registered node as the gateway holds it in memory: what the store keeps of it, ready for the next uplink. */
import type { Session as FrameSession } from '../../core/lorawan/frame.ts'
import type { Command, Device, Epoch, FilterState, Heard, HealthRow, Record, Update } from '../store/store.ts'
import type { Received } from './received.ts'

/** Keys and counters since the last join. */
export interface LiveSession {
  frames: FrameSession
  devAddr: number
  /** As the store keeps them (vault.ts). */
  sealedNwkSKey: string
  sealedAppSKey: string
  /** Last accepted, -1 before the first. */
  counterUp: number
  /** Next to use. */
  counterDown: number
  /** Counters below this one are kept as used, for frames between uplinks. */
  keptDown: number
  /** The node still keeps the dwell time limit: it has not answered TxParamSetupReq since this process knows it. */
  dwell: boolean
}

/** In the place of the last DevNonce: above every one that a request could have. */
export const NEVER_JOINS = 0x10000

/** What a node that never joins is registered with (activation by personalization): 8 hex digits, and keys of 32. */
export interface Personal {
  devAddr: string
  nwkSKey: string
  appSKey: string
}

export interface FieldNode {
  /** As registered, the key left out. */
  device: Omit<Device, 'appKey'>
  appKey: Uint8Array
  devNonce: number
  joinNonce: number
  session: LiveSession | undefined
  /** Latest hello last. */
  epochs: Epoch[]
  /** By epoch. */
  received: Map<number, Received>
  /** By quantity. */
  filters: Map<number, FilterState>
  /** The newest record of each quantity. */
  latest: Map<number, Record>
  heard: Heard | undefined
  /** Says something to it between its uplinks, if it listens then; by the way of its last one, as long as this process knows.
   *  False when nothing took the frame. */
  sayNow: ((phy: Uint8Array) => Promise<boolean>) | undefined
  /** Its broker says that its connection broke off, Unix milliseconds; undefined once it is back. */
  brokenMs: number | undefined
  /** The last health packet. */
  health: HealthRow | undefined
  /** The last lamp command, in whatever state: a new one takes the place of the one before. */
  command: Command | undefined
  /** The last update over the air, in whatever state. */
  update: Update | undefined
  /** When the application's acknowledgement was last handed to a forwarder. */
  acknowledgedMs: number | undefined
  /** Port of the last downlink, so that a lamp's command and an acknowledgement take turns when both are due. */
  lastDownlinkPort: number
  /** Work of this node under way: its uplinks are handled one after the other. */
  tail: Promise<void>
}

/** The last epoch announced under this alias (low 8 bits), or undefined. */
export function epochOfAlias(node: FieldNode, alias: number): Epoch | undefined {
  for (let i = node.epochs.length - 1; i >= 0; i--) {
    if ((node.epochs[i]!.epoch & 0xff) === alias) return node.epochs[i]
  }
  return undefined
}

/** Runs `work` after what the node has under way. */
export function inTurn(node: FieldNode, work: () => Promise<void>): Promise<void> {
  node.tail = node.tail.then(work)
  return node.tail
}
