/** The oscillator that an ESP32 counts by in deep sleep: 5 to 10 % off, and never quite the same.
 *  Source: ESP32 datasheet (internal 150 kHz RC). How it moves is an assumption until boards have been measured: with the warmth of the day, 300 ppm to
 *  each side, and from day to day by 40 ppm more in waves of a week. */
import type { Random } from '../random.ts'

const OFF_MIN = 0.05
const OFF_MAX = 0.1
const DAY_SWING = 300e-6
const WEEK_SWING = 40e-6
const DAY_MICROS = 86_400e6
const WEEK_MICROS = 7 * DAY_MICROS

/** How fast one chip's oscillator goes, beside its name, at a moment of the world. */
export function rcOscillator(random: Random): (atMicros: number) => number {
  const off = random.between(OFF_MIN, OFF_MAX) * (random.between(0, 1) < 0.5 ? -1 : 1)
  const day = random.between(0, 2 * Math.PI)
  const week = random.between(0, 2 * Math.PI)
  return (atMicros) =>
    (1 + off) *
    (1 +
      DAY_SWING * Math.sin((2 * Math.PI * atMicros) / DAY_MICROS + day) +
      WEEK_SWING * Math.sin((2 * Math.PI * atMicros) / WEEK_MICROS + week))
}
