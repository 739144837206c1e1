/** Group setup: makes a light a member of a multicast group, or of none; 24 bytes down, sealed with the light's own keys. */
import { BitReader, BitWriter, type BitPort } from './bits.ts'
import type { GroupSetup, PacketError } from './types.ts'

const BYTES = 24
const KEY_BYTES = 16

/** The fields in the order of the wire; a row of docs/PACKET.md each. */
export function walkGroupSetup(port: BitPort, group: GroupSetup): void {
  group.address = port.bits(group.address, 32)
  for (let i = 0; i < KEY_BYTES; i++) group.key[i] = port.bits(group.key[i]!, 8)
  group.nextCounter = port.bits(group.nextCounter, 32)
}

/** Writes a setup and answers its bytes, 0 when it does not fit. */
export function encodeGroupSetup(group: GroupSetup, into: Uint8Array): number {
  const writer = new BitWriter(into)
  walkGroupSetup(writer, group)
  return writer.finish()
}

/** Errors: 'short', 'long'. */
export function decodeGroupSetup(bytes: Uint8Array): GroupSetup | PacketError {
  if (bytes.length !== BYTES) return bytes.length < BYTES ? 'short' : 'long'
  const group = { address: 0, key: new Uint8Array(KEY_BYTES), nextCounter: 0 }
  walkGroupSetup(new BitReader(bytes), group)
  return group
}
