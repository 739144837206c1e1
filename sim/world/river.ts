/** Stage of the river at the village: a base, what the rain of the catchment adds through one linear reservoir, and a flood wave when asked for.
 *  Units: cm above the gauge's datum; times in microseconds. */
import { Hourly } from './hourly.ts'
import { MICROS_PER_HOUR, type Sky } from './weather.ts'

const BASE_CM = 60
/** Rise a mm of rain an hour gives, and the part that runs off in an hour. */
const CM_PER_MM = 3.2
const RECESSION = 0.035
/** Over the banks the water spreads: no rain lifts the stage by more than this. */
const BANKS_CM = 250

/** A wave from upstream: highest `peakHours` after the run's start, `riseCm` above the stage it meets. */
export interface Flood {
  peakHours: number
  riseCm: number
}

const RISE_HOURS = 7
const FALL_HOURS = 22

export class River {
  private readonly stored: Hourly
  private readonly peakMicros: number | undefined

  constructor(
    beginMicros: number,
    startMicros: number,
    sky: Sky,
    private readonly flood?: Flood,
  ) {
    this.stored = new Hourly(
      beginMicros,
      10,
      (cm, micros) => cm * (1 - RECESSION) + CM_PER_MM * sky.rain(micros),
    )
    this.peakMicros = flood && startMicros + flood.peakHours * MICROS_PER_HOUR
  }

  stageCm(micros: number): number {
    return BASE_CM + BANKS_CM * Math.tanh(this.stored.at(micros) / BANKS_CM) + this.wave(micros)
  }

  /** Rises fast and falls slowly, without a corner at its top. */
  private wave(micros: number): number {
    if (!this.flood || this.peakMicros === undefined) return 0
    const hours = (micros - this.peakMicros) / MICROS_PER_HOUR
    const width = hours < 0 ? RISE_HOURS : FALL_HOURS
    return this.flood.riseCm * Math.exp(-((hours / width) ** 2))
  }
}
