/** The sample queue against a model of plain arrays: nothing is lost, repeated or torn, whatever the power does. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Acknowledgement } from '../../core/packet/types.ts'
import { tableAes } from '../../core/lorawan/aes.ts'
import type { Hal } from '../../firmware/hal/index.ts'
import { openJournal } from '../../firmware/journal.ts'
import {
  acknowledge,
  firstHeld,
  isFreed,
  openQueue,
  push,
  readHeld,
  type Queue,
} from '../../firmware/queue.ts'
import { CutFlash, untilCut } from './cutFlash.ts'
import { mixed, narrow, wide, type Contents } from './queueContents.ts'

const KEY = Uint8Array.from({ length: 16 }, (_, i) => i * 7)
const SOIL = [1, 3, 4, 16]
const JOURNAL_SECTORS = 2
const seed = 20_260_802

/** 2 sectors of journal and 4 of queue; a sector of 256 bytes has 16 slots of 4 quantities. */
const smallFlash = (): CutFlash => new CutFlash(6 * 256, 256)

function open(flash: CutFlash, quantities: readonly number[] = SOIL, noise = 1): Queue {
  const hal = { flash, aes: tableAes, noise: () => noise, clock: { nowMs: () => 5 } } as unknown as Hal
  return openQueue(hal, openJournal(flash, JOURNAL_SECTORS), KEY, quantities)
}

function pushContent(queue: Queue, n: number, contents: Contents = narrow): number {
  const { values, flags, atSeconds, powerCount } = contents(n, queue.quantities.length)
  return push(queue, values, flags, atSeconds, powerCount)
}

/** A missing reading has the value 0, and the power count 16 bits. */
function expectContent(queue: Queue, sequence: number, n: number, contents: Contents = narrow): void {
  const { values, flags, atSeconds, powerCount } = contents(n, queue.quantities.length)
  expect(readHeld(queue, sequence), `sample ${sequence}`).toEqual({
    sample: { sequence, values: values.map((value, i) => (flags[i] === 9 ? 0 : value)), flags },
    atSeconds,
    powerCount: powerCount & 0xffff,
  })
}

const acknowledgement = (queue: Queue, nextSequence: number, received: number[] = []): Acknowledgement => ({
  epoch: queue.epoch,
  nextSequence,
  received: Uint8Array.from(received),
})

describe('a queue', () => {
  test('gives back what was pushed, over reboots, in sequence', () => {
    for (const contents of [narrow, wide, mixed]) {
      const flash = new CutFlash()
      for (let n = 0; n < 700; n++) expect(pushContent(open(flash), n, contents)).toBe(n)
      const queue = open(flash)
      for (let n = 0; n < 700; n++) expectContent(queue, n, n, contents)
      expect(readHeld(queue, 700)).toBeUndefined()
    }
  })

  test('rounds values as the packet does, and keeps those that fit no steps as they are', () => {
    const flash = new CutFlash()
    const queue = open(flash)
    const good = new Uint8Array(4).fill(1)
    const last = 0x7fffffff
    push(queue, Int32Array.of(504, -505, 5, 3709), good, 0, 0)
    push(queue, Int32Array.of(last, -last - 1, last, -last - 1), good, 0, 0)
    expect([...readHeld(queue, 0)!.sample.values]).toEqual([500, -510, 10, 3700])
    expect([...readHeld(queue, 1)!.sample.values]).toEqual([last, -last - 1, last, -last - 1])
  })

  test('takes any sample as the first of a sector', () => {
    const values = fc.array(fc.integer({ min: -0x80000000, max: 0x7fffffff }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), (samples) => {
        const queue = open(new CutFlash())
        const good = new Uint8Array(4).fill(1)
        samples.forEach((sample, n) =>
          push(queue, Int32Array.from(sample), good, 4_000_000_000 - n, 65_535 + n),
        )
        samples.forEach((sample, n) => {
          const held = readHeld(queue, n)!
          expect([held.atSeconds, held.powerCount]).toEqual([4_000_000_000 - n, (65_535 + n) & 0xffff])
          held.sample.values.forEach((value, i) => {
            const within = Math.max(-2147480000, Math.min(2147480000, sample[i]!))
            const off = Math.min(Math.abs(value - sample[i]!), Math.abs(value - within))
            expect(off, `${value} for ${sample[i]}`).toBeLessThanOrEqual(10)
          })
        })
      }),
      { seed, numRuns: 300 },
    )
  })

  test('holds nine quantities too', () => {
    const flash = new CutFlash()
    const queue = open(flash, [1, 2, 3, 4, 5, 6, 9, 15, 16])
    expect(queue.slotBytes).toBe(21)
    for (let n = 0; n < 10; n++) pushContent(queue, n, mixed)
    for (let n = 0; n < 10; n++) expectContent(queue, n, n, mixed)
  })

  test('frees only what an acknowledgement of this epoch names', () => {
    const flash = smallFlash()
    const queue = open(flash)
    for (let n = 0; n < 10; n++) pushContent(queue, n)
    expect(acknowledge(queue, { ...acknowledgement(queue, 4), epoch: queue.epoch ^ 1 })).toBe(false)
    expect(acknowledge(queue, acknowledgement(queue, 11))).toBe(false)
    expect(queue.floor).toBe(0)
    // 3 is missing, 4 and 6 are there.
    expect(acknowledge(queue, acknowledgement(queue, 3, [0b101]))).toBe(true)
    const freed = (of: Queue): number[] =>
      Array.from({ length: 10 }, (_, i) => i).filter((sequence) => isFreed(of, sequence))
    expect(freed(queue)).toEqual([0, 1, 2, 4, 6])
    expect(freed(open(flash))).toEqual([0, 1, 2, 4, 6])
    expect([0, 3, 4, 5, 6, 7, 10].map((from) => firstHeld(queue, from))).toEqual([3, 3, 5, 5, 7, 7, 10])
    // An older acknowledgement takes nothing back; the missing one closes the gap.
    acknowledge(queue, acknowledgement(queue, 1))
    expect(freed(queue)).toEqual([0, 1, 2, 4, 6])
    acknowledge(queue, acknowledgement(queue, 2, [0b1]))
    expect(freed(open(flash))).toEqual([0, 1, 2, 3, 4, 6])
    expect(queue.floor).toBe(5)
    acknowledge(queue, acknowledgement(queue, 10))
    expect(firstHeld(open(flash), 0)).toBe(10)
  })

  test('ignores bits of samples that do not exist', () => {
    const queue = open(smallFlash())
    pushContent(queue, 0)
    acknowledge(queue, acknowledgement(queue, 0, [0xff, 0xff, 0xff]))
    pushContent(queue, 1)
    expect([isFreed(queue, 0), isFreed(queue, 1)]).toEqual([false, false])
  })

  test('when full gives up its oldest sector, counts it, and goes on', () => {
    const flash = smallFlash()
    const queue = open(flash)
    for (let n = 0; n < 64; n++) pushContent(queue, n)
    expect([queue.floor, queue.dropped]).toEqual([0, 0])
    acknowledge(queue, acknowledgement(queue, 0, [0b11]))
    pushContent(queue, 64)
    expect([queue.floor, queue.dropped]).toEqual([16, 14])
    const again = open(flash)
    expect([again.floor, again.dropped, again.next]).toEqual([16, 14, 65])
    for (let n = 16; n < 65; n++) expectContent(again, n, n)
  })

  test('drops nothing that was acknowledged', () => {
    const queue = open(smallFlash())
    for (let n = 0; n < 200; n++) {
      pushContent(queue, n)
      acknowledge(queue, acknowledgement(queue, n))
    }
    expect(queue.dropped).toBe(0)
  })

  test('begins an epoch with another low byte when its quantities change, and when the area is wiped', () => {
    const flash = smallFlash()
    const soil = open(flash)
    pushContent(soil, 0)
    const air = open(flash, [3, 4, 16])
    expect(air.epoch & 0xff).not.toBe(soil.epoch & 0xff)
    expect([air.next, air.floor]).toEqual([0, 0])
    pushContent(air, 1)
    expect(open(flash, [3, 4, 16]).epoch).toBe(air.epoch)
    expectContent(open(flash, [3, 4, 16]), 0, 1)
    expect(open(smallFlash(), SOIL, 2).epoch).not.toBe(soil.epoch)
  })

  test('begins an epoch when flash has lost its samples but the journal has not', () => {
    const flash = smallFlash()
    const queue = open(flash)
    for (let n = 0; n < 5; n++) pushContent(queue, n)
    for (let sector = JOURNAL_SECTORS; sector < 6; sector++) flash.erase(sector * 256)
    const wiped = open(flash)
    expect(wiped.epoch).not.toBe(queue.epoch)
    expect(wiped.next).toBe(0)
  })

  test('passes over a sample that lost a bit', () => {
    const flash = smallFlash()
    const queue = open(flash)
    for (let n = 0; n < 4; n++) pushContent(queue, n)
    const slot = JOURNAL_SECTORS * 256 + 256 + 40 + 13
    flash.bytes[slot + 10]! ^= 1
    expect(readHeld(open(flash), 1)).toBeUndefined()
    for (const n of [0, 2, 3]) expectContent(open(flash), n, n)
  })
})

/** One thing that happens to a queue, and the byte of it at which the power fails. */
interface Step {
  kind: 'push' | 'acknowledge' | 'reboot'
  back: number
  bits: number
  cut: number | undefined
}

const anyStep = (cuts: boolean): fc.Arbitrary<Step> =>
  fc.record({
    kind: fc.constantFrom('push', 'push', 'push', 'push', 'acknowledge', 'reboot'),
    back: fc.nat({ max: 20 }),
    bits: fc.nat({ max: 0xffffff }),
    cut: cuts ? fc.option(fc.nat({ max: 60 }), { nil: undefined, freq: 3 }) : fc.constant(undefined),
  })

/** Sequences that an acknowledgement `back` samples behind names, of those that exist: a gateway names only what it was sent. */
function named(queue: Queue, step: Step): { nextSequence: number; received: number[]; sequences: number[] } {
  const nextSequence = Math.max(0, queue.next - step.back)
  const above = [...Array(24).keys()].filter((i) => (step.bits >> i) & 1 && nextSequence + 1 + i < queue.next)
  const received = [0, 1, 2].map((byte) =>
    above.reduce((sum, i) => sum | (i >> 3 === byte ? 1 << (i & 7) : 0), 0),
  )
  return {
    nextSequence,
    received,
    sequences: [...Array(nextSequence).keys(), ...above.map((i) => nextSequence + 1 + i)],
  }
}

/** Runs the steps on a queue and on arrays, and compares them after each from `comparedFrom` on. */
function compare(steps: readonly Step[], comparedFrom = 0): void {
  const flash = smallFlash()
  /** Which content each sequence has. */
  const pushed: number[] = []
  let held: number[] = []
  let dropped = 0
  let queue = open(flash)
  const heldNow = (): number[] => [...pushed.keys()].filter((sequence) => !isFreed(queue, sequence))
  const gone = (): number => held.filter((sequence) => !heldNow().includes(sequence)).length
  steps.forEach((step, n) => {
    const answer = named(queue, step)
    const failed = untilCut(flash, step.cut, () => {
      if (step.kind === 'push') pushContent(queue, n, mixed)
      else if (step.kind === 'acknowledge')
        acknowledge(queue, acknowledgement(queue, answer.nextSequence, answer.received))
      else queue = open(flash)
    })
    if (failed) queue = open(flash)
    if (step.kind === 'push') {
      if (queue.next > pushed.length) {
        pushed.push(n)
        held.push(pushed.length - 1)
      } else expect(failed).toBe(true)
      dropped += gone()
    }
    const left = held.filter((sequence) => !answer.sequences.includes(sequence))
    if (step.kind === 'acknowledge') expect(failed ? [held, left] : [left]).toContainEqual(heldNow())
    held = heldNow()
    if (n < comparedFrom) return
    expect(queue.next).toBe(pushed.length)
    expect(queue.dropped).toBe(dropped)
    for (const sequence of held) expectContent(queue, sequence, pushed[sequence]!, mixed)
    expect(firstHeld(queue, 0)).toBe(held[0] ?? queue.next)
  })
}

describe('a queue and plain arrays agree', () => {
  test('after any steps', () => {
    fc.assert(
      fc.property(fc.array(anyStep(false), { maxLength: 100 }), (steps) => compare(steps)),
      { seed, numRuns: 60 },
    )
  })

  test('after any steps and power cuts', () => {
    fc.assert(
      fc.property(fc.array(anyStep(true), { maxLength: 100 }), (steps) => compare(steps)),
      { seed, numRuns: 150 },
    )
  })

  test('after a power cut at every byte of a full ring that turns', () => {
    const push = (cut: number | undefined): Step => ({ kind: 'push', back: 0, bits: 0, cut })
    const queue = open(smallFlash())
    let count = 0
    while (queue.generation <= queue.sectors) pushContent(queue, count++, mixed)
    const fill = Array.from({ length: count - 1 }, () => push(undefined))
    for (let cut = 0; cut < 130; cut++) compare([...fill, push(cut), push(undefined)], fill.length)
  })
})
