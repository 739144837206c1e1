/** The packet bench: its figures on the series they are promised for, its refusals, and its arithmetic on a series known by heart. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { benchPacket } from '../../../cli/bench/packet.ts'
import { OptionError } from '../../../cli/options.ts'

const series = fileURLToPath(new URL('../../../../shared/data/packet-series.csv', import.meta.url))
const shared = existsSync(series)
if (!shared) console.log(`skipped: the packet sizes, because there is no ${series}`)

const folder = mkdtempSync(join(tmpdir(), 'fieldnode-bench-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(...lines: string[]): string {
  const file = join(folder, 'series.csv')
  writeFileSync(file, lines.join('\n'))
  return file
}

describe('bench packet', () => {
  test.skipIf(!shared)('keeps the promised sizes on the packet series', () => {
    const figures = benchPacket(series)
    expect(figures.headerBytes).toBeLessThanOrEqual(4)
    expect(figures.singleBytes).toBeLessThanOrEqual(16)
    expect(figures.batchBytesMean).toBeLessThanOrEqual(27)
    expect(figures.batchBytesMeanApart).toBeLessThanOrEqual(27)
    expect(figures.floorBytes).toBeCloseTo(21.5, 1)
    for (const bytes of Object.values(figures.profiles)) expect(bytes).toBeLessThanOrEqual(11)
  })

  test('measures a series that does not move', () => {
    const lines = Array.from({ length: 7 }, (_, i) => `${i},25.1,80`)
    const figures = benchPacket(fileOf('timestamp,airTemperature,airHumidity', ...lines))
    // Header 32 bits, mask 32, two values of 10.
    expect(figures.singleBytes).toBe(11)
    expect(figures.floorBytes).toBe(2.5)
    expect(figures.cayenneLppBytes).toBe(4 + 3)
    expect(figures.jsonBytes).toBe('{"at":25.1,"ah":80}'.length)
  })

  test('names the line of what is no series', () => {
    const rows = Array.from({ length: 6 }, () => '0,25.1')
    const refused: [string[], string][] = [
      [['timestamp,warmth', ...rows], 'line 1'],
      [['timestamp,airTemperature', ...rows, '0,warm'], 'line 8'],
      [['timestamp,airTemperature', ...rows, '0,'], 'line 8'],
      [['timestamp,airTemperature', ...rows, '0,1,2'], 'line 8'],
      [['timestamp,airTemperature', '0,25.1'], '6 samples'],
      [[''], '6 samples'],
    ]
    for (const [lines, named] of refused) {
      expect(() => benchPacket(fileOf(...lines))).toThrow(OptionError)
      expect(() => benchPacket(fileOf(...lines))).toThrow(named)
    }
  })
})
