/** The power fails at every boundary of what is written to a board's slots, by the cable, by an update and by the loader: the board then runs the program it
 *  ran before or the one that was to run next, and only one that was being laid out anew at the cable waits for it. */
import { describe, expect, test, type TestContext } from 'vitest'
import { install, type Kept } from '../../cli/board/install.ts'
import { TEXT_AT } from '../../firmware/update/record.ts'
import {
  abandonSlot,
  failTrial,
  freeSlot,
  passTrial,
  runningSlot,
  switchSlots,
  tellRollback,
  trial,
} from '../../firmware/update/slots.ts'
import { PowerCut } from '../../sim/chips/flash.ts'
import { count, newFigures, settle } from './figures.ts'
import { Board } from './slotBoard.ts'
import { everyCut } from './sweep.ts'

/** What is done, from a board as it stands; done again after a cut, it comes to its end. */
interface Work {
  readonly name: string
  /** Pages of Storage. */
  readonly pages?: number
  readonly before: (board: Board) => Promise<void> | void
  readonly act: (board: Board, kept: Kept) => Promise<void> | void
  /** What may run behind a cut; `cable` is a board without a program. */
  readonly after: readonly string[]
  /** What runs when it was done again to its end. */
  readonly end: readonly string[]
  /** What else has to be so then. */
  readonly check?: (board: Board) => void
}

const SETTINGS = Uint8Array.from({ length: 56 }, (_, i) => (i * 7 + 1) & 0xff)
const PIECE_BYTES = 100

const upload = (board: Board, name: string, kept: Kept = new Map()): Promise<void> =>
  install(board.store, { bundle: board.bundle(name), loader: board.loader }, kept, () => undefined)

async function installed(board: Board): Promise<void> {
  board.put('settings', SETTINGS)
  await upload(board, 'old')
  board.boot()
}

/** What receives a bundle over the air does, from its beginning: a slot that will not take a piece is given up. */
function receive(board: Board, name: string): void {
  const { files } = board
  const bundle = board.bundle(name)
  for (let slot = freeSlot(files); slot !== undefined; slot = freeSlot(files)) {
    let at = 0
    while (at < bundle.length && files.write(slot, bundle.subarray(at, at + PIECE_BYTES), TEXT_AT + at))
      at += PIECE_BYTES
    if (at >= bundle.length) return
    abandonSlot(files)
  }
}

async function received(board: Board): Promise<void> {
  await installed(board)
  receive(board, 'new')
}

async function onTrial(board: Board, starts: number): Promise<void> {
  await received(board)
  switchSlots(board.files)
  for (let i = 0; i < starts; i++) expect(board.boot()).toBe('new')
}

const hasSettings = (board: Board): void => expect(board.storage.read('settings')).toEqual(SETTINGS)

const WORKS: readonly Work[] = [
  {
    name: 'a bundle goes onto a new board',
    pages: 160,
    before: (board) => board.put('settings', SETTINGS),
    act: (board, kept) => upload(board, 'new', kept),
    after: ['cable', 'new'],
    end: ['new'],
    check: hasSettings,
  },
  {
    name: 'a bundle goes into the next slot',
    before: installed,
    act: (board) => upload(board, 'new'),
    after: ['old', 'new'],
    end: ['new'],
    check: hasSettings,
  },
  {
    name: 'a bundle goes onto a board whose slots are used up',
    pages: 40,
    before: async (board) => {
      await installed(board)
      while (freeSlot(board.files) !== undefined) await upload(board, 'old')
    },
    act: (board, kept) => upload(board, 'new', kept),
    after: ['old', 'cable', 'new'],
    end: ['new'],
    check: hasSettings,
  },
  {
    name: 'a bundle comes over the air',
    before: installed,
    act: (board) => receive(board, 'new'),
    after: ['old'],
    end: ['old'],
    check: ({ files }) => expect(runningSlot(files)).toBe('a'),
  },
  {
    name: 'the free slot is given up',
    before: installed,
    act: ({ files }) => void (freeSlot(files) === 'b' && abandonSlot(files)),
    after: ['old'],
    end: ['old'],
    check: ({ files }) => expect(freeSlot(files)).toBe('c'),
  },
  {
    name: 'the slots are switched',
    before: received,
    act: ({ files }) => void switchSlots(files),
    after: ['old', 'new'],
    end: ['new'],
    check: ({ files }) => expect(trial(files)).toBe('on'),
  },
  ...[0, 1, 2].map((starts) => ({
    name: `start ${starts + 1} of a bundle on trial`,
    before: (board: Board) => onTrial(board, starts),
    act: (board: Board) => void board.boot(),
    after: ['new', 'old'],
    end: ['new', 'old'],
    check: (board: Board) => {
      for (let i = 0; i < 4; i++) board.boot()
      expect(board.boot()).toBe('old')
      expect(board.ran.filter((name) => name === 'new').length).toBeLessThanOrEqual(3 - starts)
      expect(trial(board.files)).toBe('crashed')
    },
  })),
  {
    name: 'the loader goes back',
    before: (board) => onTrial(board, 3),
    act: (board) => void board.boot(),
    after: ['old'],
    end: ['old'],
    check: ({ files }) => expect(trial(files)).toBe('crashed'),
  },
  {
    name: 'a trial is passed',
    before: (board) => onTrial(board, 1),
    act: ({ files }) => void passTrial(files),
    after: ['new'],
    end: ['new'],
    check: ({ files }) => expect(trial(files)).toBe('none'),
  },
  {
    name: 'a trial is failed',
    before: (board) => onTrial(board, 1),
    act: ({ files }) => void failTrial(files),
    after: ['new', 'old'],
    end: ['old'],
    check: ({ files }) => expect(trial(files)).toBe('failed'),
  },
  {
    name: 'a rollback is told',
    before: async (board) => {
      await onTrial(board, 1)
      failTrial(board.files)
      board.boot()
    },
    act: ({ files }) => void tellRollback(files),
    after: ['old'],
    end: ['old'],
    check: ({ files }) => expect([trial(files), freeSlot(files)]).toEqual(['none', 'c']),
  },
]

/** One cut: what runs behind it, and what runs when the work was done again. Answers what is wrong. */
async function cutOnce(torn: Board, work: Work): Promise<string[]> {
  const kept: Kept = new Map()
  await expect((async () => work.act(torn, kept))()).rejects.toThrow(PowerCut)
  const wrong: string[] = []
  const runs = torn.boot()
  if (!work.after.includes(runs)) wrong.push(`${runs} runs`)
  try {
    await work.act(torn, kept)
    const end = torn.boot()
    if (!work.end.includes(end)) wrong.push(`${end} runs in the end`)
    work.check?.(torn)
  } catch (error) {
    wrong.push(String(error))
  }
  return wrong
}

async function sweepWork(context: TestContext, work: Work): Promise<void> {
  const figures = newFigures()
  const board = new Board(work.pages)
  await work.before(board)
  const rehearsal = board.copy()
  await work.act(rehearsal, new Map())
  for (const cut of everyCut(rehearsal.operations)) {
    const torn = board.copy()
    torn.cut(cut)
    const corrupt = await cutOnce(torn, work)
    count(figures, `${work.name}, cut ${cut.operation}.${cut.form}`, { corrupt, lost: 0, reused: [] })
  }
  settle(context, figures)
}

describe('a board with slots', () => {
  for (const work of WORKS) test(work.name, (context) => sweepWork(context, work), 120_000)

  test('runs a bundle on trial three times, and one that throws too', async () => {
    const board = new Board()
    await onTrial(board, 0)
    const names = Array.from({ length: 5 }, () => board.boot())
    expect(names).toEqual(['new', 'new', 'new', 'old', 'old'])
    const other = new Board()
    await installed(other)
    other.files.write('b', Buffer.from('throw 1//'), TEXT_AT)
    switchSlots(other.files)
    expect(Array.from({ length: 5 }, () => other.boot())).toEqual(['cable', 'cable', 'cable', 'old', 'old'])
  })
})
