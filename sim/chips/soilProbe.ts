/** Capacitive soil moisture probe (SEN0193 and its copies): millivolts from the water around it.
 *  Source: doi 10.3390/s23052451 and 10.3390/s24185886: output falls with water, about 2.5 V in dry air and 1.2 V in water at 3.3 V,
 *  0.27 % saturation per degree, each probe with a calibration of its own, bare-ADC error of a few per cent of volume. Power: a v1.2 copy, measured
 *  (hackaday.io, project 165551, log of 14 May 2019): its output, 1 Mohm and 1 uF to ground, is stable 150 ms after power. */
import { OFF, type Tell } from '../ledger.ts'
import type { Random } from '../random.ts'

export const SOIL_PROBE_FAULTS = ['none', 'open', 'clipped', 'noisy'] as const
export type SoilProbeFault = (typeof SOIL_PROBE_FAULTS)[number]

/** The soil at the probe; undefined moisture when there is none to measure. */
export interface SoilThere {
  moisturePercent: number | undefined
  temperatureC: number
}

const CALIBRATED_AT_CELSIUS = 25
const PERCENT_PER_CELSIUS = 0.27
const NOISE_MILLIVOLTS = 3
const RAIL_MILLIVOLTS = 3_150
/** Within 1 % after 150 ms. */
const RISE_MICROS = 32_500

export class SoilProbe {
  fault: SoilProbeFault = 'none'
  /** Hears when it has power, for the ledger. */
  onState: Tell<'on' | typeof OFF> = () => undefined
  /** What this probe gives in air and in water at 25 degC: what a technician reads when he calibrates it. */
  readonly dryMillivolts: number
  readonly wetMillivolts: number

  /** Since when it has power: for ever, unless it is told otherwise; undefined without. */
  private poweredMicros: number | undefined = -Infinity

  constructor(
    private readonly soilAt: (micros: number) => SoilThere,
    private readonly random: Random,
  ) {
    this.dryMillivolts = Math.round(random.between(2_400, 2_600))
    this.wetMillivolts = Math.round(random.between(1_100, 1_280))
  }

  /** The supply comes on or goes off. */
  power(on: boolean, atMicros: number): void {
    if (on === (this.poweredMicros !== undefined)) return
    this.poweredMicros = on ? atMicros : undefined
    this.onState(on ? 'on' : OFF, atMicros)
  }

  /** Output at the moment, mV; an open wire reads near zero, and so does the probe's own resistor to ground without power. Too early after power the
   *  output is still rising, and reads as wetter than it is. */
  millivolts(atMicros: number): number {
    if (this.poweredMicros === undefined) return Math.abs(this.random.normal())
    return this.settled(atMicros) * (1 - Math.exp((this.poweredMicros - atMicros) / RISE_MICROS))
  }

  private settled(atMicros: number): number {
    const soil = this.soilAt(atMicros)
    if (this.fault === 'clipped') return RAIL_MILLIVOLTS
    if (this.fault === 'open' || soil.moisturePercent === undefined) return Math.abs(this.random.normal())
    const seen = soil.moisturePercent + PERCENT_PER_CELSIUS * (soil.temperatureC - CALIBRATED_AT_CELSIUS)
    const noise = this.random.normal() * NOISE_MILLIVOLTS * (this.fault === 'noisy' ? 15 : 1)
    return this.dryMillivolts - ((this.dryMillivolts - this.wetMillivolts) * seen) / 100 + noise
  }
}
