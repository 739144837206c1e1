/** An update over the air from end to end: `fieldnode update` at the gateway's API, MQTT over real TCP, the node's own bundle out of its slot, started by the
 *  loader that ships; and a release that crashes, which gives way to the one before. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { makeBundles } from '../../cli/build/bundles.ts'
import { bundlePlans } from '../../cli/build/plan.ts'
import { gatewayOfSimulation } from '../../cli/gatewayOfSimulation.ts'
import { run } from '../../cli/update.ts'
import { start } from '../../firmware/start.ts'
import {
  BUNDLE_END,
  ENTRY_BYTES,
  ERASED,
  PASSED,
  SIGNER_FILE,
  SLOT_BYTES,
  SLOTS,
  STARTED,
  SWITCHED,
  TAKEN_BACK,
} from '../../firmware/update/record.ts'
import type { Gateway } from '../../gateway/main.ts'
import { openSimulation, type Simulation } from '../../sim/run.ts'
import { commune } from '../../sim/scenarios/commune.ts'
import { releaseKey, signRelease } from '../gateway/update/release.ts'
import { EspruinoBoard } from '../parity/board.ts'
import { builtLoader } from '../parity/built.ts'
import { slotsOf } from '../parity/slots.ts'

const EUI = '70b3d57ed0000006'
const PIN = '482915'
const MINUTE_MS = 60_000
const WATCH_SECONDS = 180
const folder = mkdtempSync(join(tmpdir(), 'fieldnode-sim-update-'))
const loader = new Script(builtLoader())
const RECORD = 'slots'

let releases: Buffer[]
let files: Map<string, Buffer>
let gateway: Gateway
let simulation: Simulation
let said: string[]

/** The node's bundle as the releases 1 and 2. */
beforeAll(async () => {
  const plans = await Promise.all([1, 2].map((release) => bundlePlans('AS923-2', release)))
  const mine = plans.map((all) => all.find(({ file }) => file === 'esp32-devkit-air.js')!)
  releases = (await makeBundles(mine)).map(({ code }) => Buffer.from(code, 'latin1'))
}, 120_000)

beforeEach(async () => {
  said = []
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line))
  files = slotsOf(releases[0]!.toString('latin1'), true)
  for (const slot of SLOTS.slice(1, 4)) files.set(slot, Buffer.alloc(SLOT_BYTES, ERASED).fill(' ', 0, 4))
  files.set(SIGNER_FILE, Buffer.from(releaseKey))
  let board: EspruinoBoard | undefined
  const settings = { httpPort: 0, operatorPin: PIN }
  simulation = await openSimulation(
    {
      ...{ scenario: { ...commune, acts: [] }, nodes: 12, seed: 1 },
      program: (node, hal) => {
        if (node.plan.devEui !== EUI) {
          const { board: own, profile, region } = node.parts
          return start(own, profile, region, hal)
        }
        board ??= new EspruinoBoard(node, hal, node.board, () => undefined)
        // The loader's, which the board leaves out of what it writes down.
        hal.power.watch(WATCH_SECONDS)
        try {
          board.start(loader, files)
        } catch (error) {
          // A program's own error is of its own world: the interpreter says it and waits.
          if (error instanceof Error) throw error
        }
      },
    },
    gatewayOfSimulation(settings, (opened) => (gateway = opened)),
  )
  await pass(40)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await simulation.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const pass = (minutes: number): Promise<void> =>
  simulation.runUntil(simulation.clock.now() + minutes * MINUTE_MS)

/** `fieldnode update`, as an operator says it; its exit code. */
async function update(bundle: Buffer, version: number): Promise<number> {
  const release = signRelease(bundle, { version })
  for (const name of ['bundle', 'ticket'] as const) writeFileSync(join(folder, name), release[name])
  const at = ['--gateway', `http://127.0.0.1:${gateway.httpPort}`, '--pin', PIN]
  const what = ['--bundle', join(folder, 'bundle'), '--ticket', join(folder, 'ticket'), '--node', EUI]
  return run([...at, ...what])
}

const mark = (slot: number, which: number): boolean =>
  files.get(RECORD)![slot * ENTRY_BYTES + which] !== ERASED
const seen = () => gateway.nodes().find(({ eui }) => eui === EUI)!.update
const stored = async (): Promise<number> => (await gateway.records(EUI)).length

test('a release is sent, verified, switched to, and runs; the node goes on measuring', async () => {
  expect(await stored()).toBeGreaterThan(0)
  expect(await update(releases[1]!, 2)).toBe(0)
  for (let i = 0; i < 12 && seen()?.state !== 'running'; i++) await pass(15)
  expect(seen()).toMatchObject({ state: 'running', version: 2 })
  expect([SWITCHED, STARTED, PASSED, TAKEN_BACK].map((which) => mark(1, which))).toEqual([
    true,
    true,
    true,
    false,
  ])
  expect(
    files
      .get('b')!
      .subarray(4, 4 + releases[1]!.length)
      .equals(releases[1]!),
  ).toBe(true)
  const before = await stored()
  await pass(120)
  expect(await stored()).toBeGreaterThan(before)
  // What runs now is no update any more.
  expect(await update(releases[1]!, 2)).toBe(1)
  expect(said.join()).toContain('2')
})

test('a release that falls over at its start makes way for the one before, and that is told', async () => {
  expect(await update(Buffer.from(`throw new Error('no')${BUNDLE_END}3`), 3)).toBe(0)
  for (let i = 0; i < 12 && seen()?.state !== 'rolledBack'; i++) await pass(15)
  expect(seen()).toMatchObject({ state: 'rolledBack' })
  expect([SWITCHED, PASSED, TAKEN_BACK].map((which) => mark(1, which))).toEqual([true, false, true])
  const before = await stored()
  await pass(120)
  expect(await stored()).toBeGreaterThan(before)
})
