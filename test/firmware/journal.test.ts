/** The journal: the latest record of each kind is right after a power cut at any byte. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { append, KIND, latest, openJournal, RECORD_BYTES_MAX, type Journal } from '../../firmware/journal.ts'
import { CutFlash, untilCut } from './cutFlash.ts'

type Write = readonly [kind: number, payload: Uint8Array]

const KINDS = Object.values(KIND)
const seed = 20_260_801

/** A payload that tells which write it came from. */
const payload = (length: number, fill: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (fill * 37 + i * 11) & 0xff)

const read = (journal: Journal): (Uint8Array | undefined)[] => KINDS.map((kind) => latest(journal, kind))

/** What each kind holds after the first `count` writes. */
function model(writes: readonly Write[], count: number): (Uint8Array | undefined)[] {
  return KINDS.map(
    (kind) =>
      writes
        .slice(0, count)
        .filter((write) => write[0] === kind)
        .at(-1)?.[1],
  )
}

describe('a journal', () => {
  test('is empty on a blank area and on one full of something else', () => {
    expect(read(openJournal(new CutFlash(), 4))).toEqual(KINDS.map(() => undefined))
    const foreign = new CutFlash()
    foreign.bytes.forEach((_, i) => (foreign.bytes[i] = (i * 73) & 0xff))
    const journal = openJournal(foreign, 4)
    expect(read(journal)).toEqual(KINDS.map(() => undefined))
    append(journal, KIND.mac, payload(5, 1))
    expect(latest(openJournal(foreign, 4), KIND.mac)).toEqual(payload(5, 1))
  })

  test('holds the longest record of every kind at once', () => {
    const flash = new CutFlash()
    const journal = openJournal(flash, 2)
    for (let round = 0; round < 3; round++)
      for (const kind of KINDS) append(journal, kind, payload(RECORD_BYTES_MAX, kind + round))
    expect(read(openJournal(flash, 2))).toEqual(KINDS.map((kind) => payload(RECORD_BYTES_MAX, kind + 2)))
  })

  test('takes empty records and lengths that are no whole words', () => {
    const flash = new CutFlash()
    for (const length of [0, 1, 2, 3, 4, 5, 255, 256, 257]) {
      append(openJournal(flash, 3), KIND.lamp, payload(length, length))
      expect(latest(openJournal(flash, 3), KIND.lamp)).toEqual(payload(length, length))
    }
  })

  test('wears all sectors of its ring alike', () => {
    const flash = new CutFlash(65_536, 4096)
    const journal = openJournal(flash, 4)
    for (let i = 0; i < 2000; i++) append(journal, KIND.node, payload(330, i))
    expect(latest(journal, KIND.node)).toEqual(payload(330, 1999))
    expect(flash.erases).toBe(Math.ceil(2000 / Math.floor((4096 - 8) / 336)))
    expect(flash.bytes.subarray(4 * 4096).every((byte) => byte === 0xff)).toBe(true)
  })

  test('after a power cut at any byte has the record before or the record itself, and goes on', () => {
    const writes: Write[] = Array.from({ length: 48 }, (_, i) => [
      KINDS[(i * 3) % KINDS.length]!,
      payload((i * 5) % 23, i),
    ])
    const whole = new CutFlash(768, 256)
    const all = openJournal(whole, 3)
    for (const [kind, bytes] of writes) append(all, kind, bytes)
    expect(whole.erases).toBeGreaterThan(3)
    for (let cut = 0; cut < whole.steps; cut++) {
      const flash = new CutFlash(768, 256)
      let done = 0
      const run = (): void => {
        const journal = openJournal(flash, 3)
        for (; done < writes.length; done++) append(journal, ...writes[done]!)
      }
      expect(untilCut(flash, cut, run)).toBe(true)
      const after = read(openJournal(flash, 3))
      const either = [model(writes, done), model(writes, done + 1)]
      expect(either, `cut at step ${cut}`).toContainEqual(after)
      run()
      expect(read(openJournal(flash, 3)), `cut at step ${cut}, continued`).toEqual(
        model(writes, writes.length),
      )
    }
  })

  test('survives any sequence of writes and power cuts', () => {
    const step = fc.record({
      kind: fc.constantFrom(...KINDS),
      length: fc.nat({ max: 40 }),
      cut: fc.option(fc.nat({ max: 120 }), { nil: undefined, freq: 2 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const flash = new CutFlash(1024, 512)
        let held = read(openJournal(flash, 2))
        steps.forEach(({ kind, length, cut }, i) => {
          const bytes = payload(length, i)
          const wanted = held.map((value, k) => (KINDS[k] === kind ? bytes : value))
          const failed = untilCut(flash, cut, () => append(openJournal(flash, 2), kind, bytes))
          const now = read(openJournal(flash, 2))
          if (!failed) expect(now).toEqual(wanted)
          else expect([held, wanted]).toContainEqual(now)
          held = now
        })
      }),
      { seed, numRuns: 300 },
    )
  })

  test('writes nothing over a record of which only the later bytes were programmed', () => {
    for (let done = 1; done < 60; done++) {
      const flash = new CutFlash()
      append(openJournal(flash, 4), KIND.mac, payload(40, 1))
      const before = flash.bytes.slice()
      append(openJournal(flash, 4), KIND.mac, payload(60, 2))
      const torn = flash.bytes.slice()
      const at = before.findIndex((byte, i) => byte !== torn[i])
      // The power fails while the head still reads as erased.
      flash.bytes.set(before)
      flash.bytes[at + done] = torn[at + done]!
      const isTorn = torn[at + done] !== 0xff
      append(openJournal(flash, 4), KIND.mac, payload(60, 3))
      expect(latest(openJournal(flash, 4), KIND.mac), `byte ${done}`).toEqual(payload(60, 3))
      expect(flash.erases, `byte ${done}`).toBe(isTorn ? 2 : 1)
    }
  })

  test('does not trust a record that lost a bit', () => {
    const flash = new CutFlash()
    append(openJournal(flash, 4), KIND.mac, payload(40, 1))
    append(openJournal(flash, 4), KIND.lamp, payload(8, 2))
    const at = flash.bytes.findIndex((byte, i) => i > 4096 + 12 && byte === payload(40, 1)[10])
    flash.bytes[at]! &= 0x0f
    expect(latest(openJournal(flash, 4), KIND.mac)).toBeUndefined()
    expect(latest(openJournal(flash, 4), KIND.lamp)).toEqual(payload(8, 2))
  })
})
