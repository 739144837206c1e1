/** Every bundle in the real interpreter, from flash, on a board that answers as the simulator's did: join, twenty wakes, a lamp's command and a reboot.
 *  Each call of the bundle has to be the recorded one, bit by bit, so every frame is. Prints the functions and the peak of variables. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { countFunctions } from '../../cli/build/functions.ts'
import { bundleTree } from '../../cli/build/gate.ts'
import { ROOT } from '../../cli/build/plan.ts'
import { builtBundles } from '../parity/built.ts'
import { live } from '../parity/life.ts'
import { said, type Transcript } from '../parity/transcript.ts'
import { Interpreter, program } from './interpreter.ts'

/** What the prelude prints when a program has come to its end, is different, or threw. */
interface Report {
  calls: number
  peak: number
  prelude: number
  memory: number
}

const END = /(END|DIFFERS|THREW) .*\r?\n|OUT OF MEMORY/

async function replay(espruino: Interpreter, transcript: Transcript): Promise<Report> {
  espruino.writeTranscript(transcript)
  const lines = await espruino.run([], END)
  const line = lines.find((each) => /^(END|DIFFERS|THREW) /.test(each))
  if (line?.startsWith('END ')) return JSON.parse(line.slice(4)) as Report
  throw new Error(`${line ?? 'no word'}\n${whereOf(line, transcript)}\n${lines.slice(-20).join('\n')}`)
}

/** The recorded call that a difference was found at. */
function whereOf(line: string | undefined, transcript: Transcript): string {
  const index = /"index":(\d+)/.exec(line ?? '')?.[1]
  const entry = index === undefined ? undefined : transcript[Number(index)]
  return entry ? `recorded: ${said(entry)}` : ''
}

const bundles = program ? await builtBundles() : []

describe.skipIf(!program)('in the real interpreter', () => {
  let espruino: Interpreter
  // A flash of its own for each: a board that has a program boots it before it does anything else.
  beforeEach(() => {
    espruino = new Interpreter()
    espruino.write('prelude.js', readFileSync(ROOT + 'test/espruino/prelude.js'))
  })
  afterEach(() => espruino.remove())

  for (const { plan, code } of bundles) {
    test(`${plan.file}: every call as recorded, and the peak within the board's budget`, async () => {
      const { programs } = await live(plan.board.value, plan.profile.value, code)
      espruino.write('bundle.js', code)
      await espruino.store({ '.boot0': 'prelude.js', '.bootcde': 'bundle.js' })
      const reports: Report[] = []
      for (const transcript of programs) reports.push(await replay(espruino, transcript))
      const { prelude, memory } = reports[0]!
      const peak = Math.max(...reports.map((report) => report.peak)) - prelude
      const functions = countFunctions(bundleTree(code))
      const calls = reports.reduce((sum, report) => sum + report.calls, 0)
      console.log(
        JSON.stringify({
          bundle: plan.file,
          programs: programs.length,
          calls,
          functions,
          peak,
          memory,
          prelude,
        }),
      )
      expect(calls).toBe(programs.reduce((sum, transcript) => sum + transcript.length, 0))
      expect(peak).toBeLessThan(plan.board.value.budgets.peakVariables)
    })
  }
})
