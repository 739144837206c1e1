/** Weather of central Viet Nam by season and hour: a function of the seed and the moment alone, so that nothing depends on who asks when.
 *  Source: monthly normals of Hue (16.46 N, 107.59 E), rounded: mean temperature, humidity, rain and rainy days; the daily shapes are plain curves.
 *  Units: degC, %RH, mm/h, lux. Times in microseconds since 1970. */
import { chance, hash32 } from '../random.ts'

export interface Weather {
  temperatureC: number
  humidityPercent: number
  rainMmPerHour: number
  lux: number
}

/** A row a month, January first. The rainy season is September to December. */
// prettier-ignore
const MONTHS = [
  { celsius: 20.0, percent: 89, rainMm: 130, rainDays: 16 },
  { celsius: 21.0, percent: 90, rainMm:  60, rainDays: 12 },
  { celsius: 23.3, percent: 88, rainMm:  50, rainDays: 10 },
  { celsius: 26.3, percent: 85, rainMm:  60, rainDays:  9 },
  { celsius: 28.5, percent: 80, rainMm: 110, rainDays: 11 },
  { celsius: 29.5, percent: 76, rainMm: 110, rainDays:  9 },
  { celsius: 29.4, percent: 75, rainMm:  95, rainDays:  8 },
  { celsius: 29.0, percent: 77, rainMm: 140, rainDays: 11 },
  { celsius: 27.2, percent: 84, rainMm: 420, rainDays: 17 },
  { celsius: 25.2, percent: 88, rainMm: 780, rainDays: 21 },
  { celsius: 23.0, percent: 89, rainMm: 620, rainDays: 21 },
  { celsius: 20.5, percent: 89, rainMm: 300, rainDays: 19 },
]

export const MICROS_PER_HOUR = 3.6e9
export const MICROS_PER_DAY = 24 * MICROS_PER_HOUR
const DAYS_PER_YEAR = 365.2425
const NOON_LUX = 110_000
const NIGHT_LUX = 0.2
const BURSTS_MAX = 3

/** A month's figure, blended with its neighbour's so that nothing jumps at midnight of the first. */
function monthly(yearDays: number, of: (month: (typeof MONTHS)[number]) => number): number {
  const position = (yearDays / DAYS_PER_YEAR) * 12 - 0.5 + 12
  const from = Math.floor(position)
  const part = position - from
  return of(MONTHS[from % 12]!) * (1 - part) + of(MONTHS[(from + 1) % 12]!) * part
}

/** Noise between -1 and 1 without corners: random at whole numbers, blended between. */
function smooth(key: number, position: number): number {
  const from = Math.floor(position)
  const part = position - from
  const ease = part * part * (3 - 2 * part)
  return 2 * (chance(key, from) * (1 - ease) + chance(key, from + 1) * ease) - 1
}

export class Sky {
  private readonly rainKey: number
  private readonly noiseKey: number
  /** Rain of the hours asked for so far. */
  private readonly hours = new Map<number, number>()

  constructor(
    seed: number,
    private readonly latitude: number,
    private readonly longitude: number,
  ) {
    this.rainKey = hash32(`${seed}/rain`)
    this.noiseKey = hash32(`${seed}/weather`)
  }

  at(micros: number): Weather {
    const localDays = micros / MICROS_PER_DAY + this.longitude / 360
    const yearDays = localDays % DAYS_PER_YEAR
    const hour = (localDays % 1) * 24
    const rainMmPerHour = this.rain(micros)
    const cloud = Math.min(
      1,
      0.45 + 0.45 * smooth(this.noiseKey, localDays * 6) + (rainMmPerHour > 0 ? 0.4 : 0),
    )
    const mean = monthly(yearDays, (month) => month.celsius) + 1.5 * smooth(this.noiseKey + 1, localDays / 2)
    const swing = 3.8 - 2 * cloud
    const day = Math.cos(((hour - 14) * Math.PI) / 12) * swing
    const wind = 0.25 * smooth(this.noiseKey + 2, localDays * 96)
    const temperatureC = mean + day + wind - Math.min(2, rainMmPerHour / 3)
    const humid =
      monthly(yearDays, (month) => month.percent) - 3 * (temperatureC - mean) + Math.min(8, rainMmPerHour * 2)
    return {
      temperatureC,
      humidityPercent: Math.max(35, Math.min(100, humid)),
      rainMmPerHour,
      lux:
        NIGHT_LUX +
        NOON_LUX * Math.max(0, this.sunHeight(yearDays, hour)) ** 1.2 * (1 - 0.75 * Math.max(0, cloud)),
    }
  }

  /** Rain of the hour that `micros` lies in, mm/h. */
  rain(micros: number): number {
    const hour = Math.floor(micros / MICROS_PER_HOUR)
    let rain = this.hours.get(hour)
    if (rain === undefined) {
      rain = this.dayRain(Math.floor(hour / 24), hour) + this.dayRain(Math.floor(hour / 24) - 1, hour)
      this.hours.set(hour, rain)
    }
    return rain
  }

  /** What the bursts that begin on `day` bring in `hour`. */
  private dayRain(day: number, hour: number): number {
    const yearDays = day % DAYS_PER_YEAR
    const rainDays = monthly(yearDays, (month) => month.rainDays)
    const draw = (index: number): number => chance(this.rainKey, day * 16 + index)
    if (draw(0) * 30 >= rainDays) return 0
    const dayMm = -Math.log(1 - draw(1)) * (monthly(yearDays, (month) => month.rainMm) / rainDays)
    const bursts = 1 + Math.floor(draw(2) * BURSTS_MAX)
    let rain = 0
    for (let burst = 0; burst < bursts; burst++) {
      const from = day * 24 + Math.floor(draw(3 + 2 * burst) * 24)
      const lasts = 1 + Math.floor(draw(4 + 2 * burst) * 6)
      if (hour >= from && hour < from + lasts) rain += dayMm / bursts / lasts
    }
    return rain
  }

  /** Sine of the sun's height above the horizon. */
  private sunHeight(yearDays: number, hour: number): number {
    const radians = Math.PI / 180
    const declination = -23.44 * radians * Math.cos((2 * Math.PI * (yearDays + 10)) / DAYS_PER_YEAR)
    const latitude = this.latitude * radians
    const turn = ((hour - 12) * Math.PI) / 12
    return (
      Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(turn)
    )
  }
}
