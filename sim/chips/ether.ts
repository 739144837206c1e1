/** What a radio chip's model and the air say to each other. Powers in dBm, times in microseconds. */
import type { Event, Schedule } from '../clock.ts'
import { symbolMicros, type LoraSetting } from './lora.ts'

export interface SentFrame {
  setting: LoraSetting
  powerDbm: number
  bytes: Uint8Array
  startMicros: number
  endMicros: number
}

export interface HeardFrame {
  bytes: Uint8Array
  /** End of its header. */
  headerMicros: number
  endMicros: number
  rssiDbm: number
  snrDb: number
  /** Its header announced a CRC, and that is wrong. */
  crcWrong?: boolean
}

/** What a radio asks of the air around it. */
export interface Ether {
  transmit(frame: SentFrame): void
  /** The frame whose preamble a receiver, listening from one time to the other, has locked on by then. */
  detect(setting: LoraSetting, fromMicros: number, toMicros: number): HeardFrame | undefined
  /** Calls `run` at each downlink that starts, until the answer is called: for continuous reception. */
  watch(run: () => void): () => void
}

/** A receiver locks on when it has seen this many symbols of a preamble: an estimate, from the 8 that are sent and the least window of 6
 *  symbols that Semtech's own rule for windows allows for. */
export const LOCK_SYMBOLS = 5

/** Continuous reception from `openMicros` on: whenever a downlink starts, a look once a receiver would have locked on. `wait` is told the look that
 *  comes next, `found` the frame. The answer ends the watching; the look that is due is the caller's to cancel. */
export function listenOn(
  schedule: Schedule,
  ether: Ether,
  setting: LoraSetting,
  openMicros: number,
  wait: (look: Event) => void,
  found: (heard: HeardFrame) => void,
): () => void {
  const lock = LOCK_SYMBOLS * symbolMicros(setting.spreadingFactor, setting.bandwidthHz)
  const tryLock = (): void => {
    const atMicros = Math.max(schedule.nowMicros(), openMicros) + Math.ceil(lock)
    const look = (): void => {
      const heard = ether.detect(setting, openMicros, atMicros)
      if (heard) found(heard)
    }
    wait(schedule.at(atMicros, look))
  }
  const unwatch = ether.watch(tryLock)
  tryLock()
  return unwatch
}
