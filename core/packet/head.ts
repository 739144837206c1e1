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
}

/** Intervals a batch names in 3 bits; at 0 eleven bits follow. */
const INTERVALS = [0, 60, 120, 300, 600, 900, 1800, 3600]

/** Seconds an interval is counted in, by its rank; the count has 9 bits. A rank begins where its first count lies nearest, so that
 *  what was rounded is not rounded again. */
const INTERVAL_UNITS = [1, 10, 60, 600]
const INTERVAL_ENDS = [515, 5130, 30900]
const INTERVAL_BITS = 9

/** The same of an age, in counts of so many bits. The last rank is for an age the node is not sure of. */
const AGE_UNITS = [1, 32, 1024, 60]
const AGE_ENDS = [4096, 262128]
const AGE_BITS = [12, 13, 13, 16]
const AGE_UNCERTAIN = 3

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

/** Age of the last sample: to the second up to 68 min, to 32 s up to 3 days, to 17 min up to 97 days. */
function walkAge(port: BitPort, head: Head): void {
  const known = head.ageUncertain ? AGE_UNCERTAIN : rankOf(head.ageSeconds, AGE_ENDS)
  const rank = walkRank(port, known, AGE_UNCERTAIN)
  head.ageUncertain = rank === AGE_UNCERTAIN ? 1 : 0
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
