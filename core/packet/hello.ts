/** Hello: the first packet of an epoch, 11 bytes, repeated until an acknowledgement names the epoch; and whenever a node begins to report more often or less. */
import { BitReader, BitWriter, type BitPort } from './bits.ts'
import { walkInterval } from './head.ts'
import type { Hello, PacketError } from './types.ts'

/** The fields in the order of the wire; a row of docs/PACKET.md each. */
export function walkHello(port: BitPort, hello: Hello): void {
  hello.epoch = port.bits(hello.epoch, 32)
  hello.nextSequence = port.bits(hello.nextSequence, 32)
  hello.setId = port.bits(hello.setId, 5)
  hello.reportSeconds = walkInterval(port, hello.reportSeconds)
  hello.firmwareVersion = port.bits(hello.firmwareVersion, 8)
}

/** Writes a hello and answers its bytes, 0 when it does not fit. The interval is rounded as docs/PACKET.md says. */
export function encodeHello(hello: Hello, into: Uint8Array): number {
  const { epoch, nextSequence, setId, reportSeconds, firmwareVersion } = hello
  const writer = new BitWriter(into)
  // A copy, because the walk puts the rounded interval back.
  walkHello(writer, { epoch, nextSequence, setId, reportSeconds, firmwareVersion })
  return writer.finish()
}

/** Errors: 'short', 'long', 'range' (an interval or filling that no encoder writes). */
export function decodeHello(bytes: Uint8Array): Hello | PacketError {
  const hello = { epoch: 0, nextSequence: 0, setId: 0, reportSeconds: 0, firmwareVersion: 0 }
  const reader = new BitReader(bytes)
  walkHello(reader, hello)
  const end = reader.finish()
  if (end) return end
  const again = new Uint8Array(bytes.length)
  encodeHello(hello, again)
  return again.every((byte, i) => byte === bytes[i]) ? hello : 'range'
}
