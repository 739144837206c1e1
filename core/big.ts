/** Big-endian numbers, as the RFCs of the IETF send theirs ("network byte order"). */

/** The unsigned 32-bit number from `bytes[at]`. */
export function getBig32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** Writes the 32-bit `value` from `bytes[at]`. */
export function putBig32(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (24 - 8 * i)) & 0xff
}
