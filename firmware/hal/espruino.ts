/** The Hal on a board that runs Espruino: the only file that knows Espruino's globals.
 *  Source: Espruino 2v29 reference; its targets/esp32 for what the ESP32 really does; ESP-IDF esp_adc_cal for the converter.
 *  The last sector of the board's flash area belongs to the sleep chain, the others to the node. */
import type { Aes } from '../../core/cipher.ts'
import type { Board } from '../board.ts'
import type {
  Crypto,
  Engine,
  Esp32,
  I2c,
  Process,
  RawFlash,
  Require,
  Spi,
  WatchEvent,
  WatchOptions,
} from './espruinoGlobals.d.ts'
import { espruinoFiles } from './espruinoFiles.ts'
import { espruinoNetwork } from './espruinoNetwork.ts'
import type { Flash, Gpio, Hal, I2cBus, Power, ResetReason } from './index.ts'
import { beginChain, chainEnd, endChain } from './sleepChain.ts'

declare const SPI1: Spi
declare const I2C1: I2c
declare const ESP32: Esp32
declare const E: Engine
declare const process: Process
declare const require: Require
/** Set by the loader in the first start of a bundle, and only then there (update/loader.ts). */
declare const firstStart: boolean | undefined
declare function print(line: string): void
/** Seconds since power-on with microseconds; deep sleep does not stop it. */
declare function getTime(): number
declare function peek32(address: number): number
declare function setTimeout(run: () => void, delayMs: number): number
declare function clearTimeout(timer: number): void
declare function pinMode(pin: number, mode: 'output'): void
declare function digitalWrite(pin: number, high: boolean): void
declare function digitalRead(pin: number): number
declare function digitalPulse(pin: number, high: boolean, milliseconds: number): void
/** 0 to 1. */
declare function analogRead(pin: number): number
declare function setWatch(run: (event: WatchEvent) => void, pin: number, options: WatchOptions): number
declare function clearWatch(watch: number): void

/** ESP32.deepSleep takes a signed 32-bit number of microseconds: 35 minutes fit. */
const SLEEP_MS_MAX = 2_100_000
/** A sleep that is shorter than this is not worth another boot. */
const SLEEP_MS_MIN = 500
/** A clock that has only run for so long began with the power: resets and sleep leave it running. */
const POWER_ON_SECONDS = 60
/** Until the program watches itself (Power.watch): an interpreter that hangs is reset, one that waits for a technician is not. */
const WATCHDOG_SECONDS = 60

/** RTC_CNTL_RESET_STATE_REG: its lowest six bits are the PRO CPU's RESET_REASON (ESP32 technical reference manual, "RTC_CNTL_RESET_STATE_REG"; rom/rtc.h).
 *  Espruino offers no esp_reset_reason, and ESP-IDF clears its own note of a panic, a task's watchdog or a brown-out before a program can read it: those are
 *  a restart by software here. */
const RESET_STATE = 0x3ff48034
const RESET_CAUSES = 63
const POWERON_RESET = 1
const SW_RESET = 3
const DEEPSLEEP_RESET = 5
const SW_CPU_RESET = 12
const RTCWDT_BROWN_OUT_RESET = 15

/** ADC1 at 11 dB, for the nominal reference of 1,100 mV: 3,300 mV in 4,096 steps above 142 mV (coefficients of esp_adc_cal, +-6 % by reference). */
const ADC_SPAN_MILLIVOLTS = 3_300
const ADC_OFFSET_MILLIVOLTS = 142
const ADC_MILLIVOLTS_MAX = 3_300
const ADC_STEPS = 4_096
const NOISE_READINGS = 8

/** ECB block by block: Espruino's CTR mode ignores its initial counter, so the modes are made in core. */
function espruinoAes(crypto: Crypto): Aes {
  return (key) => {
    const own = new Uint8Array(key)
    return (block) => block.set(new Uint8Array(crypto.AES.encrypt(block, own, { mode: 'ECB' })))
  }
}

/** The board's raw area, as large as the node may use it; the sector behind is the sleep chain's. */
function areaFlash(raw: RawFlash, area: Board['flash']): Flash {
  return {
    size: area.size - area.sectorSize,
    sectorSize: area.sectorSize,
    read: (offset, length) => raw.read(length, area.address + offset),
    write: (offset, bytes) => raw.write(bytes, area.address + offset),
    // Espruino takes no number here that a division has made a float.
    erase: (offset) => raw.erasePage((area.address + offset) | 0),
  }
}

/** The loader tells a bundle's first start, ESP-IDF's cause of wake-up deep sleep, the chip's cause of reset the faults, and the clock power-on from a program
 *  that was begun anew by hand. */
function resetReason(): ResetReason {
  // load() resets neither cause: a node that was uploaded to in the middle of its life still shows those of its last start.
  if (typeof firstStart !== 'undefined') return 'load'
  if (ESP32.getWakeupCause() > 0) return 'deepSleep'
  const cause = peek32(RESET_STATE) & RESET_CAUSES
  if (cause === SW_CPU_RESET || cause === SW_RESET) return 'software'
  if (cause === RTCWDT_BROWN_OUT_RESET) return 'brownOut'
  if (cause > DEEPSLEEP_RESET) return 'watchdog'
  if (cause !== POWERON_RESET) return 'unknown'
  return getTime() < POWER_ON_SECONDS ? 'powerOn' : 'load'
}

function sleepFor(milliseconds: number): void {
  ESP32.deepSleep(Math.min(milliseconds, SLEEP_MS_MAX) * 1000)
}

/** Goes on with a sleep that was longer than the chip can, or clears what a reset has left of one. */
function resumeSleep(flash: Flash): void {
  const sector = flash.size
  const end = chainEnd(flash, sector)
  if (end === 0) return
  const leftMs = (end - getTime()) * 1000
  if (resetReason() === 'deepSleep' && leftMs > SLEEP_MS_MIN) sleepFor(leftMs)
  else endChain(flash, sector)
}

function espruinoPower(flash: Flash): Power {
  return {
    resetReason,
    watch: (seconds) => {
      // Not automatic: an interpreter that has nothing left to do must not kick it. The timer group that counts is without power in deep sleep.
      E.enableWatchdog(seconds, false)
      E.kickWatchdog()
    },
    deepSleep: (durationMs) => {
      if (durationMs > SLEEP_MS_MAX) beginChain(flash, flash.size, Math.ceil(getTime() + durationMs / 1000))
      sleepFor(durationMs)
    },
  }
}

const gpio: Gpio = {
  write: (pin, high) => {
    // Said once, the pin stays an output when it is read.
    pinMode(pin, 'output')
    digitalWrite(pin, high)
  },
  read: (pin) => digitalRead(pin) > 0,
  pulse: (pin, microseconds) => digitalPulse(pin, true, microseconds / 1000),
  watch: (pin, edge, run) =>
    setWatch((event) => run(event.state, event.time * 1000), pin, { repeat: true, edge }),
  unwatch: (watch) => clearWatch(watch),
}

const i2cBus: I2cBus = {
  write: (address, bytes) => {
    try {
      I2C1.writeTo(address, bytes)
      return true
    } catch {
      return false
    }
  },
  read: (address, length) => {
    try {
      return I2C1.readFrom(address, length)
    } catch {
      return undefined
    }
  },
}

/** 32 bits out of the converter's lowest bits, the microseconds, and the interpreter's own generator. */
function noise(pin: number): number {
  let bits = (Math.random() * 0x7fffffff) | 0
  for (let i = 0; i < NOISE_READINGS; i++)
    bits = ((bits << 5) | (bits >>> 27)) ^ (analogRead(pin) * ADC_STEPS) ^ (getTime() * 1e6)
  return bits >>> 0
}

function settings(file?: 'abp'): Uint8Array | undefined {
  const stored = require('Storage').readArrayBuffer(file || 'settings')
  // A copy: what Storage answers lies in flash that the next compaction moves.
  return stored && new Uint8Array(new Uint8Array(stored))
}

/** Sets the board's buses up and answers its Hal. Does not return when the node is in the middle of a long sleep. */
export function espruinoHal(board: Board): Hal {
  const { i2c, flash: area, battery } = board
  const flash = areaFlash(require('Flash'), area)
  resumeSleep(flash)
  E.enableWatchdog(WATCHDOG_SECONDS, true)
  if (board.link === 'lorawan') {
    const { spi, radio } = board
    digitalWrite(radio.select, true)
    SPI1.setup({ sck: spi.clock, miso: spi.miso, mosi: spi.mosi, baud: spi.frequencyHz })
  }
  I2C1.setup({ sda: i2c.data, scl: i2c.clock, bitrate: i2c.frequencyHz })
  return {
    clock: {
      nowMs: () => getTime() * 1000,
      setTimer: (delayMs, run) => setTimeout(run, delayMs),
      clearTimer: clearTimeout,
    },
    power: espruinoPower(flash),
    gpio,
    adc: {
      readMillivolts: (pin) =>
        Math.min(
          Math.floor(analogRead(pin) * ADC_SPAN_MILLIVOLTS + 0.5) + ADC_OFFSET_MILLIVOLTS,
          ADC_MILLIVOLTS_MAX,
        ),
    },
    i2c: i2cBus,
    spi: { transfer: (selectPin, bytes) => SPI1.send(bytes, selectPin) },
    flash,
    aes: espruinoAes(require('crypto')),
    files: espruinoFiles,
    sha256: (message) => new Uint8Array(require('crypto').SHA256(message)),
    settings,
    wlan: espruinoNetwork,
    noise: () => noise(battery.pin),
    freeVariables: () => process.memory(false).free,
    onError: (run) => E.on('errorFlag', run),
    log: print,
  }
}
