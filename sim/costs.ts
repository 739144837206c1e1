/** What a call of the Hal costs an ESP32 under Espruino, in microseconds.
 *  Source: measured on the interpreter's Linux build and scaled to a 240 MHz ESP32 (about 28 times slower, within a factor of 2): a function call
 *  0.23 ms, a native AES block 0.5 ms. Estimates: no board was at hand. Runs are made at factors 1, 2 and 4 of this table. */

export interface Costs {
  /** Any call from the interpreter into the Hal. */
  readonly callMicros: number
  /** A byte over SPI at 8 MHz with the interpreter's copying. */
  readonly spiByteMicros: number
  /** A byte over I2C at 100 kHz: nine clocks. */
  readonly i2cByteMicros: number
  readonly adcMicros: number
  readonly flashReadByteMicros: number
  /** Programming up to a page of 256 bytes takes 0.7 ms (W25Q32: tPP typical 0.4, longest 3). */
  readonly flashWriteMicros: number
  readonly flashWriteByteMicros: number
  readonly flashEraseMicros: number
  readonly aesKeyMicros: number
  readonly aesBlockMicros: number
  readonly logByteMicros: number
  /** From waking to the first line of the program: ROM, second stage, interpreter, evaluation of the bundle's outer function. */
  readonly bootMicros: number
}

export const ESP32_COSTS: Costs = {
  callMicros: 250,
  spiByteMicros: 10,
  i2cByteMicros: 90,
  adcMicros: 100,
  flashReadByteMicros: 1,
  flashWriteMicros: 700,
  flashWriteByteMicros: 5,
  flashEraseMicros: 50_000,
  aesKeyMicros: 300,
  aesBlockMicros: 500,
  logByteMicros: 87,
  bootMicros: 350_000,
}

/** The table with every time multiplied. */
export function scaledCosts(factor: number): Costs {
  const scaled: { -readonly [Name in keyof Costs]: number } = { ...ESP32_COSTS }
  for (const name of Object.keys(scaled) as (keyof Costs)[]) scaled[name] *= factor
  return scaled
}
