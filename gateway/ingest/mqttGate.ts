/** Stands before the broker's parser and lets only messages through that a node could send: the parser itself would wait for, and keep, up to
 *  256 MB. Source: MQTT 3.1.1, 2.2 (fixed header: type, then the rest's length in one to four bytes of seven bits). */
import { Transform, type TransformCallback } from 'node:stream'

/** A frame of 255 bytes with its topic, or a CONNECT with credentials and will, takes less than 300. */
const MESSAGE_BYTES_MAX = 512
const LENGTH_BYTES_MAX = 4
const MORE = 0x80

export class MqttGate extends Transform {
  /** Of the message under way. */
  private left = 0
  /** Bytes of the length read so far; -1 before a message. */
  private lengthBytes = -1

  /** Passes the bytes on; fails with `size` at a message that is too long. */
  override _transform(bytes: Buffer, _: BufferEncoding, done: TransformCallback): void {
    for (let at = 0; at < bytes.length;) {
      if (this.lengthBytes < 0 && this.left > 0) {
        const step = Math.min(this.left, bytes.length - at)
        this.left -= step
        at += step
      } else this.head(bytes[at++]!)
      if (this.left > MESSAGE_BYTES_MAX || this.lengthBytes > LENGTH_BYTES_MAX) return done(new Error('size'))
    }
    done(null, bytes)
  }

  private head(byte: number): void {
    if (this.lengthBytes < 0) {
      this.lengthBytes = 0
      return
    }
    this.left += (byte & (MORE - 1)) * 2 ** (7 * this.lengthBytes++)
    if (!(byte & MORE)) this.lengthBytes = -1
  }
}
