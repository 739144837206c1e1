/** The large chart of one reading: a day or a week with axes, and the same in words for whoever reads words better. */
import { useSignal, useSignalEffect } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { NodeView, ReadingPoint, ReadingView } from '../../api/types.ts'
import { fetchReadings } from './api.ts'
import type { Appearance } from './appearance.ts'
import { appearanceOf, shownNumber } from './appearance.ts'
import type { Chart, ChartLook } from './bigChart.ts'
import { Dialog } from './dialog.tsx'
import { formatNumber } from './figures.ts'
import { clockText, momentText, shortDayText } from './gatewayTime.ts'
import { quantityWord, valueWord } from './readingRow.tsx'
import type { ChartColumns } from './series.ts'
import { columnsOf, DAY_MS, extremesOf, gapMsOf, scaleOf } from './series.ts'
import type { ChartRequest } from './state.ts'
import { language, nowMs, openChart, texts, village } from './state.ts'

type Days = 1 | 7

/** What was fetched; `points` is undefined while waiting and null when nothing answered. */
interface Fetched {
  readonly days: Days
  readonly toMs: number
  readonly points: readonly ReadingPoint[] | null | undefined
}

interface Shown {
  readonly node: NodeView
  readonly reading: ReadingView
  readonly appearance: Appearance
}

function rangeOf(points: readonly ReadingPoint[], { reading, appearance }: Shown): [number, number] {
  if (appearance.fixed) return scaleOf(appearance.fixed[0], appearance.fixed[1], 0)
  const extremes = extremesOf(points)
  const show = (point: ReadingPoint | undefined): number =>
    shownNumber(point?.[1] ?? 0, reading.perUnit, appearance)
  return scaleOf(show(extremes?.low), show(extremes?.high), appearance.spanMin)
}

function lookOf(shown: Shown, fetched: Fetched, onPoint: ChartLook['onPoint']): ChartLook {
  const { appearance } = shown
  const axisDecimals = appearance.yesNo ? 0 : Math.min(appearance.decimals, 2)
  return {
    range: rangeOf(fetched.points ?? [], shown),
    fromMs: fetched.toMs - fetched.days * DAY_MS,
    toMs: fetched.toMs,
    textPx: parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.85,
    number: (value) => formatNumber(language.value, value, axisDecimals),
    time: (timeMs) => (fetched.days === 1 ? clockText : shortDayText)(language.value, timeMs),
    onPoint,
  }
}

interface PlotProps {
  readonly shown: Shown
  readonly fetched: Fetched
}

function Plot({ shown, fetched }: PlotProps) {
  const host = useRef<HTMLDivElement>(null)
  const pointed = useSignal<string>('')
  const { reading, appearance } = shown
  useEffect(() => {
    const points = fetched.points ?? []
    const columns = columnsOf(points, gapMsOf(points, shown.node.intervalSeconds), (value) =>
      shownNumber(value, reading.perUnit, appearance),
    )
    const say = (row: number | undefined): void => {
      pointed.value = row === undefined ? '' : pointedWords(columns, row, appearance)
    }
    let chart: Chart | undefined
    let closed = false
    const resize = (): void => chart?.resize()
    void import('./bigChart.ts').then(({ drawChart }) => {
      if (!closed && host.current) chart = drawChart(host.current, columns, lookOf(shown, fetched, say))
    })
    addEventListener('resize', resize)
    return () => {
      closed = true
      removeEventListener('resize', resize)
      chart?.close()
    }
  }, [fetched, language.value])
  return (
    <>
      <div ref={host} class="plot" aria-hidden="true" />
      <p class="pointed">{pointed.value}</p>
    </>
  )
}

/** "14:05 – 27,5 °C" for the row under the finger. */
function pointedWords(columns: ChartColumns, row: number, appearance: Appearance): string {
  const value = columns[1][row] ?? columns[2][row] ?? columns[3][row]
  if (value === null || value === undefined) return ''
  const moment = momentText(language.value, columns[0][row]! * 1000, nowMs.peek())
  if (appearance.yesNo) return `${moment} – ${value === 0 ? texts.value.no : texts.value.yes}`
  return `${moment} – ${formatNumber(language.value, value, appearance.decimals)} ${appearance.unit}`
}

function Summary({ shown, points }: { shown: Shown; points: readonly ReadingPoint[] }) {
  const words = texts.value.chart
  const { reading, appearance } = shown
  const extremes = extremesOf(points)
  const say = (value: number | null): string => `${valueWord(reading, value, appearance)} ${appearance.unit}`
  const at = (point: ReadingPoint): string =>
    `${say(point[1])} (${momentText(language.value, point[0], nowMs.value)})`
  const count = (flag: number): string => String(points.filter((point) => point[2] === flag).length)
  const rows: [string, string][] = [[words.now, say(reading.value)]]
  if (extremes && !appearance.yesNo) rows.push([words.low, at(extremes.low)], [words.high, at(extremes.high)])
  rows.push([`▲ ${words.suspects}`, count(3)], [`✕ ${words.fails}`, count(4)])
  return (
    <dl class="summary">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Body({ shown, fetched }: PlotProps) {
  const words = texts.value.chart
  const { points } = fetched
  if (points === undefined) return <p class="nothing">{words.loading}</p>
  if (points === null) return <p class="nothing">{words.failed}</p>
  if (points.length === 0) return <p class="nothing">{words.none}</p>
  return (
    <>
      <Plot shown={shown} fetched={fetched} />
      <Summary shown={shown} points={points} />
    </>
  )
}

function useFetched(
  { eui, quantity }: ChartRequest,
  days: Signal<Days>,
  tries: Signal<number>,
): Signal<Fetched> {
  const fetched = useSignal<Fetched>({ days: 1, toMs: 0, points: undefined })
  useSignalEffect(() => {
    const wanted = days.value
    const attempt = tries.value
    const toMs = nowMs.peek()
    const isWanted = (): boolean => days.peek() === wanted && tries.peek() === attempt
    fetched.value = { days: wanted, toMs, points: undefined }
    fetchReadings(eui, quantity, toMs - wanted * DAY_MS, toMs).then(
      (points) => isWanted() && (fetched.value = { days: wanted, toMs, points }),
      () => isWanted() && (fetched.value = { days: wanted, toMs, points: null }),
    )
  })
  return fetched
}

function Ranges({ days, tries }: { days: Signal<Days>; tries: Signal<number> }) {
  const words = texts.value.chart
  const choose = (wanted: Days) => () => {
    days.value = wanted
    tries.value += 1
  }
  return (
    <div class="ranges">
      {([1, 7] as const).map((wanted) => (
        <button
          key={wanted}
          type="button"
          class="plain"
          aria-pressed={days.value === wanted}
          onClick={choose(wanted)}
        >
          {wanted === 1 ? words.day : words.week}
        </button>
      ))}
    </div>
  )
}

function ChartOf({ chart, shown }: { chart: ChartRequest; shown: Shown }) {
  const days = useSignal<Days>(1)
  const tries = useSignal(0)
  const fetched = useFetched(chart, days, tries)
  const words = texts.value.chart
  const { node } = shown
  const figure = (value: number | null): string =>
    value === null ? '–' : formatNumber(language.value, value, 0)
  return (
    <>
      <div class="chart-head">
        <h2>{`${quantityWord(chart.quantity)}${shown.appearance.unit && ` (${shown.appearance.unit})`}`}</h2>
        <p>{node.name}</p>
      </div>
      <Ranges days={days} tries={tries} />
      <Body shown={shown} fetched={fetched.value} />
      <p class="radio">{words.radio(node.eui, figure(node.rssiDbm), figure(node.snrDb))}</p>
    </>
  )
}

export function ChartDialog({ chart }: { chart: ChartRequest }) {
  const node = village.value.get(chart.eui)
  const reading = node?.readings.find((candidate) => candidate.quantity === chart.quantity)
  const close = (): void => {
    openChart.value = undefined
  }
  return (
    <Dialog label={quantityWord(chart.quantity)} className="chart" onClose={close}>
      {node && reading && (
        <ChartOf
          chart={chart}
          shown={{ node, reading, appearance: appearanceOf(reading.quantity, reading.unit) }}
        />
      )}
      <button type="button" class="strong close" onClick={close}>
        {texts.value.chart.close}
      </button>
    </Dialog>
  )
}
