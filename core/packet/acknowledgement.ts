/** The application's acknowledgement: which samples of an epoch are on the gateway's disk. Only it frees a sample on the node. */
import { BitReader, BitWriter, type BitPort } from './bits.ts'
import type { Acknowledgement, PacketError } from './types.ts'

const FIXED_BYTES = 8
const BITMAP_BYTES_MAX = 3

/** The fields in the order of the wire; a row of docs/PACKET.md each. */
export function walkAcknowledgement(port: BitPort, acknowledgement: Acknowledgement): void {
  acknowledgement.epoch = port.bits(acknowledgement.epoch, 32)
  acknowledgement.nextSequence = port.bits(acknowledgement.nextSequence, 32)
  const received = acknowledgement.received
  for (let i = 0; i < received.length; i++) received[i] = port.bits(received[i]!, 8)
}

/** Writes 8 bytes and the bitmap and answers how many; 0 when they do not fit or the bitmap is longer than 3 bytes. */
export function encodeAcknowledgement(acknowledgement: Acknowledgement, into: Uint8Array): number {
  if (acknowledgement.received.length > BITMAP_BYTES_MAX) return 0
  const writer = new BitWriter(into)
  walkAcknowledgement(writer, acknowledgement)
  return writer.finish()
}

/** Errors: 'short' below 8 bytes, 'long' above 11. */
export function decodeAcknowledgement(bytes: Uint8Array): Acknowledgement | PacketError {
  if (bytes.length < FIXED_BYTES) return 'short'
  if (bytes.length > FIXED_BYTES + BITMAP_BYTES_MAX) return 'long'
  const acknowledgement = { epoch: 0, nextSequence: 0, received: new Uint8Array(bytes.length - FIXED_BYTES) }
  walkAcknowledgement(new BitReader(bytes), acknowledgement)
  return acknowledgement
}
