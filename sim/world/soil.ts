/** Water in the root zone of one plot: a bucket that rain and irrigation fill and that plants, the sun and drainage empty.
 *  Source: FAO Irrigation and Drainage Paper 56 in its simplest form: field capacity and wilting point of a loam, evaporation of a few mm a day.
 *  Units: % of volume, mm, hours. */
import { chance, hash32 } from '../random.ts'
import { Hourly } from './hourly.ts'
import type { Sky } from './weather.ts'

const ROOT_ZONE_MM = 300
const SATURATED = 46
const WILTED = 14
/** Part of the water above field capacity that drains in an hour. */
const DRAINAGE = 0.03
/** Water a plant and a sunny field take in an hour of full sun at 30 degC, mm. */
const EVAPORATION_MM = 0.7
const IRRIGATION_MM = 18

export class Plot {
  private readonly water: Hourly

  constructor(seed: number, name: string, beginMicros: number, sky: Sky) {
    const key = hash32(`${seed}/plot/${name}`)
    const fieldCapacity = 31 + 6 * chance(key, 0)
    const irrigateBelow = 19 + 6 * chance(key, 1)
    const irrigationHour = 5 + Math.floor(3 * chance(key, 2))
    const first = 24 + 10 * chance(key, 3)
    this.water = new Hourly(beginMicros, first, (moisture, micros) => {
      const weather = sky.at(micros)
      const dryness = Math.max(0, Math.min(1, (moisture - WILTED) / (fieldCapacity - WILTED)))
      const evaporated = EVAPORATION_MM * (weather.lux / 110_000) * (weather.temperatureC / 30) * dryness
      const localHour = Math.floor(micros / 3.6e9 + 7) % 24
      const irrigated = localHour === irrigationHour && moisture < irrigateBelow ? IRRIGATION_MM : 0
      const drained = Math.max(0, moisture - fieldCapacity) * DRAINAGE
      const change = ((weather.rainMmPerHour + irrigated - evaporated) / ROOT_ZONE_MM) * 100 - drained
      return Math.max(WILTED / 2, Math.min(SATURATED, moisture + change))
    })
  }

  /** % of volume. */
  moisture(micros: number): number {
    return this.water.at(micros)
  }
}
