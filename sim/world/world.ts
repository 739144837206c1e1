/** The world around the nodes: one sky, one river, a plot for each soil probe; any quantity of it can be a recorded series instead.
 *  Times in microseconds since 1970. */
import type { AirThere } from '../chips/sht31.ts'
import { Random } from '../random.ts'
import { Replay, type Series } from './replay.ts'
import { River, type Flood } from './river.ts'
import { Plot } from './soil.ts'
import { MICROS_PER_DAY, Sky, type Weather } from './weather.ts'

/** Quantities that a recorded series can replace, by their names in core/quantities. */
export const REPLAYABLE = ['airTemperature', 'airHumidity', 'soilMoisture', 'waterLevel'] as const
export type Replayable = (typeof REPLAYABLE)[number]

export interface WorldOptions {
  seed: number
  startMs: number
  latitude: number
  longitude: number
  flood?: Flood
  replay?: Partial<Record<Replayable, Series>>
}

/** Days the soil and the river have lived through before a run begins. */
const WARM_UP_DAYS = 20

/** The world as it is where one node stands. */
export interface Spot {
  air(micros: number): AirThere
  soil(micros: number): { moisturePercent: number | undefined; temperatureC: number }
  lux(micros: number): number
}

export class World {
  private readonly sky: Sky
  private readonly river: River
  private readonly beginMicros: number
  private readonly replays: Partial<Record<Replayable, Replay>> = {}

  constructor(private readonly options: WorldOptions) {
    const startMicros = options.startMs * 1000
    this.beginMicros = startMicros - WARM_UP_DAYS * MICROS_PER_DAY
    this.sky = new Sky(options.seed, options.latitude, options.longitude)
    this.river = new River(this.beginMicros, startMicros, this.sky, options.flood)
    for (const name of REPLAYABLE) {
      const series = options.replay?.[name]
      if (series) this.replays[name] = new Replay(series, startMicros)
    }
  }

  weather(micros: number): Weather {
    return this.sky.at(micros)
  }

  /** Stage of the river, cm above the datum; undefined in a gap of a recorded series. */
  stageCm(micros: number): number | undefined {
    const recorded = this.replays.waterLevel
    return recorded ? recorded.at(micros) : this.river.stageCm(micros)
  }

  /** Highest stage of a recorded series, cm: a gauge has to hang above it. */
  stageCmMax(): number | undefined {
    return this.replays.waterLevel?.max
  }

  /** Where the node called `name` stands: a little warmer or damper than the village's mean. */
  spot(name: string): Spot {
    const random = new Random(this.options.seed, `spot/${name}`)
    const warmer = random.normal() * 0.4
    const damper = random.normal() * 1.5
    const plot = new Plot(this.options.seed, name, this.beginMicros, this.sky)
    const { airTemperature, airHumidity, soilMoisture } = this.replays
    return {
      air: (micros) => {
        const weather = this.sky.at(micros)
        const humidity = Math.max(20, Math.min(100, weather.humidityPercent + damper))
        return {
          temperatureC: airTemperature ? airTemperature.at(micros) : weather.temperatureC + warmer,
          humidityPercent: airHumidity ? airHumidity.at(micros) : humidity,
        }
      },
      soil: (micros) => ({
        moisturePercent: soilMoisture ? soilMoisture.at(micros) : plot.moisture(micros),
        // Ten centimetres down the day's swing is a third and comes three hours late.
        temperatureC: 0.67 * 25.5 + 0.33 * this.sky.at(micros - 3 * 3.6e9).temperatureC + warmer,
      }),
      lux: (micros) => this.sky.at(micros).lux,
    }
  }
}
