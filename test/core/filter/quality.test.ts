/** The filter on labelled series of real sensors, where they are at hand: figures to print, and a floor below which something broke. */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { FILTER_WORDS, filterRow, filterStep } from '../../../core/filter/index.ts'
import { FLAG } from '../../../core/flags.ts'
import { quantityNamed } from '../../../core/quantities.ts'

const shared = fileURLToPath(new URL('../../../../shared/', import.meta.url))
const seriesDir = join(shared, 'data', 'quality')
const scorer = join(shared, 'tools', 'qc-score.mjs')
const present = existsSync(seriesDir) && existsSync(scorer)
if (!present)
  console.log('filter on real series: skipped, ../shared/data/quality or its score tool is not here')

/** What a file's name says it measures. */
const MEASURES: [RegExp, string][] = [
  [/soilmoist/, 'soilMoisture'],
  [/soiltemp/, 'soilTemperature'],
  [/airtemp/, 'airTemperature'],
  [/_temp/, 'waterTemperature'],
  [/_cond/, 'conductivity'],
  [/_turb/, 'turbidity'],
  [/_stage|waterlevel/, 'waterLevel'],
  [/_ph/, 'ph'],
  [/_do/, 'dissolvedOxygen'],
]

/** Index of every row that the filter does not call good, with its tests. */
function flagsOf(file: string): string {
  const { id, perUnit } = quantityNamed(MEASURES.find(([pattern]) => pattern.test(file))![1])!
  const row = filterRow(id)
  const state = new Int32Array(FILTER_WORDS)
  let last: number | undefined
  const lines = readFileSync(join(seriesDir, file), 'utf8').trim().split('\n').slice(1)
  const flags = lines.flatMap((line, index) => {
    const [timestamp, value] = line.split(',') as [string, string]
    if (value === '') return []
    const seconds = Math.round(Number(timestamp))
    const answer = filterStep(row, state, 0, Math.round(Number(value) * perUnit), seconds - (last ?? seconds))
    last = seconds
    return (answer & 15) === FLAG.good ? [] : [`${index},${answer >> 4}`]
  })
  return ['index,flag', ...flags, ''].join('\n')
}

interface Total {
  precision: number
  recall: number
  f1: number
  earlyF1: number
  falsePerDay: number
}

function scoreOf(prefix: string): Total {
  const folder = mkdtempSync(join(tmpdir(), 'fieldnode-quality-'))
  try {
    for (const each of ['labels', 'flags']) mkdirSync(join(folder, each))
    for (const file of readdirSync(seriesDir).filter(
      (name) => name.startsWith(prefix) && name.endsWith('.csv'),
    )) {
      symlinkSync(join(seriesDir, file), join(folder, 'labels', file))
      writeFileSync(join(folder, 'flags', file), flagsOf(file))
    }
    const args = [scorer, '--dir', join(folder, 'labels'), join(folder, 'flags'), '--skip=100', '--json']
    return (JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as { total: Total }).total
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Floors stand a little under what was measured; the series' own notes have what other detectors reach. */
const FLOORS = [
  { prefix: 'lro_', f1: 0.5, falsePerDay: 0.03 },
  { prefix: 'inj_', f1: 0.7, falsePerDay: 0.15 },
]

describe.skipIf(!present)('labelled series', () => {
  for (const floor of FLOORS) {
    test(`${floor.prefix}: F1 at least ${floor.f1}`, () => {
      const total = scoreOf(floor.prefix)
      const figures = (['precision', 'recall', 'f1', 'earlyF1', 'falsePerDay'] as const).map(
        (name) => `${name} ${total[name].toFixed(3)}`,
      )
      console.log(`filter on ${floor.prefix} series: ${figures.join(', ')}`)
      expect(total.f1).toBeGreaterThan(floor.f1)
      expect(total.falsePerDay).toBeLessThan(floor.falsePerDay)
    })
  }
})
