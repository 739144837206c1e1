/** What a call of the Hal costs an ESP32 under Espruino, in microseconds.
 *  Source: measured on the interpreter's Linux build and scaled to a 240 MHz ESP32 (about 28 times slower, within a factor of 2): a function call
 *  0.23 ms, a native AES block 0.5 ms. Estimates: no board was at hand. Runs are made at factors 1, 2 and 4 of this table.
 *  The code between two calls is charged with the second of them. Measured in the real interpreter, replaying a soil node's life: 2.2 ms for the 13 calls
 *  behind an uplink, 0.55 ms for the 3 that open a window, so 0.17 ms a call, from a flash that slows code down 2.3 times; times 28 that is 2 ms. */

export interface Costs {
  /** Any call from the interpreter into the Hal, with the code that leads to it. */
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
  callMicros: 2_200,
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

/** Microseconds a byte to read a bundle at a start: the interpreter looks for the end of every function. Measured: Espruino 2v29's Linux board passes over
 *  the soil bundle's functions in RAM at 0.053 us a byte; times 28. Out of its flash, a file, it takes 0.235 us: an ESP32 has its flash mapped into
 *  memory, so its own time lies between, nearer to the first. */
export const READ_MICROS_PER_BYTE = 1.5

/** Interpreting a start's code, which is longer than what the table above holds. Measured: the soil bundle's wakes that only sample take that Linux board 61 ms
 *  outside the calls (least of three runs, median of 16 wakes), from a flash that slows code down 2.3 times; times 28 that is 750 ms, less 2 ms for each of
 *  some 95 calls. */
export const WAKE_CODE_MICROS = 560_000

/** The costs of a board at whose every start a bundle of so many bytes is read, and a wake's code interpreted. */
export function withBundle(costs: Costs, bytes: number): Costs {
  const bootMicros = costs.bootMicros + Math.round(bytes * READ_MICROS_PER_BYTE) + WAKE_CODE_MICROS
  return { ...costs, bootMicros }
}

/** The table with every time multiplied. */
export function scaledCosts(factor: number): Costs {
  const scaled: { -readonly [Name in keyof Costs]: number } = { ...ESP32_COSTS }
  for (const name of Object.keys(scaled) as (keyof Costs)[]) scaled[name] *= factor
  return scaled
}
