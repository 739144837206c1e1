/** What a node may ask of the board it runs on. Two implementations: espruino.ts (the board) and sim/hal.ts (the simulator).
 *  Each call blocks no longer than its own line says; whatever takes longer has a callback. */
import type { Aes } from '../../core/cipher.ts'
import type { Sha256 } from '../../core/hash.ts'
import type { Network } from './network.ts'

/** Time on a node: it counts since the node was powered, goes on in deep sleep and is lost with the power. */
export interface NodeClock {
  /** Milliseconds since power-on; may carry a fraction. */
  nowMs(): number
  /** Calls `run` once after `delayMs`; answers a number that `clearTimer` takes. A timer does not outlive deep sleep. */
  setTimer(delayMs: number, run: () => void): number
  clearTimer(timer: number): void
}

/** `load`: the program was begun anew and the chip went on, as after an upload; `software`: the chip was restarted by its own software, which is what a panic
 *  and a watchdog of the operating system do too. */
export type ResetReason = 'powerOn' | 'deepSleep' | 'watchdog' | 'software' | 'brownOut' | 'load' | 'unknown'

export interface Power {
  /** Why the program has just started. */
  resetReason(): ResetReason
  /** The program's proof of life: the chip is reset unless the node sleeps or this is called again within `seconds`. An interpreter that is idle, because an
   *  error has ended all that it had to do, is reset too. Deep sleep stops it. */
  watch(seconds: number): void
  /** Deep sleep: RAM is lost and the program starts again after `durationMs`. Any length: the board chains its own limits. Nothing after the call is run. */
  deepSleep(durationMs: number): void
}

export type Edge = 'rising' | 'falling' | 'both'

export interface Gpio {
  write(pin: number, high: boolean): void
  /** Reads the pin's level, for an output the level that is really there. */
  read(pin: number): boolean
  /** Drives the pin high for `microseconds` (10 to 1,000) and low again; may answer before the pulse has ended. */
  pulse(pin: number, microseconds: number): void
  /** Calls `run` at each edge with the time the edge happened on the scale of NodeClock.nowMs (the interrupt's stamp, not the callback's). */
  watch(pin: number, edge: Edge, run: (high: boolean, atMs: number) => void): number
  unwatch(watch: number): void
}

export interface Adc {
  /** Millivolts at the pin, 0 to 3,300; one conversion, under 1 ms. */
  readMillivolts(pin: number): number
}

export interface I2cBus {
  /** False when the address or a byte was not acknowledged. */
  write(address: number, bytes: number[]): boolean
  /** The bytes read, or undefined when the address was not acknowledged. */
  read(address: number, length: number): Uint8Array | undefined
}

export interface SpiBus {
  /** Selects the chip, sends `bytes`, answers the bytes that came back at the same clock edges, releases the chip. */
  transfer(selectPin: number, bytes: Uint8Array | number[]): Uint8Array
}

/** Raw NOR flash set apart for the node: offset 0 is the area's first byte. A write can only clear bits; an erase sets a whole sector. */
export interface Flash {
  /** Bytes of the area: a whole number of sectors. */
  readonly size: number
  readonly sectorSize: number
  read(offset: number, length: number): Uint8Array
  /** `offset` and `bytes.length` are multiples of 4. */
  write(offset: number, bytes: Uint8Array): void
  /** `offset` is a multiple of `sectorSize`. About 50 ms. */
  erase(offset: number): void
}

/** Files that the cable has made, with all the room they will ever have. Nothing makes one over the air: the board's file system is not safe against a power
 *  cut there (update/record.ts). A byte is written once. */
export interface Files {
  /** Bytes of a file, 0 where there is none. */
  size(name: string): number
  /** `length` is 1 or more; fewer bytes where the file ends, none where there is none. What was never written is 255. */
  read(name: string, offset: number, length: number): Uint8Array
  /** SHA-256 over `length` bytes, which do not come into memory for it. Of a board that has one (Hal.sha256). */
  digest(name: string, offset: number, length: number): Uint8Array
  /** `offset` is 1 or more. False where there is no such file, where it ends too early, and where a byte was written before: nothing has changed then. */
  write(name: string, bytes: Uint8Array, offset: number): boolean
}

export interface Hal {
  readonly clock: NodeClock
  readonly power: Power
  readonly gpio: Gpio
  readonly adc: Adc
  readonly i2c: I2cBus
  readonly spi: SpiBus
  readonly flash: Flash
  readonly aes: Aes
  /** Of a board that is updated over the air: its interpreter's own, since a bundle's digest and signature are some 640 hashes. */
  readonly sha256?: Sha256
  /** Of a board whose link is Wi-Fi. */
  readonly wlan?: Network
  /** The board's files: made when they are asked for, since on a board each of the three functions takes up memory as long as it is held. */
  files(): Files
  /** The settings record a technician wrote with `fieldnode provision` (core/settings), or undefined on a blank node; or the one beside it for a node that
   *  never joins (core/abp). */
  settings(file?: 'abp'): Uint8Array | undefined
  /** 32 bits from analog noise and the like: good for jitter and for a new epoch, not for keys. */
  noise(): number
  /** Variables that the interpreter has free now; a board without such a limit answers its highest number. */
  freeVariables(): number
  /** Calls `run` after the interpreter lost something, with its own words for it: MEMORY, LOW_MEMORY, MEMORY_BUSY, CALLBACK, FIFO_FULL, BUFFER_FULL,
   *  UART_OVERFLOW. When it ran out of memory, whatever ran then was ended in the middle and no `catch` saw it: only this does; there is memory again then. */
  onError(run: (flags: string[]) => void): void
  /** A line for the technician's cable; never needed for work. */
  log(line: string): void
}
