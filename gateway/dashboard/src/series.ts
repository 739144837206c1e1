/** From the points of a day to a line: gaps stay gaps, doubtful points are marked, refused ones never bend the line.
 *  Flags are QARTOD's: 1 good, 2 not evaluated and 3 suspect belong to the line; 4 fail and 9 missing break it. */
import type { ReadingPoint } from '../../api/types.ts'

export const DAY_MS = 86_400_000

/** A quiet time longer than this many intervals is a gap. */
const GAP_INTERVALS = 2.5
const FLAG_SUSPECT = 3
const FLAG_FAIL = 4

export const isOnLine = (point: ReadingPoint): boolean => point[1] !== null && point[2] < FLAG_FAIL

/** Fewer spacings say nothing about what is usual. */
const SPACINGS_MIN = 4

/** Milliseconds between two points from which the line is broken: by the usual spacing of the points, since a node may send several
 *  samples in one report; by the node's report interval as long as there are too few points. */
export function gapMsOf(points: readonly ReadingPoint[], intervalSeconds: number | null): number {
  const spacings = points.slice(1).map((point, index) => point[0] - points[index]![0])
  spacings.sort((a, b) => a - b)
  const usualMs = spacings[spacings.length >> 1] ?? 0
  const knownMs = spacings.length < SPACINGS_MIN ? Math.max(usualMs, (intervalSeconds ?? 0) * 1000) : usualMs
  return GAP_INTERVALS * knownMs
}

/** The line's pieces between gaps; each has at least one point. */
export function piecesOf(points: readonly ReadingPoint[], gapMs: number): ReadingPoint[][] {
  const pieces: ReadingPoint[][] = []
  let open: ReadingPoint[] | undefined
  for (const point of points) {
    if (!isOnLine(point)) {
      open = undefined
      continue
    }
    const last = open?.at(-1)
    if (!open || !last || point[0] - last[0] > gapMs) pieces.push((open = []))
    open.push(point)
  }
  return pieces
}

export interface Extremes {
  readonly low: ReadingPoint
  readonly high: ReadingPoint
}

/** Lowest and highest point of the line; undefined when it has none. */
export function extremesOf(points: readonly ReadingPoint[]): Extremes | undefined {
  let low: ReadingPoint | undefined
  let high: ReadingPoint | undefined
  for (const point of points.filter(isOnLine)) {
    if (!low || point[1]! < low[1]!) low = point
    if (!high || point[1]! > high[1]!) high = point
  }
  return low && high && { low, high }
}

/** Suspect points may be this part of a line before they count as the line's own behaviour. */
const SUSPECT_PART_MAX = 0.2

/** Lowest and highest value that a small line's scale is made for. A few suspect spikes do not squash the day: they are drawn, marked,
 *  at the edge. When many points are suspect, something may really be happening, and all of them count. */
export function scaleExtremesOf(points: readonly ReadingPoint[]): Extremes | undefined {
  const online = points.filter(isOnLine)
  const trusted = online.filter((point) => point[2] !== FLAG_SUSPECT)
  const fewSuspects = online.length - trusted.length <= SUSPECT_PART_MAX * online.length
  return extremesOf(fewSuspects ? trusted : online)
}

/** A scale from low to high that is at least `spanMin` tall, widened on both sides alike, with a little air. */
export function scaleOf(low: number, high: number, spanMin: number): [number, number] {
  const missing = Math.max(0, spanMin - (high - low)) / 2
  const air = (high - low + 2 * missing) * 0.06
  return [low - missing - air, high + missing + air]
}

export interface Frame {
  readonly fromMs: number
  readonly toMs: number
  readonly width: number
  readonly height: number
  readonly scale: readonly [number, number]
}

/** SVG path data of a small line. */
export interface Sketch {
  readonly line: string
  readonly suspects: string
  readonly fails: string
}

const round = (number: number): number => Math.round(number * 10) / 10

function placeIn(frame: Frame, point: ReadingPoint): [number, number] {
  const [low, high] = frame.scale
  const x = ((point[0] - frame.fromMs) / (frame.toMs - frame.fromMs)) * frame.width
  const y = frame.height * (1 - (point[1]! - low) / (high - low || 1))
  return [round(x), round(Math.min(frame.height, Math.max(0, y)))]
}

/** At most two points for each unit of width, the lowest and the highest: no peak is lost, and a year costs no more than a day. */
export function thinned(places: readonly [number, number][]): [number, number][] {
  const kept: [number, number][] = []
  let start = 0
  while (start < places.length) {
    const column = Math.floor(places[start]![0])
    let end = start
    let low = start
    let high = start
    while (end < places.length && Math.floor(places[end]![0]) === column) {
      if (places[end]![1] < places[low]![1]) low = end
      if (places[end]![1] > places[high]![1]) high = end
      end += 1
    }
    kept.push(places[Math.min(low, high)]!)
    if (low !== high) kept.push(places[Math.max(low, high)]!)
    start = end
  }
  return kept
}

/** A path through the places; a single one becomes a line of no length, which a round cap turns into a dot. */
function pathOf(places: readonly [number, number][]): string {
  const [first, ...rest] = places
  if (!first) return ''
  const start = `M${first[0]} ${first[1]}`
  return rest.length === 0 ? `${start}h0` : start + rest.map(([x, y]) => `L${x} ${y}`).join('')
}

const dotsOf = (frame: Frame, points: readonly ReadingPoint[]): string =>
  points.map((point) => pathOf([placeIn(frame, point)])).join('')

/** The small line of a card. Points outside the frame's time are left out. */
export function sketch(points: readonly ReadingPoint[], gapMs: number, frame: Frame): Sketch {
  const inside = points.filter((point) => point[0] >= frame.fromMs && point[0] <= frame.toMs)
  const pieces = piecesOf(inside, gapMs)
  return {
    line: pieces.map((piece) => pathOf(thinned(piece.map((point) => placeIn(frame, point))))).join(''),
    suspects: dotsOf(
      frame,
      inside.filter((point) => point[2] === FLAG_SUSPECT && point[1] !== null),
    ),
    fails: dotsOf(
      frame,
      inside.filter((point) => point[2] === FLAG_FAIL && point[1] !== null),
    ),
  }
}

/** Columns for the large chart: seconds, the line, suspect points, refused points; null where a column has nothing.
 *  A gap gets a row of its own in the middle, else the chart would draw a bridge over it. */
export type ChartColumns = [number[], (number | null)[], (number | null)[], (number | null)[]]

export function columnsOf(
  points: readonly ReadingPoint[],
  gapMs: number,
  show: (value: number) => number,
): ChartColumns {
  const columns: ChartColumns = [[], [], [], []]
  const push = (timeMs: number, line: number | null, suspect: number | null, fail: number | null): void => {
    for (const [index, value] of [timeMs / 1000, line, suspect, fail].entries())
      columns[index]!.push(value as number)
  }
  let lastMs: number | undefined
  for (const point of points) {
    const [timeMs, value, flag] = point
    if (lastMs !== undefined && timeMs - lastMs > gapMs) push((timeMs + lastMs) / 2, null, null, null)
    const shown = value === null ? null : show(value)
    push(
      timeMs,
      isOnLine(point) ? shown : null,
      flag === FLAG_SUSPECT ? shown : null,
      flag === FLAG_FAIL ? shown : null,
    )
    lastMs = timeMs
  }
  return columns
}
