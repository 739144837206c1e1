/** Bits in order, most significant first, into bytes and out of them.
 *  A writer and a reader have the same method, so that one walk over the fields of a packet serves both directions: the writer puts
 *  down the value it is given and answers it, the reader ignores the value and answers what it found. */

export interface BitPort {
  /** True when the answers are news, and the walk has to keep them. */
  readonly reading: boolean
  /** One field of `count` bits, 1..32; the value is unsigned. */
  bits(value: number, count: number): number
}

/** Writes into `into` from its first byte, as far as there is room; `position` goes on counting behind it. */
export class BitWriter implements BitPort {
  reading = false
  /** Bits written. */
  position = 0

  constructor(private into: Uint8Array) {}

  bits(value: number, count: number): number {
    let left = count
    while (left > 0) {
      const at = this.position >> 3
      const room = 8 - (this.position & 7)
      const take = left < room ? left : room
      const chunk = (value >>> (left - take)) & ((1 << take) - 1)
      // A store behind the end of a typed array is ignored, in Espruino too.
      if (room === 8) this.into[at] = 0
      this.into[at] = this.into[at]! | (chunk << (room - take))
      this.position += take
      left -= take
    }
    return value
  }

  /** Bytes written, the last one filled with zeros; 0 when `into` was too short. */
  finish(): number {
    const bytes = (this.position + 7) >> 3
    return bytes > this.into.length ? 0 : bytes
  }
}

/** Reads `bytes` from the first; behind their end there are zeros, and finish() tells. */
export class BitReader implements BitPort {
  reading = true
  /** Bits read. */
  position = 0

  constructor(private bytes: Uint8Array) {}

  bits(_value: number, count: number): number {
    let value = 0
    let left = count
    while (left > 0) {
      const room = 8 - (this.position & 7)
      const take = left < room ? left : room
      const byte = this.position >> 3 < this.bytes.length ? this.bytes[this.position >> 3]! : 0
      value = (value << take) | ((byte >> (room - take)) & ((1 << take) - 1))
      this.position += take
      left -= take
    }
    return value >>> 0
  }

  /** Says whether what was read is just what there is: 'short' when bits were missing, 'long' when whole bytes are left. */
  finish(): 'short' | 'long' | undefined {
    const bytes = (this.position + 7) >> 3
    if (bytes > this.bytes.length) return 'short'
    return bytes < this.bytes.length ? 'long' : undefined
  }
}
