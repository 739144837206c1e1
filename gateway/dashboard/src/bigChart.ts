/** The large chart, by uPlot: axes in the village's time and the language's numbers; suspect points are triangles, refused ones crosses.
 *  In a chunk of its own: nobody pays for it before pressing a reading. */
import uPlot from 'uplot'
import type { ChartColumns } from './series.ts'

export interface ChartLook {
  readonly range: readonly [number, number]
  readonly fromMs: number
  readonly toMs: number
  /** Size of the page's text, in CSS pixels. */
  readonly textPx: number
  readonly number: (value: number) => string
  readonly time: (timeMs: number) => string
  /** The row under the finger or the mouse; undefined when it left. */
  readonly onPoint: (row: number | undefined) => void
}

export interface Chart {
  resize(): void
  close(): void
}

const LINE = '#0b4f6c'
const SUSPECT = '#8a4b00'
const FAIL = '#b3261e'
const GRID = '#d5dbe0'
const TEXT = '#1d2429'
const MARK_PX = 7

function triangle(pen: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  pen.moveTo(x, y - size)
  pen.lineTo(x + size, y + size)
  pen.lineTo(x - size, y + size)
  pen.closePath()
}

function cross(pen: CanvasRenderingContext2D, x: number, y: number, size: number): void {
  pen.moveTo(x - size, y - size)
  pen.lineTo(x + size, y + size)
  pen.moveTo(x + size, y - size)
  pen.lineTo(x - size, y + size)
}

type Shape = typeof triangle

function drawMarks(plot: uPlot, series: number, colour: string, shape: Shape): void {
  const pen = plot.ctx
  const size = MARK_PX * uPlot.pxRatio
  pen.save()
  pen.beginPath()
  for (const [row, value] of (plot.data[series] ?? []).entries()) {
    if (value === null || value === undefined) continue
    const y = plot.valToPos(value, 'y', true)
    const { top, height } = plot.bbox
    shape(pen, plot.valToPos(plot.data[0][row]!, 'x', true), Math.min(top + height, Math.max(top, y)), size)
  }
  pen.strokeStyle = colour
  pen.lineWidth = 3 * uPlot.pxRatio
  pen.stroke()
  pen.restore()
}

function axesOf(look: ChartLook): uPlot.Axis[] {
  const font = `${look.textPx}px system-ui, sans-serif`
  const shared = { font, stroke: TEXT, grid: { stroke: GRID, width: 1 }, ticks: { stroke: GRID } }
  return [
    {
      ...shared,
      space: 4.5 * look.textPx,
      size: 2.2 * look.textPx,
      values: (_plot, seconds) => seconds.map((second) => look.time(second * 1000)),
    },
    {
      ...shared,
      space: 2.5 * look.textPx,
      size: 3.6 * look.textPx,
      values: (_plot, values) => values.map((value) => look.number(value)),
    },
  ]
}

const sizeOf = (host: HTMLElement): { width: number; height: number } => ({
  width: host.clientWidth,
  height: Math.max(220, Math.min(host.clientWidth * 0.7, innerHeight * 0.5)),
})

function optionsOf(host: HTMLElement, look: ChartLook): uPlot.Options {
  return {
    ...sizeOf(host),
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), 'Asia/Ho_Chi_Minh'),
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 12 } },
    scales: {
      x: { range: () => [look.fromMs / 1000, look.toMs / 1000] },
      y: { range: () => [...look.range] as [number, number] },
    },
    axes: axesOf(look),
    series: [
      {},
      { stroke: LINE, width: 3, points: { show: false }, spanGaps: false },
      { paths: () => null, points: { show: false } },
      { paths: () => null, points: { show: false } },
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, 2, SUSPECT, triangle), (plot) => drawMarks(plot, 3, FAIL, cross)],
      setCursor: [(plot) => look.onPoint(plot.cursor.idx ?? undefined)],
    },
  }
}

export function drawChart(host: HTMLElement, columns: ChartColumns, look: ChartLook): Chart {
  const plot = new uPlot(optionsOf(host, look), columns, host)
  return {
    resize: () => plot.setSize(sizeOf(host)),
    close: () => plot.destroy(),
  }
}
