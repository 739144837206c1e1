/** The slots of a node's bundles and their record: what runs, what is free, and what each step says when it is not its turn. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ENTRY_BYTES, RECORD_FILE, SLOT_BYTES, SLOTS, TEXT_AT } from '../../../firmware/update/record.ts'
import {
  abandonSlot,
  failTrial,
  freeSlot,
  passTrial,
  runningSlot,
  switchSlots,
  tellRollback,
  trial,
} from '../../../firmware/update/slots.ts'
import { SimFiles } from '../../../sim/files.ts'
import { builtLoader } from '../../parity/built.ts'
import { slotsOf } from '../../parity/slots.ts'
import { createContext, Script } from 'node:vm'

let files: SimFiles
let watched: unknown[][]
const loader = new Script(builtLoader())

/** A board with so many slots, of which the first runs. */
function fresh(slots: number): SimFiles {
  const made = new SimFiles()
  for (const slot of SLOTS.slice(0, slots)) made.make(slot, Buffer.from('    '), SLOT_BYTES)
  made.write('a', Buffer.from('ran("a")//'), TEXT_AT)
  made.make(RECORD_FILE, slotsOf('', false).get(RECORD_FILE)!, SLOTS.length * ENTRY_BYTES)
  return made
}

/** Runs the loader as it ships; the slot that ran, or 'none', with a + in a first start. */
function boot(): string {
  let ran = 'none'
  const context = createContext({
    E: { enableWatchdog: (...asked: unknown[]) => watched.push(asked) },
    require: () => ({
      read: (name: string, offset = 0) =>
        files.size(name) > 0
          ? Buffer.from(files.read(name, offset, SLOT_BYTES)).toString('latin1')
          : undefined,
      write: (name: string, text: string, offset: number) =>
        files.write(name, Buffer.from(text, 'latin1'), offset),
    }),
    ran: (name: string) => void (ran = name),
  })
  loader.runInContext(context)
  return ran + (new Script('typeof firstStart').runInContext(context) === 'undefined' ? '' : '+')
}

/** An update that was received whole. */
function update(): void {
  const slot = freeSlot(files)!
  expect(files.write(slot, Buffer.from(`ran("${slot}")//`), TEXT_AT)).toBe(true)
  expect(switchSlots(files)).toBe(true)
}

beforeEach(() => {
  files = fresh(4)
  watched = []
})
afterEach(() => vi.restoreAllMocks())

describe('a bundle', () => {
  test('has one first start', () => {
    expect([boot(), boot(), boot(), boot()]).toEqual(['a+', 'a', 'a', 'a'])
    update()
    expect([boot(), boot()]).toEqual(['b+', 'b'])
  })

  test('starts with a watchdog that bites whatever it does', () => {
    boot()
    expect(watched).toEqual([[180, false]])
  })

  test('that passes stays, and the next one is free', () => {
    expect([runningSlot(files), freeSlot(files), trial(files)]).toEqual(['a', 'b', 'none'])
    update()
    expect([runningSlot(files), freeSlot(files), trial(files)]).toEqual(['b', undefined, 'on'])
    expect(switchSlots(files)).toBe(false)
    expect(boot()).toBe('b+')
    expect(passTrial(files)).toBe(true)
    expect([runningSlot(files), freeSlot(files), trial(files)]).toEqual(['b', 'c', 'none'])
    expect(Array.from({ length: 5 }, boot)).toEqual(['b', 'b', 'b', 'b', 'b'])
  })

  test('that is started three times without passing makes way for the one before', () => {
    update()
    expect(Array.from({ length: 6 }, boot)).toEqual(['b+', 'b', 'b', 'a+', 'a', 'a'])
    expect([runningSlot(files), trial(files)]).toEqual(['a', 'crashed'])
    expect([passTrial(files), failTrial(files)]).toEqual([false, false])
    expect(tellRollback(files)).toBe(true)
    expect([trial(files), tellRollback(files), freeSlot(files)]).toEqual(['none', false, 'c'])
  })

  test('that fails its own test makes way at the next start', () => {
    boot()
    update()
    expect(boot()).toBe('b+')
    expect(failTrial(files)).toBe(true)
    expect([runningSlot(files), trial(files), boot()]).toEqual(['a', 'failed', 'a'])
    expect(tellRollback(files)).toBe(true)
    update()
    expect([boot(), trial(files)]).toEqual(['c+', 'on'])
  })

  test('that was not received well costs its slot', () => {
    files.write('b', Buffer.from('ha'), TEXT_AT)
    expect([abandonSlot(files), freeSlot(files), boot()]).toEqual([true, 'c', 'a+'])
  })

  test('finds no slot when all are used: nothing changes', () => {
    for (let i = 0; i < 3; i++) {
      update()
      passTrial(files)
    }
    expect(freeSlot(files)).toBeUndefined()
    expect([switchSlots(files), abandonSlot(files), runningSlot(files), boot()]).toEqual([
      false,
      false,
      'd',
      'd+',
    ])
  })

  test('finds no slot behind the last of them', () => {
    files = fresh(SLOTS.length)
    for (let i = 1; i < SLOTS.length; i++) {
      update()
      passTrial(files)
    }
    expect([freeSlot(files), switchSlots(files), runningSlot(files)]).toEqual([undefined, false, 'o'])
  })
})

describe('a record', () => {
  test('that is missing: the first slot with a bundle runs, and nothing can be changed', () => {
    const only = new SimFiles()
    only.make('a', Buffer.from('    '), SLOT_BYTES)
    only.make('b', Buffer.from('    ran("b")//'), SLOT_BYTES)
    files = only
    expect([boot(), runningSlot(files), trial(files)]).toEqual(['b', 'b', 'none'])
    expect([switchSlots(files), passTrial(files), failTrial(files), abandonSlot(files)]).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  test('that was never marked: the same', () => {
    files.make(RECORD_FILE, new Uint8Array(0), SLOTS.length * ENTRY_BYTES)
    expect([boot(), runningSlot(files)]).toEqual(['a', 'a'])
  })

  test('without any bundle: nothing runs, and nothing falls over', () => {
    files = new SimFiles()
    expect([boot(), runningSlot(files), freeSlot(files)]).toEqual(['none', 'a', undefined])
  })
})
