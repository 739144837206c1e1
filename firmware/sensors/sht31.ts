/** SHT31: air temperature and relative humidity over I2C.
 *  Source: Sensirion, Datasheet SHT3x-DIS, version 7 (December 2022). Section numbers below refer to it.
 *  Out: temperature in 0.01 degC, humidity in 0.01 %RH, both int32. */
import { roundDiv } from '../../core/fixed.ts'
import type { I2cBus } from '../hal/index.ts'
import type { Sensor, SensorError } from './sensor.ts'

const ADDRESS = 0x44 // § 3.4: ADDR pin at VSS
const MEASURE_HIGH_REPEATABILITY = [0x24, 0x00] // § 4.3, table 9: clock stretching disabled
const MEASURE_MS = 16 // § 2.2, table 4: 15.5 ms at most for high repeatability, rounded up
const CRC_POLYNOMIAL = 0x31 // § 4.12, table 19: x^8 + x^5 + x^4 + 1
const CRC_START = 0xff
const TICKS_MAX = 65_535

const AIR_TEMPERATURE = 3
const AIR_HUMIDITY = 4

/** Ticks to 0.01 degC, § 4.13: -45 + 175 t / (2^16 - 1). Rounded to nearest: at most half a step off. */
export function ticksToCentiC(ticks: number): number {
  return roundDiv(17_500 * ticks, TICKS_MAX) - 4_500
}

/** Ticks to 0.01 %RH, § 4.13: 100 t / (2^16 - 1). Rounded to nearest: at most half a step off. */
export function ticksToCentiPercent(ticks: number): number {
  return roundDiv(10_000 * ticks, TICKS_MAX)
}

/** CRC-8 of the two bytes at `at`, § 4.12. */
export function sht31Crc(bytes: Uint8Array, at: number): number {
  let crc = CRC_START
  for (let i = at; i < at + 2; i++) {
    crc ^= bytes[i]!
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ CRC_POLYNOMIAL) & 0xff : crc << 1
  }
  return crc
}

export class Sht31 implements Sensor {
  readonly quantities = [AIR_TEMPERATURE, AIR_HUMIDITY]
  /** The last good temperature since the node woke: sensors that depend on the air's temperature read it here. */
  temperatureCentiC: number | undefined

  /** Whether the chip took the command: without that, what it answers is of another time. */
  private measuring = false
  private readonly bus: I2cBus
  private readonly address: number

  constructor(bus: I2cBus, address = ADDRESS) {
    this.bus = bus
    this.address = address
  }

  start(): number {
    this.measuring = this.bus.write(this.address, MEASURE_HIGH_REPEATABILITY)
    return MEASURE_MS
  }

  /** 'noAnswer': nothing at the address, or it has not measured (it then refuses the read). 'badCrc': either word. */
  read(into: Int32Array, at: number): SensorError {
    const bytes = this.measuring ? this.bus.read(this.address, 6) : undefined
    this.measuring = false
    if (!bytes) return 'noAnswer'
    if (bytes.length < 6 || sht31Crc(bytes, 0) !== bytes[2] || sht31Crc(bytes, 3) !== bytes[5])
      return 'badCrc'
    this.temperatureCentiC = ticksToCentiC(bytes[0]! * 256 + bytes[1]!)
    into[at] = this.temperatureCentiC
    into[at + 1] = ticksToCentiPercent(bytes[3]! * 256 + bytes[4]!)
    return 'ok'
  }
}
