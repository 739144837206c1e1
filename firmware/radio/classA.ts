/** One uplink and the two windows behind it, as class A prescribes.
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 3.3; how long a window is and where it lies: the rule that Semtech's LoRaMac-node uses. */
import { symbolMicroseconds } from '../../core/lorawan/airtime.ts'
import type { MacParts } from './macParts.ts'
import type { Modulation, Received } from './radio.ts'

/** How far a window may be off the time it should open at, either way, beside what was measured: a busy interpreter is late by many milliseconds. */
const WINDOW_ERROR_MS = 20
/** A window is widened by no more: RX1 is a second away. */
const LATE_MS_MAX = 400
/** What the chips' counters of a window hold (SX1276: SymbTimeout of 10 bits). */
const SYMBOLS_MAX = 1_023
/** From a timer's due time to the chip listening, at the least. */
const WINDOW_WAKE_MS = 3
/** Loading a window takes up to 13 transfers: a radio that does not sleep is taken from what it does so long before. */
const LOAD_MS = 50
/** A receiver needs six symbols of a preamble's eight. */
const DETECT_SYMBOLS = 6
const PREAMBLE_SYMBOLS = 8

export interface Exchange {
  readonly frame: Uint8Array
  readonly up: Modulation
  readonly powerDbm: number
  /** From the uplink's end to the first window; the second follows a second later. */
  readonly delaySeconds: number
  /** Undefined where there is no such window. */
  readonly rx1: Modulation | undefined
  readonly rx2: Modulation | undefined
  /** Whether a frame was for this node and right: then there is no second window. `endMs` is the uplink's end. */
  take(received: Received, endMs: number): boolean
  /** `endMs` is undefined when the radio did not say that the frame was out. */
  done(endMs: number | undefined): void
}

/** The program was late by so much: windows are widened by the most of this exchange and half of what was before. */
function measure(mac: MacParts, lateMs: number): void {
  mac.lateMs = Math.min(Math.max(mac.lateMs || 0, lateMs), LATE_MS_MAX)
}

/** Opens a window for a frame that begins at `atMs`. One whose preamble has gone before it could be opened is left out. */
function listen(
  mac: MacParts,
  modulation: Modulation | undefined,
  atMs: number,
  done: (received: Received | undefined) => void,
): void {
  if (!modulation) return done(undefined)
  const { clock } = mac.hal
  const symbolMs = symbolMicroseconds(modulation.spreadingFactor, modulation.bandwidthHz) / 1000
  const errorMs = WINDOW_ERROR_MS + mac.lateMs!
  // Wide enough to hold six symbols of the preamble when it opens too early or too late by the error, and centred on the preamble.
  const symbols = Math.ceil(2 * DETECT_SYMBOLS - PREAMBLE_SYMBOLS + (2 * errorMs) / symbolMs)
  const length = Math.min(Math.max(DETECT_SYMBOLS, symbols), SYMBOLS_MAX)
  const openMs = atMs + ((PREAMBLE_SYMBOLS - length) * symbolMs) / 2 - WINDOW_WAKE_MS
  function load(): void {
    mac.radio.prepareWindow(modulation!, length)
    const inMs = openMs - clock.nowMs()
    if (inMs >= 0)
      clock.setTimer(inMs, () => {
        measure(mac, clock.nowMs() - openMs)
        mac.radio.openWindow(done)
      })
    else {
      measure(mac, -inMs)
      if (inMs < -errorMs) done(undefined)
      else mac.radio.openWindow(done)
    }
  }
  if (!mac.rest) return load()
  mac.rest()
  clock.setTimer(Math.max(0, openMs - LOAD_MS - mac.lateMs! - clock.nowMs()), load)
}

/** Sends a frame and listens. The radio has been started; it rests when `done` is called. */
export function exchange(mac: MacParts, x: Exchange): void {
  mac.lateMs = (mac.lateMs || 0) / 2
  function finish(endMs: number | undefined): void {
    if (mac.rest) mac.rest()
    else mac.radio.sleep()
    x.done(endMs)
  }
  mac.radio.transmit(x.frame, x.up, x.powerDbm, (endMs) => {
    if (endMs === undefined) return finish(endMs)
    measure(mac, mac.hal.clock.nowMs() - endMs)
    const firstMs = endMs + 1000 * x.delaySeconds
    listen(mac, x.rx1, firstMs, (first) => {
      if (first && x.take(first, endMs)) return finish(endMs)
      listen(mac, x.rx2, firstMs + 1000, (second) => {
        if (second) x.take(second, endMs)
        finish(endMs)
      })
    })
  })
}
