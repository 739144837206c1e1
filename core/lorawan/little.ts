/** Little-endian numbers, as every field of LoRaWAN is sent (LoRaWAN 1.0.4, 3.1: "the octet order for all multi-octet fields is little endian"). */

/** The number in `count` bytes (1 to 4) from `bytes[at]`, unsigned. */
export function getLittle(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
  return value
}

/** Writes the low `count` bytes (1 to 4) of `value` from `bytes[at]`. */
export function putLittle(bytes: Uint8Array, at: number, count: number, value: number): void {
  for (let i = 0; i < count; i++) bytes[at + i] = (value >>> (8 * i)) & 0xff
}
