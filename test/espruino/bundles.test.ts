/** Every bundle in the real interpreter, from flash, on a board that answers as the simulator's did: join, wakes, downlinks, a lamp's command, resets, an
 *  update where the link has them, and in a long life a loss of power and a queue that is drained. Each call of the bundle has to be the recorded one, bit by bit, so every frame is; and the
 *  recorded ones are those of the sources. Prints a line a bundle with its peak of variables. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { makeBundles } from '../../cli/build/bundles.ts'
import { countFunctions } from '../../cli/build/functions.ts'
import { bundleTree } from '../../cli/build/gate.ts'
import { ROOT, type BundlePlan } from '../../cli/build/plan.ts'
import { UPDATE_STATE } from '../../core/update/message.ts'
import { releaseKey, signRelease } from '../gateway/update/release.ts'
import { slotsOf, updatableSlots } from '../parity/slots.ts'
import { builtBundles, builtLoader, type BuiltBundle } from '../parity/built.ts'
import { live, type Life, type LifeUpdate } from '../parity/life.ts'
import { tell, wakesOf } from './flown.ts'
import { Interpreter, program } from './interpreter.ts'

vi.mock('../../firmware/release.ts', async () => (await import('../parity/release.ts')).standIn)

/** What the prelude prints when a program has come to its end. */
interface Report {
  calls: number
  peak: number
  prelude: number
  /** By the interpreter's own SHA-256, for an update. */
  hashes: number
  /** Variables in use when the interpreter has booted, before anything of ours. */
  before: number
}

/** Replays all programs, an interpreter that boots anew for each. Throws where one is different or comes to no end. */
async function replay(espruino: Interpreter, count: number): Promise<Report[]> {
  const reports: Report[] = []
  const last: string[] = []
  await espruino.boot((line) => {
    last.push(line)
    if (last.length > 20) last.shift()
    if (line.startsWith('END ')) reports.push(JSON.parse(line.slice(4)) as Report)
    return reports.length === count || /^(DIFFERS|THREW) |OUT OF MEMORY/.test(line)
  })
  if (reports.length === count) return reports
  const index = /"index":(\d+)/.exec(last.at(-1) ?? '')?.[1]
  const recorded = index === undefined ? '' : espruino.recorded(reports.length, Number(index))
  throw new Error(`program ${reports.length} of ${count}: recorded ${recorded}\n${last.join('\n')}`)
}

/** What a node of this link is updated to: the same bundle, built and signed as the next release. */
async function updateOf({ plan, code }: BuiltBundle): Promise<LifeUpdate | undefined> {
  if (plan.board.value.link !== 'mqtt') return undefined
  const version = plan.release + 1
  const next: BundlePlan = { ...plan, release: version }
  const [made] = await makeBundles([next])
  const manifest = { board: made!.board, profile: made!.profile, region: made!.region }
  const release = signRelease(Buffer.from(made!.code, 'latin1'), { version, ...manifest })
  return { release, version, before: code, signer: releaseKey }
}

/** The node took the update, in the simulator and in the interpreter's own flash. */
function expectUpdated(
  espruino: Interpreter,
  { updates, files }: Life,
  { release, version }: LifeUpdate,
): void {
  expect(updates!.states.map(({ state }) => state)).toEqual([UPDATE_STATE.verified, UPDATE_STATE.running])
  expect(updates!.states.at(-1)).toMatchObject({ transfer: release.transfer, version })
  const flash = readFileSync(join(espruino.folder, 'espruino.flash'))
  for (const [name, bytes] of files) expect(flash.includes(bytes), `file ${name}`).toBe(true)
  expect(files.get('b')!.includes(release.bundle)).toBe(true)
}

async function fly(espruino: Interpreter, built: BuiltBundle): Promise<void> {
  const { plan, code } = built
  const update = await updateOf(built)
  const [board, profile] = [plan.board.value, plan.profile.value]
  espruino.write('prelude.js', readFileSync(ROOT + 'test/espruino/prelude.js'))
  espruino.write('loader.js', builtLoader())
  const files = update ? updatableSlots(code, update.signer) : slotsOf(code, true)
  for (const [name, bytes] of files) espruino.write(name, bytes)
  const stored = Object.fromEntries([...files.keys()].map((name) => [name, name]))
  await espruino.store({ '.boot0': 'prelude.js', ...stored, '.bootcde': 'loader.js' })
  const wakes = wakesOf(plan.file)
  let programs = 0
  let calls = 0
  const bundle = await live(board, profile, code, {
    wakes,
    ...(update ? { update } : {}),
    onProgram: (transcript) => {
      espruino.addTranscript(transcript)
      programs++
      calls += transcript.length
    },
  })
  const sources = await live(board, profile, undefined, { wakes, ...(update ? { update } : {}) })
  const reports = await replay(espruino, programs)
  const peakVars = Math.max(...reports.map(({ peak, prelude }) => peak - prelude))
  const verifying = reports.filter(({ hashes }) => hashes > 0)
  const heard = reports.reduce((sum, report) => sum + report.calls, 0)
  const equal = heard === calls && bundle.events.join() === sources.events.join()
  const functions = countFunctions(bundleTree(code))
  const counted = profile.name === 'light' ? wakes : bundle.wakes
  tell({
    board: board.name,
    profile: profile.name,
    bytes: code.length,
    functions,
    peakVars,
    wakes: counted,
    equal,
    ...(update
      ? {
          update: {
            hashes: verifying.reduce((sum, { hashes }) => sum + hashes, 0),
            peakVars: Math.max(...verifying.map(({ peak, prelude }) => peak - prelude)),
          },
        }
      : {}),
  })
  expect(bundle.events).toEqual(sources.events)
  expect(heard).toBe(calls)
  expect(new Set(reports.map(({ before }) => before)).size, 'a wake found something of the one before').toBe(
    1,
  )
  expect(peakVars).toBeLessThan(board.budgets.peakVariables)
  if (update) expectUpdated(espruino, bundle, update)
}

const bundles = program ? await builtBundles() : []

describe.skipIf(!program)('in the real interpreter', () => {
  for (const bundle of bundles)
    test.concurrent(
      `${bundle.plan.file}: every call as recorded, and the peak within the board's budget`,
      async () => {
        // A flash of its own for each: a board that has a program boots it before it does anything else.
        const espruino = new Interpreter()
        await fly(espruino, bundle).finally(() => espruino.remove())
      },
    )
})
