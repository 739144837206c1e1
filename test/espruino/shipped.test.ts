/** The last steps before a node is mounted: each bundle that ships goes through `fieldnode upload` onto a real interpreter, boots there from flash,
 *  and its first packet is seen. The board's stand-in (prelude.js) is in flash before it, with what the simulator's board answered. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ROOT } from '../../cli/build/plan.ts'
import { boardTexts } from '../../cli/board/texts.ts'
import { run as upload } from '../../cli/upload.ts'
import { builtBundles } from '../parity/built.ts'
import { live } from '../parity/life.ts'
import { said as spoken, type Entry } from '../parity/transcript.ts'
import { BOARD_RETRIES, serveBoard, type BoardServer } from './boardServer.ts'
import { Interpreter, program } from './interpreter.ts'

const bundles = program ? await builtBundles() : []

const isPacket = (entry: Entry): boolean => spoken(entry).startsWith('print(sent ')

describe.skipIf(!program)('a bundle that ships', { retry: BOARD_RETRIES }, () => {
  let espruino: Interpreter
  let board: BoardServer
  beforeEach(async () => {
    espruino = new Interpreter()
    espruino.write('prelude.js', readFileSync(ROOT + 'test/espruino/prelude.js'))
    await espruino.store({ '.boot0': 'prelude.js' })
    board = await serveBoard(program!, espruino.folder)
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await board.close()
    espruino.remove()
  })

  for (const { plan, code } of bundles) {
    test(`${plan.file} is written, started, and its first packet seen`, async () => {
      const { programs } = await live(plan.board.value, plan.profile.value, code)
      // The wakes before it only join. Uploaded then, the node finds that it is its first start.
      const firstStart = programs.findIndex((each) => each.some(isPacket))
      const first = await live(plan.board.value, plan.profile.value, code, { firstStart })
      espruino.addTranscript(first.programs[firstStart]!)
      const said: string[] = []
      for (const stream of ['log', 'error'] as const)
        vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line))
      const { board: on, profile } = plan
      const answer = await upload([
        ...['--port', board.address, '--board', on.value.name, '--profile', profile.value.name],
      ])
      expect(said.slice(-3), said.join('\n')).toContain(boardTexts.upload.packet)
      expect(answer).toBe(0)
    })
  }
})
