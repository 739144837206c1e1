/** JSN-SR04T: waterproof ultrasonic distance sensor, mode 1 (trigger and echo pins).
 *  Source: vendors' data sheets of JSN-SR04T-2.0: trigger of at least 10 us, eight cycles at 40 kHz, echo high for the time of flight, 60 ms when
 *  nothing comes back, 20 to 450 cm, blind zone 20 cm, cone 75 degrees, 1 mm steps, +-1 cm. Power: TankSync's wiki, "Power Saving" (50 ms until it
 *  measures), obniz/obniz issue 70 (an HC-SR04 that is triggered too soon after power says about 60 mm, whatever stands there).
 *  Sound: 331.3 m/s at 0 degC and 0.606 m/s a kelvin. */
import { OFF, type Tell } from '../ledger.ts'
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
const WARM_UP_MICROS = 50_000
const TOO_EARLY_MM = 60

/** Millimetres that sound travels in a microsecond. */
export const soundMmPerMicro = (celsius: number): number => (331.3 + 0.606 * celsius) / 1000

/** There and back at 340 m/s. */
const TOO_EARLY_MICROS = Math.round((2 * TOO_EARLY_MM) / 0.34)

export class JsnSr04t {
  fault: JsnSr04tFault = 'none'
  /** Hears when it has power and when it measures, for the ledger. */
  onState: Tell<'idle' | 'measuring' | typeof OFF> = () => undefined
  /** Since when it has power: for ever, unless it is told otherwise; undefined without. */
  private poweredMicros: number | undefined = -Infinity
  private echoHigh = false
  private busyUntilMicros = 0

  constructor(
    private readonly schedule: Schedule,
    private readonly waterAt: (micros: number) => WaterThere,
    private readonly onEcho: (high: boolean) => void,
    private readonly random: Random,
  ) {}

  /** The supply comes on or goes off: what was being measured is lost with it. */
  power(on: boolean, atMicros: number): void {
    if (on === (this.poweredMicros !== undefined)) return
    this.poweredMicros = on ? atMicros : undefined
    this.busyUntilMicros = 0
    this.onState(on ? 'idle' : OFF, atMicros)
    if (this.echoHigh) this.echo(false)
  }

  /** A pulse on the trigger pin that began at `atMicros`; without power nothing hears it. */
  trigger(micros: number, atMicros: number): void {
    if (micros < TRIGGER_MICROS_MIN) throw new ChipMisuse(CHIP, 'trigger of at least 10 us', `${micros} us`)
    const { poweredMicros } = this
    if (poweredMicros === undefined) return
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
    const early = atMicros - poweredMicros < WARM_UP_MICROS
    const flight = early ? TOO_EARLY_MICROS : this.flightMicros(atMicros)
    this.schedule.at(rise, () => this.poweredMicros === poweredMicros && this.echo(true))
    this.schedule.at(rise + flight, () => this.poweredMicros === poweredMicros && this.echo(false))
  }

  private echo(high: boolean): void {
    this.echoHigh = high
    this.onEcho(high)
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
