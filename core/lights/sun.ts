/** Where the sun is and when it rises and sets, in integers only.
 *  Source: Meeus, Astronomical Algorithms, 2nd ed.: chapter 25 (low precision position), 28.3 (equation of time), 13.6 (altitude).
 *  Units: times in seconds UTC; angles in 2^-24 of a turn (TURN); sines in 2^-24 (ONE). Widest product: 2^25 x 2^24 = 2^49.
 *  Left out: nutation and the difference of UTC and terrestrial time (1 s each). The shape of the orbit and the tilt of the axis are
 *  those of 2026, which costs 10 s at 60 degrees of latitude a century later. */
import { roundDiv } from '../fixed.ts'
import type { Place } from './place.ts'

const ONE = 0x1000000
const TURN = 0x1000000
const HALF_TURN = 0x800000
const QUARTER_TURN = 0x400000
const DAY_SECONDS = 86_400
/** 360 degrees in the unit of a Place. */
const FULL_CIRCLE_E4 = 3_600_000

/** 2000-01-01 12:00 UTC, from which the orbit is counted. */
const J2000_UNIX_SECONDS = 946_728_000
const MEAN_LONGITUDE_J2000 = 13_070_684 // 280.46646 degrees
const MEAN_ANOMALY_J2000 = 16_662_064 // 357.52911 degrees
const TROPICAL_YEAR_SECONDS = 31_556_925
const ANOMALISTIC_YEAR_SECONDS = 31_558_432

const ABERRATION = 265 // 0.00569 degrees
const SIN_OBLIQUITY = 6_672_709 // of 23.436 degrees

/** Sine of -0.833 degrees: the sun's upper edge on a flat horizon, refraction included (Meeus chapter 15). */
const HORIZON_SINE = -243_909

/** Sine of an angle; error under 5 x 2^-24. A polynomial over the quarter turn, because a table would cost a node its memory. */
export function sine(angle: number): number {
  const inHalf = angle & (HALF_TURN - 1)
  const x = (inHalf > QUARTER_TURN ? HALF_TURN - inHalf : inHalf) * 4
  const square = ((x * x) / ONE) | 0
  let sum = ((2_545 * square) / ONE - 78_419) | 0
  sum = ((sum * square) / ONE + 1_336_975) | 0
  sum = ((sum * square) / ONE - 10_837_474) | 0
  sum = ((sum * square) / ONE + 26_353_589) | 0
  const value = ((sum * x) / ONE) | 0
  return angle & HALF_TURN ? 0 - value : value
}

/** `amplitude` x the sine of `angle`, in the amplitude's unit. */
function wave(amplitude: number, angle: number): number {
  return ((amplitude * sine(angle)) / ONE) | 0
}

/** How far `seconds` have come in a cycle of `periodSeconds`, as an angle. */
function phase(seconds: number, periodSeconds: number): number {
  return (((seconds % periodSeconds) * TURN) / periodSeconds) | 0
}

function meanLongitude(unixSeconds: number): number {
  return MEAN_LONGITUDE_J2000 + phase(unixSeconds - J2000_UNIX_SECONDS, TROPICAL_YEAR_SECONDS)
}

function meanAnomaly(unixSeconds: number): number {
  return MEAN_ANOMALY_J2000 + phase(unixSeconds - J2000_UNIX_SECONDS, ANOMALISTIC_YEAR_SECONDS)
}

/** The sun's hour angle: 0 when it stands highest. The equation of time is Meeus 28.3; the product sin M cos 2L of its third term is
 *  written as two sines. Amplitudes are in TURN: y = tan^2(obliquity / 2), eccentricity e = 0.016697. */
function hourAngle(place: Place, unixSeconds: number): number {
  const longitude = meanLongitude(unixSeconds)
  const anomaly = meanAnomaly(unixSeconds)
  const equationOfTime =
    wave(114_877, 2 * longitude) - // y
    wave(89_168, anomaly) + // 2 e
    wave(3_836, 2 * longitude + anomaly) - // 2 e y
    wave(3_836, 2 * longitude - anomaly) -
    wave(2_471, 4 * longitude) - // y^2 / 2
    wave(931, 2 * anomaly) // 5/4 e^2
  const east = roundDiv(place.longitudeE4 * TURN, FULL_CIRCLE_E4)
  return phase(unixSeconds, DAY_SECONDS) + HALF_TURN + east + equationOfTime
}

/** Sine of the sun's declination: equation of centre (chapter 25), then 25.7 with the ecliptic longitude. */
function declinationSine(unixSeconds: number): number {
  const anomaly = meanAnomaly(unixSeconds)
  const centre = wave(89_168, anomaly) + wave(931, 2 * anomaly) + wave(13, 3 * anomaly)
  return wave(SIN_OBLIQUITY, meanLongitude(unixSeconds) + centre - ABERRATION)
}

/** Cosine from a sine of at most 0.4: two steps of Newton from 1 - s^2 / 2 leave less than the unit. */
function cosineOf(sineValue: number): number {
  const square = ONE - (((sineValue * sineValue) / ONE) | 0)
  let root = (ONE + square) >> 1
  for (let step = 0; step < 2; step++) root = (root + (((square * ONE) / root) | 0)) >> 1
  return root
}

/** Sine of the sun's altitude over the horizon of `place`, unit 2^-24: formula 13.6. */
export function altitudeSine(place: Place, unixSeconds: number): number {
  const latitude = roundDiv(place.latitudeE4 * TURN, FULL_CIRCLE_E4)
  const declination = declinationSine(unixSeconds)
  const acrossAxis = ((sine(latitude + QUARTER_TURN) * cosineOf(declination)) / ONE) | 0
  return wave(declination, latitude) + wave(acrossAxis, hourAngle(place, unixSeconds) + QUARTER_TURN)
}

/** True from sunset to sunrise, refraction included; `unixSeconds` is UTC, so no time zone enters. */
export function isDark(place: Place, unixSeconds: number): boolean {
  return altitudeSine(place, unixSeconds) < HORIZON_SINE
}

/** When the sun stands highest (or, half a day from it, lowest): the moment nearest to `unixSeconds`, within 1 s. */
export function solarNoon(place: Place, unixSeconds: number): number {
  const angle = ((hourAngle(place, unixSeconds) + HALF_TURN) & (TURN - 1)) - HALF_TURN
  return unixSeconds - roundDiv(angle * DAY_SECONDS, TURN)
}

export interface SunTimes {
  /** Seconds after 00:00 UTC of the day asked for: below 0 or above 86,400 where local day and UTC day differ. */
  readonly riseSeconds: number
  readonly setSeconds: number
  /** Set where the sun does not cross the horizon that day; rise and set are then both the solar noon. */
  readonly always: 'day' | 'night' | undefined
}

/** The first second of light (`toLight`) or dark between two moments, of which only the later is so. */
function crossing(place: Place, early: number, late: number, toLight: boolean): number {
  while (late - early > 1) {
    const middle = early + ((late - early) >> 1)
    if (isDark(place, middle) === toLight) early = middle
    else late = middle
  }
  return late
}

/** Sunrise and sunset around the solar noon of a local day. `daysSince1970` counts days by the calendar of the place's mean solar time. */
export function sunTimes(latitudeE4: number, longitudeE4: number, daysSince1970: number): SunTimes {
  const place = { latitudeE4, longitudeE4 }
  const midnightUtc = daysSince1970 * DAY_SECONDS
  const noon = solarNoon(place, midnightUtc + DAY_SECONDS / 2 - roundDiv(longitudeE4 * 3, 125))
  const before = noon - DAY_SECONDS / 2
  const after = noon + DAY_SECONDS / 2
  const noonSeconds = noon - midnightUtc
  if (isDark(place, noon)) return { riseSeconds: noonSeconds, setSeconds: noonSeconds, always: 'night' }
  if (!isDark(place, before) && !isDark(place, after))
    return { riseSeconds: noonSeconds, setSeconds: noonSeconds, always: 'day' }
  const rise = isDark(place, before) ? crossing(place, before, noon, true) : before
  const set = isDark(place, after) ? crossing(place, noon, after, false) : after
  return { riseSeconds: rise - midnightUtc, setSeconds: set - midnightUtc, always: undefined }
}
