/** The trace of a run: SHA-256 over every frame on the air (virtual microseconds, device, direction, bytes) and, at the end, over the stored readings
 *  sorted by key. No wall time, port or token is in it: the same seed gives the same trace on any machine. */
import { createHash, type Hash } from 'node:crypto'
import type { StoredReading } from './gatewayPort.ts'

/** Characters of frames that are hashed at once. */
const LINES_MAX = 16_384

export type Direction = 'up' | 'down'

export class Trace {
  private readonly hash: Hash = createHash('sha256')
  /** Lines that wait for the hash: a call of it costs more than a line. */
  private lines = ''
  /** Hears every frame too: tests, and those who want to see a run. */
  onFrame: (micros: number, device: string, direction: Direction, bytes: Uint8Array) => void = () => undefined

  frame(micros: number, device: string, direction: Direction, bytes: Uint8Array): void {
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
    this.lines += `${micros} ${device} ${direction} ${hex}\n`
    if (this.lines.length > LINES_MAX) this.flush()
    this.onFrame(micros, device, direction, bytes)
  }

  /** The digest in hex, with the stored readings of every device; the trace can go on afterwards. */
  digest(stored: ReadonlyMap<string, readonly StoredReading[]>): string {
    this.flush()
    const hash = this.hash.copy()
    for (const device of [...stored.keys()].sort()) {
      const rows = [...stored.get(device)!].sort(byKey)
      const lines = rows.map(
        (row) =>
          `${device} ${row.epoch} ${row.sequence} ${row.quantity} ${row.timeMs} ${row.value} ${row.nodeFlag} ${row.flag} ${row.tests}\n`,
      )
      hash.update(lines.join(''))
    }
    return hash.digest('hex')
  }

  private flush(): void {
    this.hash.update(this.lines)
    this.lines = ''
  }
}

const byKey = (a: StoredReading, b: StoredReading): number =>
  a.epoch - b.epoch || a.sequence - b.sequence || a.quantity - b.quantity
