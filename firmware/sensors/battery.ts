/** The node's own battery through a resistor divider at an ADC pin.
 *  Out: batteryVoltage in millivolts. `dividerPerMille`: battery voltage / pin voltage x 1000. */
import { roundDiv } from '../../core/fixed.ts'
import type { Adc } from '../hal/index.ts'
import { median } from './median.ts'
import type { Sensor, SensorError } from './sensor.ts'

const BATTERY_VOLTAGE = 16
const CONVERSIONS = 3
/** Below this no cell is connected, for the node could not run from it. */
const PIN_MILLIVOLTS_MIN = 500
/** Above this the converter is at its end and the true voltage unknown. */
const PIN_MILLIVOLTS_MAX = 3_100

export class Battery implements Sensor {
  readonly quantities = [BATTERY_VOLTAGE]

  private readonly adc: Adc
  private readonly pin: number
  private readonly dividerPerMille: number

  constructor(adc: Adc, pin: number, dividerPerMille: number) {
    this.adc = adc
    this.pin = pin
    this.dividerPerMille = dividerPerMille
  }

  start(): number {
    return 0
  }

  /** 'noAnswer': no cell; 'range': more than the converter can tell. */
  read(into: Int32Array, at: number): SensorError {
    const conversions: number[] = []
    for (let i = 0; i < CONVERSIONS; i++) conversions.push(this.adc.readMillivolts(this.pin))
    const millivolts = Math.floor(median(conversions) + 0.5)
    if (millivolts < PIN_MILLIVOLTS_MIN) return 'noAnswer'
    if (millivolts > PIN_MILLIVOLTS_MAX) return 'range'
    into[at] = roundDiv(millivolts * this.dividerPerMille, 1000)
    return 'ok'
  }
}
