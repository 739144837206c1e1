/** Mode: one byte down that ends a node's safe profile, or begins its commissioning anew. Each mode has its own end; this names none. */
import type { PacketError } from './types.ts'

const MODE_MAX = 1

/** Errors: 'short', 'long', 'range' (no MODE_NORMAL and no MODE_COMMISSIONING). */
export function decodeMode(bytes: Uint8Array): number | PacketError {
  if (bytes.length !== 1) return bytes.length < 1 ? 'short' : 'long'
  return bytes[0]! <= MODE_MAX ? bytes[0]! : 'range'
}
