/** The 24 h line of a reading as a light SVG: gaps stay open, suspect points are ringed dots, refused ones squares at their height. */
import type { ReadingPoint, ReadingView } from '../../api/types.ts'
import type { Appearance } from './appearance.ts'
import { DAY_MS, gapMsOf, scaleExtremesOf, scaleOf, sketch } from './series.ts'
import { lineClockMs } from './state.ts'

const WIDTH = 240
const HEIGHT = 64
const SIX_HOURS_MS = DAY_MS / 4

/** The scale in the API's integers. */
function scaleFor(
  points: readonly ReadingPoint[],
  reading: ReadingView,
  appearance: Appearance,
): [number, number] {
  const toInteger = (shown: number): number => (shown / appearance.times) * reading.perUnit
  if (appearance.fixed) return scaleOf(toInteger(appearance.fixed[0]), toInteger(appearance.fixed[1]), 0)
  const extremes = scaleExtremesOf(points)
  return scaleOf(extremes?.low[1] ?? 0, extremes?.high[1] ?? 0, toInteger(appearance.spanMin))
}

/** Upright lines at 6, 12, 18 and 24 o'clock of the village (UTC+7), so that morning and evening can be told apart. */
function hourLines(fromMs: number, toMs: number): string {
  const firstMs = Math.ceil((fromMs - 3_600_000 * 5) / SIX_HOURS_MS) * SIX_HOURS_MS + 3_600_000 * 5
  const places: string[] = []
  for (let timeMs = firstMs; timeMs < toMs; timeMs += SIX_HOURS_MS) {
    places.push(`M${Math.round(((timeMs - fromMs) / (toMs - fromMs)) * WIDTH)} 0v${HEIGHT}`)
  }
  return places.join('')
}

interface SparklineProps {
  readonly points: readonly ReadingPoint[] | undefined
  readonly reading: ReadingView
  readonly appearance: Appearance
  readonly intervalSeconds: number | null
}

export function Sparkline({ points, reading, appearance, intervalSeconds }: SparklineProps) {
  const toMs = lineClockMs.value
  const fromMs = toMs - DAY_MS
  const known = points ?? []
  const scale = scaleFor(known, reading, appearance)
  const drawn = sketch(known, gapMsOf(known, intervalSeconds), {
    fromMs,
    toMs,
    width: WIDTH,
    height: HEIGHT,
    scale,
  })
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
      data-points={points?.length}
    >
      <path class="sparkline-hours" d={hourLines(fromMs, toMs)} />
      <path class="sparkline-line" d={drawn.line} />
      <path class="sparkline-ring" d={drawn.suspects} />
      <path class="sparkline-suspect" d={drawn.suspects} />
      <path class="sparkline-fail" d={drawn.fails} />
    </svg>
  )
}
