/** Lamp command: a level and how long it holds, 6 bytes down. Durations instead of times, because a lamp may not know the time. */
import { BitReader, BitWriter, type BitPort } from './bits.ts'
import type { LampCommand, PacketError } from './types.ts'

const BYTES = 6
const LEVEL_PERCENT_MAX = 100

/** The fields in the order of the wire; a row of docs/PACKET.md each. */
export function walkLampCommand(port: BitPort, lamp: LampCommand): void {
  lamp.command = port.bits(lamp.command, 16)
  lamp.levelPercent = port.bits(lamp.levelPercent, 8)
  lamp.durationSeconds = port.bits(lamp.durationSeconds, 24)
}

/** Writes a command and answers its bytes, 0 when it does not fit. */
export function encodeLampCommand(lamp: LampCommand, into: Uint8Array): number {
  const writer = new BitWriter(into)
  walkLampCommand(writer, lamp)
  return writer.finish()
}

/** Errors: 'short', 'long', 'range' (command 0, more than 100 %, no duration). */
export function decodeLampCommand(bytes: Uint8Array): LampCommand | PacketError {
  if (bytes.length !== BYTES) return bytes.length < BYTES ? 'short' : 'long'
  const lamp = { command: 0, levelPercent: 0, durationSeconds: 0 }
  walkLampCommand(new BitReader(bytes), lamp)
  if (!lamp.command || lamp.levelPercent > LEVEL_PERCENT_MAX || !lamp.durationSeconds) return 'range'
  return lamp
}
