/** What the device MAC asks of a radio chip. Times are NodeClock milliseconds. */

export interface Modulation {
  readonly frequencyHz: number
  readonly spreadingFactor: number
  readonly bandwidthHz: number
}

export interface Received {
  readonly bytes: Uint8Array
  readonly rssiDbm: number
  readonly snrQuarterDb: number
}

export interface Radio {
  /** Resets and configures the chip (10 to 30 ms); false when it does not answer as it should. */
  start(): boolean
  /** Sends one uplink frame (CRC on, IQ normal); `done` gets the time its last symbol left, by the interrupt's stamp, or undefined when
   *  the chip did not report the end in time. `powerDbm` is at the antenna's connector; the chip takes the nearest it can do. */
  transmit(
    frame: Uint8Array,
    modulation: Modulation,
    powerDbm: number,
    done: (endMs: number | undefined) => void,
  ): void
  /** Loads everything for a downlink window (CRC off, IQ inverted) of 4 to 1,023 symbols, so that `openWindow` is one transfer.
   *  A chip that cannot count so finely takes the next longer window. With 0 symbols the window stays open. */
  prepareWindow(modulation: Modulation, symbols: number): void
  /** Opens the prepared window now; `done` gets the frame, or undefined when none came within the window. One that stays open gives every frame
   *  it hears to `done`, until another method is called. */
  openWindow(done: (received: Received | undefined) => void): void
  /** Lowest consumption; `start` is needed afterwards. Nobody who still waits is called any more. */
  sleep(): void
}
