/** The words of one channel's filter state: an Int32Array row that survives in flash. All zero is a fresh channel.
 *  Values are in the quantity's `perUnit` integers, times in seconds. */
export const WORD = {
  /** The reading before this one that was in range, seconds since it, and how many there were (up to READINGS_MAX). */
  previous: 0,
  previousAge: 1,
  readings: 2,
  /** The last reading believed, seconds since it, and how many were believed in a row (up to AGREE). */
  anchor: 3,
  anchorAge: 4,
  anchorCount: 5,
  /** The latest of the readings that disagree with the anchor but not with each other, how many there are, and the first. */
  candidate: 6,
  candidateCount: 7,
  candidateFirst: 8,
  /** Greatest distance of such a reading from the first. */
  candidateSpread: 9,
  /** High quantile of the change per hour, 1/256 of an integer. */
  rate: 10,
  /** Length of the present flat line, and of the channel's own natural flat lines. */
  flatSeconds: 11,
  flatNatural: 12,
} as const

/** Words of a channel: the rest is spare, so that a later filter can read an older state. */
export const FILTER_WORDS = 16

/** Readings after which a channel is known: the count stops here. */
export const READINGS_MAX = 512
