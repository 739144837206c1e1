/** Bodies of every kind at every route that takes one: each is accepted or refused by name, and none is a fault of ours. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeActs, type ActsParts } from '../../../gateway/api/acts.ts'
import { isRefusal } from '../../../gateway/api/refusals.ts'
import { errorAnswer } from '../../../gateway/api/schema.ts'
import { makeApp, parseJson, type ServerParts } from '../../../gateway/api/server.ts'
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
  return { acts, app: makeApp({ ...parts, failed } as unknown as ServerParts), faults }
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
const value = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 8 }),
  fc.constantFrom(null, true, [], {}, { id: 'L5' }, { id: 'L5', group: 7 }),
)
/** The right fields with any values. */
const shaped = fc
  .record(
    Object.fromEntries(
      ['levelPercent', 'untilMs', ...Object.keys(JSON.parse(device) as object)].map((field) => [
        field,
        value,
      ]),
    ),
    { requiredKeys: [] },
  )
  .map((body) => JSON.stringify(body))

const bodies = fc.oneof(mutated, shaped, fc.string(), fc.json({ maxDepth: 1 }))

test('100,000 random and mutated bodies are accepted or refused by name', async () => {
  const { acts } = app()
  const outcomes = { accepted: 0, refused: 0, noJson: 0 }
  await fc.assert(
    fc.asyncProperty(fc.boolean(), bodies, async (isCommand, body) => {
      const input = parseJson(body)
      if (input === undefined) return void outcomes.noJson++
      const answer = await (isCommand ? acts.commandLamp('L1', input, 'x') : acts.register(input, 'x'))
      if (isRefusal(answer) && answer.status !== 400) throw new Error(`refused with ${answer.status}`)
      outcomes[isRefusal(answer) ? 'refused' : 'accepted']++
    }),
    { seed, numRuns: 100_000 },
  )
  // Else the mutations were too wild to reach what lies behind the first check.
  for (const count of Object.values(outcomes)) expect(count).toBeGreaterThan(100)
})

test('10,000 of them at the routes: none is a fault of ours', async () => {
  const { app: gateway, faults } = app()
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/api/lamps/L1/command', '/api/devices'), bodies, async (path, body) => {
      const response = await gateway.request(path, { method: 'POST', body }, env)
      expect([201, 202, 400]).toContain(response.status)
      if (response.status === 400) errorAnswer.parse(await response.json())
    }),
    { seed, numRuns: 10_000 },
  )
  expect(faults).toEqual([])
})
