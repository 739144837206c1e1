/** Texts in place of a recorded series, as many as a test wants: each is read or refused by name. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { readSeries } from '../../../sim/world/replay.ts'

export function expectReadOrRefused(texts: number): void {
  const cell = fc.oneof(fc.string(), fc.double().map(String), fc.constantFrom('', 'NA', '"', '1e999', '-'))
  const text = fc
    .array(
      fc.array(cell, { maxLength: 4 }).map((row) => row.join(',')),
      { maxLength: 8 },
    )
    .map((rows) => rows.join('\n'))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        text.map((body) => `timestamp,value\n${body}`),
      ),
      (csv) => {
        const read = readSeries(csv)
        expect('where' in read || read.seconds.length >= 2).toBe(true)
      },
    ),
    { numRuns: texts },
  )
}
