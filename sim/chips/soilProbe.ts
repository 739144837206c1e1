/** Capacitive soil moisture probe (SEN0193 and its copies): millivolts from the water around it.
 *  Source: doi 10.3390/s23052451 and 10.3390/s24185886: output falls with water, about 2.5 V in dry air and 1.2 V in water at 3.3 V,
 *  0.27 % saturation per degree, each probe with a calibration of its own, bare-ADC error of a few per cent of volume. */
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

export class SoilProbe {
  fault: SoilProbeFault = 'none'
  /** What this probe gives in air and in water at 25 degC: what a technician reads when he calibrates it. */
  readonly dryMillivolts: number
  readonly wetMillivolts: number

  constructor(
    private readonly soilAt: (micros: number) => SoilThere,
    private readonly random: Random,
  ) {
    this.dryMillivolts = Math.round(random.between(2_400, 2_600))
    this.wetMillivolts = Math.round(random.between(1_100, 1_280))
  }

  /** Output at the moment, mV; an open wire reads near zero. */
  millivolts(atMicros: number): number {
    const soil = this.soilAt(atMicros)
    if (this.fault === 'clipped') return RAIL_MILLIVOLTS
    if (this.fault === 'open' || soil.moisturePercent === undefined) return Math.abs(this.random.normal())
    const seen = soil.moisturePercent + PERCENT_PER_CELSIUS * (soil.temperatureC - CALIBRATED_AT_CELSIUS)
    const noise = this.random.normal() * NOISE_MILLIVOLTS * (this.fault === 'noisy' ? 15 : 1)
    return this.dryMillivolts - ((this.dryMillivolts - this.wetMillivolts) * seen) / 100 + noise
  }
}
