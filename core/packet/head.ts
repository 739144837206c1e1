/** The fields that lead a packet of samples, in the order of the wire: each line `x = port.bits(x, n)` is a row of docs/PACKET.md.
 *  Encoder and decoder walk the same lines (bits.ts says how), so they cannot come to differ, and there is no offset to get wrong.
 *  Times are whole seconds. */
import type { BitPort } from './bits.ts'

/** What leads a packet of samples; what is yes or no is 1 or 0. */
export interface Head {
  epochAlias: number
  sequenceLow: number
  setId: number
  acknowledgementWanted: number
  aged: number
  flagged: number
  /** Bit i: quantity id i + 1 is there. Only where setId is 0. */
  mask: number
  count: number
  intervalSeconds: number
  ageSeconds: number
  ageUncertain: number
  /** The age is off by so much at the most; NO_BOUND when nobody can say. Only where it is uncertain. */
  ageErrorSeconds: number
}

export const NO_BOUND = -1

/** Intervals a batch names in 3 bits; at 0 eleven bits follow. */
const INTERVALS = [0, 60, 120, 300, 600, 900, 1800, 3600]

/** Seconds an interval is counted in, by its rank; the count has 9 bits. A rank begins where its first count lies nearest, so that
 *  what was rounded is not rounded again. */
const INTERVAL_UNITS = [1, 10, 60, 600]
const INTERVAL_ENDS = [515, 5130, 30900]
const INTERVAL_BITS = 9

/** The same of an age, in counts of so many bits. The rank behind them is for an age the node is not sure of. */
const AGE_UNITS = [1, 32, 120]
const AGE_ENDS = [4096, 262156]
const AGE_BITS = [12, 13, 15]
const AGE_UNCERTAIN = 3

/** The same of an uncertain age, and its bound: a minute, doubled so many times. */
const DOUBT_UNITS = [60, 600, 3600, 43200]
const DOUBT_ENDS = [15450, 153900, 934200]
const DOUBT_BITS = 8
const BOUND_SECONDS = 60
const BOUND_NONE = 31

/** A number 0..most in as many 1 bits, closed by a 0 unless it is `most`. */
export function walkRank(port: BitPort, rank: number, most: number): number {
  let found = 0
  while (found < most && port.bits(rank > found ? 1 : 0, 1)) found++
  return found
}

/** Seconds as a number of units, rounded to the nearest, at most what the bits hold. */
function countOf(seconds: number, unit: number, bits: number): number {
  const most = (1 << bits) - 1
  const count = Math.floor(seconds / unit + 0.5)
  return count > most ? most : count
}

/** How many of the ends these seconds have reached. */
function rankOf(seconds: number, ends: readonly number[]): number {
  let rank = 0
  while (rank < ends.length && seconds >= ends[rank]!) rank++
  return rank
}

/** Seconds 0..306,600 in 11 bits: exact up to 511 s, to 10 s up to 85 min, to 1 min up to 8.5 h, to 10 min above. */
export function walkInterval(port: BitPort, seconds: number): number {
  const rank = port.bits(rankOf(seconds, INTERVAL_ENDS), 2)
  const unit = INTERVAL_UNITS[rank]!
  return port.bits(countOf(seconds, unit, INTERVAL_BITS), INTERVAL_BITS) * unit
}

/** Seconds between the samples of a batch: the usual ones in 3 bits, others in 14. */
function walkCadence(port: BitPort, seconds: number): number {
  const unit = INTERVAL_UNITS[rankOf(seconds, INTERVAL_ENDS)]!
  const usual = INTERVALS.indexOf(countOf(seconds, unit, INTERVAL_BITS) * unit)
  const index = port.bits(usual > 0 ? usual : 0, 3)
  return index ? INTERVALS[index]! : walkInterval(port, seconds)
}

/** How often a minute must be doubled to be no less than the error; BOUND_NONE when there is no bound. */
function boundOf(errorSeconds: number): number {
  let code = 0
  while (code < BOUND_NONE && errorSeconds > BOUND_SECONDS * (1 << code)) code++
  return errorSeconds < 0 ? BOUND_NONE : code
}

/** An age that may be wrong, and by how much: its rounding is part of its error. */
function walkDoubt(port: BitPort, head: Head): void {
  const unit = DOUBT_UNITS[port.bits(rankOf(head.ageSeconds, DOUBT_ENDS), 2)]!
  const ageSeconds = port.bits(countOf(head.ageSeconds, unit, DOUBT_BITS), DOUBT_BITS) * unit
  const off = ageSeconds < head.ageSeconds ? head.ageSeconds - ageSeconds : ageSeconds - head.ageSeconds
  const error = head.ageErrorSeconds < 0 ? NO_BOUND : head.ageErrorSeconds + off
  const code = port.bits(boundOf(error), 5)
  head.ageSeconds = ageSeconds
  head.ageErrorSeconds = code < BOUND_NONE ? BOUND_SECONDS * (1 << code) : NO_BOUND
}

/** Age of the last sample: to the second up to 68 min, to 32 s up to 3 days, to 2 min up to 45 days. */
function walkAge(port: BitPort, head: Head): void {
  const known = head.ageUncertain ? AGE_UNCERTAIN : rankOf(head.ageSeconds, AGE_ENDS)
  const rank = walkRank(port, known, AGE_UNCERTAIN)
  head.ageUncertain = rank === AGE_UNCERTAIN ? 1 : 0
  if (head.ageUncertain) return walkDoubt(port, head)
  const unit = AGE_UNITS[rank]!
  const bits = AGE_BITS[rank]!
  head.ageSeconds = port.bits(countOf(head.ageSeconds, unit, bits), bits) * unit
}

/** Header (32 bits), then what a batch, an old sample and an unnamed set need. */
export function walkHead(port: BitPort, head: Head, batch: boolean): void {
  head.epochAlias = port.bits(head.epochAlias, 8)
  head.sequenceLow = port.bits(head.sequenceLow, 16)
  head.setId = port.bits(head.setId, 5)
  head.acknowledgementWanted = port.bits(head.acknowledgementWanted, 1)
  head.aged = port.bits(head.aged, 1)
  head.flagged = port.bits(head.flagged, 1)
  if (batch) {
    head.count = port.bits(head.count - 1, 4) + 1
    head.intervalSeconds = walkCadence(port, head.intervalSeconds)
  }
  if (head.aged) walkAge(port, head)
  if (head.setId === 0) head.mask = port.bits(head.mask, 32)
}
