/** JSN-SR04T: waterproof ultrasonic distance sensor, mode 1 (trigger and echo pins).
 *  Source: vendors' data sheets of JSN-SR04T-2.0: trigger of at least 10 us, eight cycles at 40 kHz, echo high for the time of flight, 60 ms when
 *  nothing comes back, 20 to 450 cm, blind zone 20 cm, cone 75 degrees, 1 mm steps, +-1 cm. Sound: 331.3 m/s at 0 degC and 0.606 m/s a kelvin. */
import type { Tell } from '../ledger.ts'
import type { Random } from '../random.ts'
import { ChipMisuse } from './misuse.ts'
import type { Schedule } from '../clock.ts'

export const JSN_SR04T_FAULTS = ['none', 'silent', 'object', 'noisy'] as const
export type JsnSr04tFault = (typeof JSN_SR04T_FAULTS)[number]

/** What stands below the sensor; undefined when nothing reflects. */
export interface WaterThere {
  distanceMm: number | undefined
  airTemperatureC: number
}

const CHIP = 'jsnSr04t'
const TRIGGER_MICROS_MIN = 10
/** Eight cycles of 40 kHz, and what the module needs before it sends them. */
const BURST_MICROS = 450
const NO_ECHO_MICROS = 60_000
const CYCLE_MICROS = 60_000
const BLIND_MM = 200
const RANGE_MM = 4_500
const NOISE_MM = 2
/** A wave, a floating branch or a wall in the cone answers instead of the water, about once in 200 pings. */
const STRAY_CHANCE = 0.005
const OBJECT_MM = 800

/** Millimetres that sound travels in a microsecond. */
export const soundMmPerMicro = (celsius: number): number => (331.3 + 0.606 * celsius) / 1000

export class JsnSr04t {
  fault: JsnSr04tFault = 'none'
  /** Hears when it measures, for the ledger. */
  onState: Tell<'idle' | 'measuring'> = () => undefined
  private busyUntilMicros = 0

  constructor(
    private readonly schedule: Schedule,
    private readonly waterAt: (micros: number) => WaterThere,
    private readonly onEcho: (high: boolean) => void,
    private readonly random: Random,
  ) {}

  /** A pulse on the trigger pin that began at `atMicros`. */
  trigger(micros: number, atMicros: number): void {
    if (micros < TRIGGER_MICROS_MIN) throw new ChipMisuse(CHIP, 'trigger of at least 10 us', `${micros} us`)
    if (atMicros < this.busyUntilMicros)
      throw new ChipMisuse(
        CHIP,
        'a measuring cycle takes 60 ms',
        `triggered ${this.busyUntilMicros - atMicros} us too early`,
      )
    this.busyUntilMicros = atMicros + CYCLE_MICROS
    this.onState('measuring', atMicros)
    this.onState('idle', this.busyUntilMicros)
    if (this.fault === 'silent') return
    const rise = Math.round(atMicros + micros + BURST_MICROS)
    this.schedule.at(rise, () => this.onEcho(true))
    this.schedule.at(rise + this.flightMicros(atMicros), () => this.onEcho(false))
  }

  private flightMicros(atMicros: number): number {
    const water = this.waterAt(atMicros)
    const seenMm = this.seenMm(water.distanceMm)
    if (seenMm === undefined || seenMm > RANGE_MM) return NO_ECHO_MICROS
    // The module counts in steps of a millimetre at 340 m/s; below the blind zone it answers the blind zone.
    return Math.round((2 * Math.max(BLIND_MM, Math.round(seenMm))) / soundMmPerMicro(water.airTemperatureC))
  }

  private seenMm(distanceMm: number | undefined): number | undefined {
    if (this.fault === 'object') return OBJECT_MM + this.random.normal() * NOISE_MM
    if (distanceMm === undefined) return undefined
    if (this.random.unit() < STRAY_CHANCE) return distanceMm * this.random.between(0.3, 0.95)
    return distanceMm + this.random.normal() * NOISE_MM * (this.fault === 'noisy' ? 15 : 1)
  }
}
