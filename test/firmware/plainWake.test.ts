/** A wake that only samples costs no more than that: nothing of radio, link, update and service is called in it, so a bundle evaluates nothing of them from
 *  flash (cli/build/seldom.ts). Which functions of the sources ran in each wake of a node's life is told by V8's own count of calls. */
import { Session, type Profiler } from 'node:inspector'
import { expect, test } from 'vitest'
import { esp32Devkit } from '../../boards/esp32Devkit.ts'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import type { Board } from '../../firmware/board.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import { live } from '../parity/life.ts'

/** What speaks, listens, is configured or is updated. */
const APART = /\/firmware\/(radio|link|update|configure|exchange|delivery|group)\b/
/** Looks at the clock and at what is held; no more. */
const ASKED: readonly string[] = [
  'exchangeDue',
  'updateDue',
  'freshDue',
  'closeLink',
  'owesHello',
  'isHeld',
  'linkOf',
]

/** Functions that were called since the last look, as file and name. */
function watchCalls(): { called: () => string[]; end: () => void } {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  const called = (): string[] => {
    let found: Profiler.ScriptCoverage[] = []
    session.post('Profiler.takePreciseCoverage', (_, { result }) => void (found = result))
    return found.flatMap(({ url, functions }) =>
      functions
        .filter(({ functionName, ranges }) => functionName && ranges[0]!.count > 0)
        .map(({ functionName }) => `${url.replace(/^.*\/(?=firmware\/)/, '/')} ${functionName}`),
    )
  }
  return { called, end: () => session.disconnect() }
}

test.each<[string, Board]>([
  ['LoRaWAN', ttgoLora32V21],
  ['MQTT', esp32Devkit],
])('a plain wake of a node on %s calls nothing of them', async (_, board) => {
  const watch = watchCalls()
  const wakes: string[][] = []
  await live(board, soil, undefined, { wakes: 90, onStart: () => void wakes.push(watch.called()) })
  watch.end()
  const sampling = wakes.filter((calls) => calls.includes('/firmware/sampling.ts takeSample'))
  const plain = sampling.filter((calls) => !calls.includes('/firmware/exchange.ts exchange'))
  expect(sampling.length - plain.length).toBeGreaterThan(2)
  expect(plain.length).toBeGreaterThan(20)
  for (const calls of plain)
    expect(calls.filter((call) => APART.test(call) && !ASKED.includes(call.split(' ')[1]!))).toEqual([])
})
