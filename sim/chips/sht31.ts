/** SHT31-DIS: humidity and temperature over I2C, as its bus shows it.
 *  Source: Sensirion SHT3x-DIS datasheet, version 6: 2.2 and table 4 (times), table 2 (accuracy), 4.3 (single shot), 4.4 (reading: NACK until
 *  measured), 4.9 (reset), 4.10 (heater), 4.11 (status), 4.12 (CRC-8, polynomial 0x31, start 0xff), 4.13 (conversion). Times in microseconds. */
import type { Tell } from '../ledger.ts'
import type { Random } from '../random.ts'
import { ChipMisuse } from './misuse.ts'

export const SHT31_FAULTS = ['none', 'nack', 'badCrc', 'stuck', 'condensation'] as const
export type Sht31Fault = (typeof SHT31_FAULTS)[number]

/** The air at the chip; undefined when there is nothing to measure (a gap in a replayed series). */
export interface AirThere {
  temperatureC: number | undefined
  humidityPercent: number | undefined
}

const CHIP = 'sht31'
const POWER_UP_MICROS = 1_500
const RESET_MICROS = 1_500
const BETWEEN_COMMANDS_MICROS = 1_000
/** Longest conversion by command (table 4), and the spread of repeated readings at 3 sigma (tables 1 and 2). */
const SINGLE_SHOT: Record<number, { micros: number; celsius: number; percent: number }> = {
  0x2400: { micros: 15_000, celsius: 0.06, percent: 0.21 },
  0x240b: { micros: 6_000, celsius: 0.12, percent: 0.25 },
  0x2416: { micros: 4_000, celsius: 0.24, percent: 0.7 },
}
const COMMAND = {
  reset: 0x30a2,
  heaterOn: 0x306d,
  heaterOff: 0x3066,
  status: 0xf32d,
  clearStatus: 0x3041,
} as const
/** 4.10: a few degrees above the air; what it does to the humidity follows from that. */
const HEATER_CELSIUS = 3

/** CRC-8 of table 20: 0xbeef gives 0x92. */
export function sht31Crc(high: number, low: number): number {
  let crc = 0xff
  for (const byte of [high, low]) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x31) & 0xff : (crc << 1) & 0xff
  }
  return crc
}

const clampWord = (value: number): number => Math.max(0, Math.min(65_535, Math.round(value)))

export class Sht31 {
  fault: Sht31Fault = 'none'
  /** Hears when it measures, for the ledger. */
  onState: Tell<'idle' | 'measuring'> = () => undefined
  private powered = true
  private readyMicros = POWER_UP_MICROS
  private measuredMicros: number | undefined
  private spread = SINGLE_SHOT[0x2400]!
  private heater = false
  private statusAsked = false
  private stuck: [number, number] | undefined
  /** Calibration error of this part: within the typical +-0.2 degC and +-2 %RH. */
  private readonly celsiusOff: number
  private readonly percentOff: number

  constructor(
    private readonly airAt: (micros: number) => AirThere,
    private readonly random: Random,
    poweredMicros = 0,
  ) {
    this.celsiusOff = random.between(-0.2, 0.2)
    this.percentOff = random.between(-1.5, 1.5)
    this.power(poweredMicros)
  }

  /** The supply comes on, or goes off: undefined. Without it no address is acknowledged. */
  power(atMicros: number | undefined): void {
    this.powered = atMicros !== undefined
    if (atMicros !== undefined) this.restart(atMicros)
  }

  /** 2.2: as after power. */
  private restart(atMicros: number): void {
    this.readyMicros = atMicros + POWER_UP_MICROS
    this.measuredMicros = undefined
    this.heater = this.statusAsked = false
  }

  /** A write to the chip's address; false is a NACK. */
  write(bytes: readonly number[], atMicros: number): boolean {
    if (this.fault === 'nack' || !this.powered) return false
    if (bytes.length !== 2)
      throw new ChipMisuse(CHIP, '4.3: a command has 16 bits', `${bytes.length} bytes written`)
    const command = (bytes[0]! << 8) | bytes[1]!
    if (atMicros < this.readyMicros)
      throw new ChipMisuse(
        CHIP,
        '4.3: 1 ms between commands, 1.5 ms after power and reset',
        `0x${command.toString(16)} too early`,
      )
    if (this.measuredMicros !== undefined && atMicros < this.measuredMicros) return false
    this.readyMicros = atMicros + BETWEEN_COMMANDS_MICROS
    this.statusAsked = command === COMMAND.status
    this.measuredMicros = undefined
    this.obey(command, atMicros)
    return true
  }

  /** A read from the chip's address; undefined is a NACK. */
  read(length: number, atMicros: number): Uint8Array | undefined {
    if (length > 6) throw new ChipMisuse(CHIP, '4.4: an answer has 3 or 6 bytes', `${length} bytes asked`)
    if (this.fault === 'nack' || !this.powered) return undefined
    if (this.statusAsked) return this.word(this.heater ? 0x2010 : 0x0010).subarray(0, length)
    if (this.measuredMicros === undefined || atMicros < this.measuredMicros) return undefined
    this.measuredMicros = undefined
    const words = this.measure(atMicros)
    if (!words) return undefined
    const answer = new Uint8Array(6)
    answer.set(this.word(words[0]), 0)
    answer.set(this.word(words[1]), 3)
    if (this.fault === 'badCrc') answer[2]! ^= 0x01
    return answer.subarray(0, length)
  }

  private obey(command: number, atMicros: number): void {
    const shot = SINGLE_SHOT[command]
    if (shot) {
      this.spread = shot
      this.measuredMicros = atMicros + shot.micros
      this.onState('measuring', atMicros)
      this.onState('idle', this.measuredMicros)
    } else if (command === COMMAND.heaterOn) this.heater = true
    else if (command === COMMAND.heaterOff) this.heater = false
    else if (command === COMMAND.reset) this.restart(atMicros - POWER_UP_MICROS + RESET_MICROS)
    else if (command !== COMMAND.status && command !== COMMAND.clearStatus)
      throw new ChipMisuse(
        CHIP,
        'table 8 and following: no such command in this model',
        `0x${command.toString(16)}`,
      )
  }

  private measure(atMicros: number): [number, number] | undefined {
    const air = this.airAt(atMicros)
    if (air.temperatureC === undefined || air.humidityPercent === undefined) return undefined
    const warmer = this.heater ? HEATER_CELSIUS : 0
    const celsius =
      air.temperatureC + warmer + this.celsiusOff + (this.random.normal() * this.spread.celsius) / 3
    const dryer = air.humidityPercent * Math.exp(-0.06 * warmer)
    const wet = this.fault === 'condensation' ? 100 : dryer + this.percentOff
    const percent = Math.max(0, Math.min(100, wet + (this.random.normal() * this.spread.percent) / 3))
    const words: [number, number] = [
      clampWord(((celsius + 45) * 65_535) / 175),
      clampWord((percent * 65_535) / 100),
    ]
    if (this.fault !== 'stuck') this.stuck = words
    return this.stuck ?? words
  }

  private word(value: number): Uint8Array {
    return Uint8Array.of(value >> 8, value & 0xff, sht31Crc(value >> 8, value & 0xff))
  }
}
