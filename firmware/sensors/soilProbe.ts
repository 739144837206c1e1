/** Capacitive soil moisture probe (SEN0193 and its kin) at an ADC pin: the wetter, the lower its voltage.
 *  Source: DFRobot SEN0193 product page (output 0 to 3.0 V, two-point calibration in air and in water).
 *  Out: soilMoisture in 0.01 %: 0 at the voltage in dry air, 100 % at the voltage in water. An index for this probe in this soil;
 *  true water content needs the soil's own curve. */
import { clamp, interpolate } from '../../core/fixed.ts'
import type { Adc } from '../hal/index.ts'
import { median } from './median.ts'
import type { Sensor, SensorError } from './sensor.ts'

const SOIL_MOISTURE = 1
const CONVERSIONS = 7
/** A v1.2 copy was measured at 3.3 V to settle in 150 ms in water and more slowly in dry air, where its output of 1 Mohm and 1 uF has to rise further
 *  (hackaday.io, project 165551, log of 14 May 2019): twice that. */
const WARM_UP_MS = 300
/** A working probe stays clear of both ends of the converter; an open or shorted wire does not. */
const RAIL_LOW_MILLIVOLTS = 150
const RAIL_HIGH_MILLIVOLTS = 3_100
/** Two calibration points nearer than this tell nothing apart. */
const SPAN_MIN_MILLIVOLTS = 100
/** A probe drifts a little beyond its two points: so far it counts as dry or wet, further it is broken. */
const BEYOND_MAX = 1_500
const FULL = 10_000

export class SoilProbe implements Sensor {
  readonly quantities = [SOIL_MOISTURE]
  readonly warmUpMs = WARM_UP_MS

  private readonly adc: Adc
  private readonly pin: number
  private readonly dryMillivolts: number
  private readonly wetMillivolts: number

  constructor(adc: Adc, pin: number, dryMillivolts: number, wetMillivolts: number) {
    this.adc = adc
    this.pin = pin
    this.dryMillivolts = dryMillivolts
    this.wetMillivolts = wetMillivolts
  }

  start(): number {
    return 0
  }

  /** 'range': at a rail, far beyond the calibrated points, or the points themselves make no line. */
  read(into: Int32Array, at: number): SensorError {
    const conversions: number[] = []
    for (let i = 0; i < CONVERSIONS; i++) conversions.push(this.adc.readMillivolts(this.pin))
    const millivolts = Math.floor(median(conversions) + 0.5)
    if (millivolts < RAIL_LOW_MILLIVOLTS || millivolts > RAIL_HIGH_MILLIVOLTS) return 'range'
    if (this.dryMillivolts - this.wetMillivolts < SPAN_MIN_MILLIVOLTS) return 'range'
    const moisture = interpolate(millivolts, this.dryMillivolts, 0, this.wetMillivolts, FULL)
    if (moisture < -BEYOND_MAX || moisture > FULL + BEYOND_MAX) return 'range'
    into[at] = clamp(moisture, 0, FULL)
    return 'ok'
  }
}
