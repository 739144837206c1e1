/** How a quantity is shown: in which unit, with how many decimals, and how tall its 24 h line must be at least.
 *  A Reading is an integer, value x perUnit of the API's unit; `times` turns that unit into the one people say (a river in metres). */

export interface Appearance {
  readonly unit: string
  readonly times: number
  readonly decimals: number
  /** Smallest height of a line's scale, in the shown unit, so that noise of a calm day does not look like a storm. */
  readonly spanMin: number
  /** A scale that never moves, in the shown unit. */
  readonly fixed?: readonly [number, number]
  readonly yesNo?: true
  /** Said in words elsewhere on the card, so it gets no row of its own. */
  readonly inWords?: true
}

export const APPEARANCES = {
  soilMoisture: { unit: '%', times: 1, decimals: 1, spanMin: 10 },
  soilTemperature: { unit: '°C', times: 1, decimals: 1, spanMin: 5 },
  airTemperature: { unit: '°C', times: 1, decimals: 1, spanMin: 5 },
  airHumidity: { unit: '%', times: 1, decimals: 0, spanMin: 20 },
  carbonDioxide: { unit: 'ppm', times: 1, decimals: 0, spanMin: 200 },
  particulate25: { unit: 'µg/m³', times: 1, decimals: 0, spanMin: 20 },
  particulate10: { unit: 'µg/m³', times: 1, decimals: 0, spanMin: 20 },
  illuminance: { unit: 'lux', times: 1, decimals: 0, spanMin: 100 },
  waterLevel: { unit: 'm', times: 0.01, decimals: 2, spanMin: 0.2 },
  waterTemperature: { unit: '°C', times: 1, decimals: 1, spanMin: 5 },
  conductivity: { unit: 'µS/cm', times: 1, decimals: 0, spanMin: 100 },
  ph: { unit: 'pH', times: 1, decimals: 1, spanMin: 1 },
  dissolvedOxygen: { unit: 'mg/L', times: 1, decimals: 1, spanMin: 2 },
  turbidity: { unit: 'NTU', times: 1, decimals: 0, spanMin: 20 },
  rainfall: { unit: 'mm', times: 1, decimals: 1, spanMin: 5 },
  batteryVoltage: { unit: 'V', times: 1, decimals: 2, spanMin: 0.5 },
  solarVoltage: { unit: 'V', times: 1, decimals: 1, spanMin: 2 },
  lampLevel: { unit: '%', times: 1, decimals: 0, spanMin: 100, fixed: [0, 100] },
  lampCurrent: { unit: 'A', times: 1, decimals: 2, spanMin: 0.5 },
  power: { unit: 'W', times: 1, decimals: 0, spanMin: 50 },
  doorOpen: { unit: '', times: 1, decimals: 0, spanMin: 1, fixed: [0, 1], yesNo: true },
  mainsPresent: { unit: '', times: 1, decimals: 0, spanMin: 1, fixed: [0, 1], yesNo: true },
  relayOn: { unit: '', times: 1, decimals: 0, spanMin: 1, fixed: [0, 1], yesNo: true, inWords: true },
  probeTemperature: { unit: '°C', times: 1, decimals: 1, spanMin: 5 },
  soilConductivity: { unit: 'µS/cm', times: 1, decimals: 0, spanMin: 100 },
  soilPh: { unit: 'pH', times: 1, decimals: 1, spanMin: 1 },
  airPressure: { unit: 'hPa', times: 1, decimals: 0, spanMin: 10 },
  sunshine: { unit: 'W/m²', times: 1, decimals: 0, spanMin: 100 },
  lampCommand: { unit: '', times: 1, decimals: 0, spanMin: 1, inWords: true },
  lampReason: { unit: '', times: 1, decimals: 0, spanMin: 1, inWords: true },
} as const satisfies Record<string, Appearance>

export type QuantityName = keyof typeof APPEARANCES

export const isQuantityName = (name: string): name is QuantityName => Object.hasOwn(APPEARANCES, name)

/** A quantity this page does not know yet is shown as the API names it, with one decimal. */
export function appearanceOf(quantity: string, unit: string): Appearance {
  return isQuantityName(quantity) ? APPEARANCES[quantity] : { unit, times: 1, decimals: 1, spanMin: 1 }
}

/** An API integer in the shown unit. */
export const shownNumber = (value: number, perUnit: number, appearance: Appearance): number =>
  (value / perUnit) * appearance.times
