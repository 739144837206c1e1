/** Every bundle in the real interpreter, from flash, on a board that answers as the simulator's did: join, wakes, downlinks, a lamp's command, resets, and
 *  in a long life a loss of power and a queue that is drained. Each call of the bundle has to be the recorded one, bit by bit, so every frame is; and the
 *  recorded ones are those of the sources. Prints a line a bundle with its peak of variables. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { countFunctions } from '../../cli/build/functions.ts'
import { bundleTree } from '../../cli/build/gate.ts'
import { ROOT } from '../../cli/build/plan.ts'
import { RECORD_FILE, SLOTS } from '../../firmware/update/record.ts'
import { slotsOf } from '../parity/slots.ts'
import { builtBundles, builtLoader, type BuiltBundle } from '../parity/built.ts'
import { live } from '../parity/life.ts'
import { tell, wakesOf } from './flown.ts'
import { Interpreter, program } from './interpreter.ts'

/** What the prelude prints when a program has come to its end. */
interface Report {
  calls: number
  peak: number
  prelude: number
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

async function fly(espruino: Interpreter, { plan, code }: BuiltBundle): Promise<void> {
  const [board, profile] = [plan.board.value, plan.profile.value]
  espruino.write('prelude.js', readFileSync(ROOT + 'test/espruino/prelude.js'))
  espruino.write('loader.js', builtLoader())
  for (const [name, bytes] of slotsOf(code, true)) espruino.write(name, bytes)
  await espruino.store({
    '.boot0': 'prelude.js',
    [SLOTS.charAt(0)]: SLOTS.charAt(0),
    [RECORD_FILE]: RECORD_FILE,
    '.bootcde': 'loader.js',
  })
  const wakes = wakesOf(plan.file)
  let programs = 0
  let calls = 0
  const bundle = await live(board, profile, code, {
    wakes,
    onProgram: (transcript) => {
      espruino.addTranscript(transcript)
      programs++
      calls += transcript.length
    },
  })
  const sources = await live(board, profile, undefined, { wakes })
  const reports = await replay(espruino, programs)
  const peakVars = Math.max(...reports.map(({ peak, prelude }) => peak - prelude))
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
  })
  expect(bundle.events).toEqual(sources.events)
  expect(heard).toBe(calls)
  expect(new Set(reports.map(({ before }) => before)).size, 'a wake found something of the one before').toBe(
    1,
  )
  expect(peakVars).toBeLessThan(board.budgets.peakVariables)
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
