/** When a node is told which of its samples are stored, and in what words. Only this frees them on the node (docs/DESIGN.md). */
import { DOWNLINK_PORT, encodeAcknowledgement } from '../core/packet/index.ts'
import type { Payload } from './lorawan/compose.ts'
import type { FieldNode } from './nodes/node.ts'
import { receivedOf, type Packet } from './packets.ts'

/** Two hundred nodes at SF10 would else fill a gateway's 10 % with acknowledgements. */
const ACKNOWLEDGEMENT_EVERY_MS = 3_600_000
const ACKNOWLEDGEMENT_BYTES_MAX = 11

/** A hello, a health packet and what became of an update are answered at once, since the node says them again until they are; samples when the node asks, when one is missing, or when an hour has passed since the last time. */
export function isDue(node: FieldNode, packet: Packet, nowMs: number): boolean {
  if (packet.kind === 'none' || packet.kind === 'configured') return false
  if (packet.kind === 'update') return packet.update.kind === 'state'
  if (packet.kind === 'hello' || packet.kind === 'health') return true
  if (packet.samples.acknowledgementWanted || packet.received.gap) return true
  return node.acknowledgedMs === undefined || nowMs - node.acknowledgedMs >= ACKNOWLEDGEMENT_EVERY_MS
}

/** The epoch that an answer is about; undefined when the node has not announced one. */
function epochOf(
  node: FieldNode,
  packet: Exclude<Packet, { kind: 'none' | 'configured' }>,
): number | undefined {
  if (packet.kind === 'hello') return packet.hello.epoch
  return packet.kind === 'samples' ? packet.epoch.epoch : node.epochs.at(-1)?.epoch
}

/** The acknowledgement that is due after `packet` was committed, or undefined. */
export function acknowledgementFor(node: FieldNode, packet: Packet, nowMs: number): Payload | undefined {
  if (packet.kind === 'none' || packet.kind === 'configured' || !isDue(node, packet, nowMs)) return undefined
  const epoch = epochOf(node, packet)
  if (epoch === undefined) return undefined
  const bytes = new Uint8Array(ACKNOWLEDGEMENT_BYTES_MAX)
  const length = encodeAcknowledgement(receivedOf(node, epoch).acknowledgement(epoch), bytes)
  return { port: DOWNLINK_PORT.acknowledgement, bytes: bytes.subarray(0, length) }
}
