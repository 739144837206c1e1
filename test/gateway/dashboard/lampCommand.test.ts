/** A lamp command on the page: its end, its steps and when they were seen. */
import { describe, expect, test } from 'vitest'
import type { CommandState, LampView } from '../../../gateway/api/types.ts'
import {
  dawnAfter,
  isOpen,
  stepsOf,
  stepWord,
  trailAfter,
  untilMsOf,
} from '../../../gateway/dashboard/src/lampCommand.ts'
import { TEXTS } from '../../../gateway/dashboard/src/texts.ts'

/** A moment of 22 November 2026 in the village. */
const village = (hours: number, minutes = 0): number => Date.UTC(2026, 10, 22, hours - 7, minutes)
const HOUR_MS = 3_600_000

const lamp = (state: CommandState, confirmed: LampView['confirmed'] = null, id = 7): LampView => ({
  id: 'lamp-1',
  group: 'A',
  confirmed,
  command: { id, levelPercent: 100, untilMs: 9_000, state, createdMs: 1_000, by: 'operator' },
})

describe('until when', () => {
  test('dawn is the next six o’clock of the village', () => {
    expect(dawnAfter(village(17, 30))).toBe(village(30))
    expect(dawnAfter(village(0, 5))).toBe(village(6))
    expect(dawnAfter(village(5, 59))).toBe(village(6))
    expect(dawnAfter(village(6))).toBe(village(30))
  })
  test('hours are counted from now, in whole milliseconds', () => {
    expect(untilMsOf('hour', 1000.4)).toBe(1000 + HOUR_MS)
    expect(untilMsOf('threeHours', 0)).toBe(3 * HOUR_MS)
    expect(untilMsOf('dawn', village(17))).toBe(village(30))
  })
})

describe('the trail of a command', () => {
  test('notes when the page saw it sent and the time the lamp itself named', () => {
    const commanded = trailAfter(undefined, lamp('commanded'), 1_100)
    const waiting = trailAfter(commanded, lamp('waiting'), 2_000)
    const confirmed = trailAfter(
      waiting,
      lamp('confirmed', { levelPercent: 100, reason: 'command', timeMs: 3_000 }),
      3_300,
    )
    expect(confirmed).toEqual({ id: 7, state: 'confirmed', waitingMs: 2_000, confirmedMs: 3_000 })
    expect(trailAfter(confirmed, lamp('ended'), 9_500)).toMatchObject({
      state: 'ended',
      waitingMs: 2_000,
      confirmedMs: 3_000,
    })
  })
  test('invents no time for what happened before the page was open', () => {
    expect(trailAfter(undefined, lamp('waiting'), 2_000)).toEqual({ id: 7, state: 'waiting' })
  })
  test('stays as it is while nothing changes, and begins anew with another command', () => {
    const waiting = trailAfter(trailAfter(undefined, lamp('commanded'), 1), lamp('waiting'), 2)
    expect(trailAfter(waiting, lamp('waiting'), 99)).toBe(waiting)
    expect(trailAfter(waiting, lamp('commanded', null, 8), 99)).toEqual({ id: 8, state: 'commanded' })
    expect(trailAfter(waiting, { ...lamp('waiting'), command: null }, 99)).toBeUndefined()
  })
})

describe('the steps', () => {
  const rows: [CommandState, string[]][] = [
    ['commanded', ['commanded current', 'waiting open', 'confirmed open']],
    ['waiting', ['commanded done', 'waiting current', 'confirmed open']],
    ['confirmed', ['commanded done', 'waiting done', 'confirmed done']],
    ['expired', ['commanded done', 'waiting done', 'expired failed']],
    ['ended', ['confirmed done', 'ended done']],
  ]
  for (const [state, steps] of rows) {
    test(`of a command that is ${state}`, () => {
      const shown = stepsOf(lamp(state).command!, undefined)
      expect(shown.map((step) => `${step.name} ${step.status}`)).toEqual(steps)
      if (state !== 'ended') expect(shown[0]!.timeMs).toBe(1_000)
    })
  }
  test('take their times from the trail of the same command only', () => {
    const { command } = lamp('waiting')
    expect(stepsOf(command!, { id: 7, state: 'waiting', waitingMs: 5 })[1]).toMatchObject({ timeMs: 5 })
    expect(stepsOf(command!, { id: 6, state: 'waiting', waitingMs: 5 })[1]).not.toHaveProperty('timeMs')
  })
  test('an open step never sounds as if it had happened', () => {
    const words = (state: CommandState): string[] => stepsOf(lamp(state).command!, undefined).map(stepWord)
    expect(words('commanded')).toEqual(['commanded', 'unsent', 'unconfirmed'])
    expect(words('waiting')).toEqual(['commanded', 'waiting', 'unconfirmed'])
    expect(words('confirmed')).toEqual(['commanded', 'sent', 'confirmed'])
    expect(TEXTS.vi.lamp.steps.unconfirmed).toContain('chưa')
  })
  test('only commanded and waiting are open', () => {
    expect(rows.filter(([state]) => isOpen(lamp(state).command)).map(([state]) => state)).toEqual([
      'commanded',
      'waiting',
    ])
    expect(isOpen(null)).toBe(false)
  })
})
