/** Bodies of every kind at every route that takes one: each is accepted or refused by name, and none is a fault of ours. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeActs, type ActsParts } from '../../../gateway/api/acts.ts'
import { errorAnswer } from '../../../gateway/api/schema.ts'
import { makeApp, type ServerParts } from '../../../gateway/api/server.ts'
import { Counts } from '../../../gateway/counts.ts'
import { registration } from '../site.ts'

const seed = 20261122
const NOW_MS = 1_790_000_000_000

/** The app with its own checks and nobody behind them: any lamp obeys, any device is new. */
function app() {
  const desk = {
    lamps: () => [],
    command: () => Promise.resolve({ id: 1, state: 'commanded', createdMs: NOW_MS }),
  }
  const nodes = { byEui: () => undefined, register: () => Promise.resolve({}) }
  const clock = { now: () => NOW_MS }
  const write = () => Promise.resolve(true)
  const acts = makeActs({ nodes, desk, clock, write, changed: () => undefined } as unknown as ActsParts)
  const faults: unknown[] = []
  const counts = new Counts()
  const parts = { acts, clock, counts, pages: new Map(), pin: { check: () => Promise.resolve('right') } }
  const failed = (error: unknown) => void faults.push(error)
  return { app: makeApp({ ...parts, failed } as unknown as ServerParts), faults }
}

const command = JSON.stringify({ levelPercent: 60, untilMs: NOW_MS + 60_000 })
const device = JSON.stringify(registration(5, { profile: 'light', lamp: { id: 'L5', group: 'market' } }))

/** A good body with a piece replaced, taken out or doubled. */
const mutated = fc
  .tuple(
    fc.constantFrom(command, device),
    fc.nat(),
    fc.nat({ max: 12 }),
    fc.oneof(fc.string({ maxLength: 6 }), fc.json({ maxDepth: 1 })),
  )
  .map(([text, at, length, piece]) => {
    const from = at % text.length
    return text.slice(0, from) + piece + text.slice(from + length)
  })
/** The right fields with any values. */
const shaped = fc
  .record(
    Object.fromEntries(
      ['levelPercent', 'untilMs', ...Object.keys(JSON.parse(device) as object)].map((field) => [
        field,
        fc.jsonValue({ maxDepth: 1 }),
      ]),
    ),
    { requiredKeys: [] },
  )
  .map((body) => JSON.stringify(body))

test('100,000 random and mutated bodies are accepted or refused by name', async () => {
  const { app: gateway, faults } = app()
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
  const statuses = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/api/lamps/L1/command', '/api/devices'),
      fc.oneof(mutated, shaped, fc.string(), fc.json({ maxDepth: 1 })),
      async (path, body) => {
        const response = await gateway.request(path, { method: 'POST', body }, env)
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
        expect([201, 202, 400]).toContain(response.status)
        if (response.status === 400) errorAnswer.parse(await response.json())
      },
    ),
    { seed, numRuns: 100_000 },
  )
  expect(faults).toEqual([])
  // Else the mutations were too wild to reach what lies behind the first check.
  for (const status of [201, 202]) expect(statuses.get(status)).toBeGreaterThan(100)
})
