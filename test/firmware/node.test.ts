/** The life of a battery node over days, with a gateway that is away, deaf or forgetful, and power that fails. */
import { describe, expect, test, vi } from 'vitest'
import { UPLINK_PORT } from '../../core/packet/index.ts'
import { append, JOURNAL_SECTORS, KIND, latest, openJournal } from '../../firmware/journal.ts'
import { runBattery } from '../../firmware/node.ts'
import { FIT } from '../../firmware/nodeState.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import type { Sensor } from '../../firmware/sensors/sensor.ts'
import { packWords, takeWords } from '../../firmware/wakeRecord.ts'
import { Bed, type Uplink } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const AIR = [3, 4, 16]

/** A node that measures how often it was asked, in hundredths of a degree. */
function counting(
  samplesPerUplink: number,
  intervalSeconds = 600,
): { profile: Profile; counts: { taken: number; fails: boolean } } {
  const counts = { taken: 0, fails: false }
  const sensor: Sensor = {
    quantities: AIR,
    start: () => 20,
    read: (into, at) => {
      counts.taken++
      if (counts.fails) return 'noAnswer'
      into.set(
        [2000 + 10 * (counts.taken % 50), 5000 + 10 * (counts.taken % 30), 3800 - 20 * (counts.taken % 10)],
        at,
      )
      return 'ok'
    },
  }
  const profile: Profile = {
    name: 'air',
    quantities: AIR,
    intervalSeconds,
    samplesPerUplink,
    mount: () => [sensor],
    run: runBattery,
  }
  return { profile, counts }
}

const samplesOf = (uplinks: readonly Uplink[]): number =>
  uplinks.reduce((sum, uplink) => sum + (uplink.decoded?.samples.length ?? 0), 0)

const all = (count: number): number[] => [...Array(count).keys()]

describe('a battery node', () => {
  test('joins, says hello, and sends a batch an hour', () => {
    const { profile, counts } = counting(6)
    const bed = new Bed(profile)
    bed.run(DAY_MS)
    expect(bed.joins).toHaveLength(1)
    expect(bed.uplinks[0]).toMatchObject({ port: UPLINK_PORT.hello })
    expect(bed.uplinks.filter((uplink) => uplink.hello)).toHaveLength(1)
    expect(bed.uplinks[1]!.decoded!.samples).toHaveLength(1)
    expect(bed.uplinks[1]!.atMs).toBeLessThan(180_000)
    expect(bed.uplinks.length).toBeLessThan(28)
    expect(counts.taken).toBeGreaterThanOrEqual(144)
    expect(bed.sequences()).toEqual(all(bed.sequences().length))
    expect(counts.taken - bed.sequences().length).toBeLessThanOrEqual(6)
    expect(samplesOf(bed.uplinks)).toBe(bed.sequences().length)
  })

  test('keeps its cadence: samples stand ten minutes apart', () => {
    const bed = new Bed(counting(6).profile)
    bed.run(DAY_MS)
    const times = [...bed.stored.get(bed.epoch!)!.values()].map((sample) => sample.atMs)
    const gaps = times.slice(2).map((atMs, i) => (atMs - times[i + 1]!) / 1000)
    for (const gap of gaps) expect(Math.abs(gap - 600)).toBeLessThanOrEqual(3)
    expect(bed.sleeps.every((ms) => ms >= 100 && ms <= 600_000)).toBe(true)
  })

  test('sends each sample at once when the profile says so', () => {
    const bed = new Bed(counting(1).profile)
    bed.run(DAY_MS)
    expect(bed.sequences().length).toBeGreaterThanOrEqual(143)
    const late = [...bed.stored.get(bed.epoch!)!.values()].filter((_, i) => i > 2)
    expect(bed.uplinks.filter((uplink) => uplink.port === UPLINK_PORT.sample).length).toBeGreaterThanOrEqual(
      143,
    )
    expect(late.length).toBeGreaterThan(140)
  })

  test('asks for an acknowledgement about once an hour when the gateway gives none by itself', () => {
    const bed = new Bed(counting(1).profile)
    bed.acknowledges = (uplink) => uplink.decoded?.acknowledgementWanted ?? true
    bed.run(DAY_MS)
    const asked = bed.uplinks.filter((uplink) => uplink.decoded?.acknowledgementWanted).length
    expect(asked).toBeGreaterThanOrEqual(20)
    expect(asked).toBeLessThanOrEqual(28)
    expect(samplesOf(bed.uplinks)).toBe(bed.sequences().length)
  })

  test('sends a lost batch again, once, when an acknowledgement shows it', () => {
    const bed = new Bed(counting(6).profile)
    bed.run(2 * HOUR_MS)
    let losses = 0
    bed.loses = (uplink) => uplink.decoded !== undefined && losses++ < 1
    bed.run(6 * HOUR_MS)
    bed.loses = () => false
    bed.run(9 * HOUR_MS)
    expect(bed.sequences()).toEqual(all(bed.sequences().length))
    const arrived = bed.uplinks.filter((uplink) => !uplink.lost)
    expect(samplesOf(arrived)).toBe(bed.sequences().length)
    expect(bed.uplinks.filter((uplink) => uplink.lost)).toHaveLength(1)
  })

  test('delivers a day that the gateway was away, without flooding', () => {
    const { profile, counts } = counting(6)
    const bed = new Bed(profile)
    bed.run(6 * HOUR_MS)
    bed.loses = () => true
    bed.run(30 * HOUR_MS)
    const during = bed.uplinks.filter((uplink) => uplink.lost)
    // New samples only, an hour each, and never the old ones again and again.
    expect(during.length).toBeLessThan(35)
    bed.loses = () => false
    bed.run(36 * HOUR_MS)
    expect(bed.sequences()).toEqual(all(bed.sequences().length))
    expect(counts.taken - bed.sequences().length).toBeLessThanOrEqual(6)
    const after = bed.uplinks.filter((uplink) => uplink.atMs > 30 * HOUR_MS)
    expect(samplesOf(after)).toBeLessThan(1.4 * (144 + 36))
  })

  test('keeps samples from before the first join', () => {
    const bed = new Bed(counting(6).profile)
    bed.accepts = () => bed.worldMs > 20 * HOUR_MS
    bed.run(20 * HOUR_MS)
    const gaps = bed.joins.slice(1).map((atMs, i) => atMs - bed.joins[i]!)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(HOUR_MS + 20_000)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30_000)
    expect(bed.joins.length).toBeLessThan(50)
    bed.run(26 * HOUR_MS)
    expect(bed.sequences()).toEqual(all(bed.sequences().length))
    expect(bed.sequences().length).toBeGreaterThan(150)
    // Ages are right although the samples waited for hours.
    const times = [...bed.stored.get(bed.epoch!)!.entries()]
      .sort((a, b) => a[0] - b[0])
      .map((entry) => entry[1].atMs / 1000)
    for (let i = 3; i < times.length; i++)
      expect(Math.abs(times[i]! - times[i - 1]! - 600), `sample ${i}`).toBeLessThan(1100)
  })

  test('repeats its hello with growing pauses until the epoch is acknowledged, and sends no sample before', () => {
    const bed = new Bed(counting(6).profile)
    bed.acknowledges = () => bed.worldMs > 5 * HOUR_MS
    bed.run(5 * HOUR_MS)
    expect(bed.uplinks.every((uplink) => uplink.hello !== undefined)).toBe(true)
    expect(bed.uplinks.length).toBeLessThan(20)
    bed.run(8 * HOUR_MS)
    expect(bed.sequences().length).toBeGreaterThan(40)
  })

  test('drains what it holds when no more samples come', () => {
    const { profile } = counting(6)
    const bed = new Bed(profile, { intervalSeconds: 3600 })
    bed.acknowledges = (uplink) => uplink.hello !== undefined
    bed.run(3 * HOUR_MS)
    const before = bed.uplinks.length
    bed.acknowledges = () => true
    bed.run(8 * HOUR_MS)
    expect(bed.uplinks.length).toBeGreaterThan(before)
    expect(bed.sequences()).toEqual(all(bed.sequences().length))
  })

  test('reports a sensor that fails as missing', () => {
    const { profile, counts } = counting(1)
    const bed = new Bed(profile)
    bed.run(HOUR_MS)
    counts.fails = true
    bed.run(2 * HOUR_MS)
    expect(bed.uplinks.at(-1)!.decoded!.samples[0]!.flags).toEqual([9, 9, 9])
    expect(bed.logs).toContain('sensor noAnswer')
  })

  test('makes whole batches again after one of which only the first sample fitted', () => {
    const bed = new Bed(counting(6).profile)
    bed.runHours(3)
    const journal = openJournal(bed.flash, JOURNAL_SECTORS)
    const record = latest(journal, KIND.node)!
    // The last byte of each word has no bit 7.
    const words = new Int32Array(record.filter((byte) => byte < 128).length)
    takeWords(record, words)
    words[FIT] = 1
    append(journal, KIND.node, packWords(words))
    bed.runHours(12)
    const sizes = bed.uplinks.flatMap(({ decoded }) => (decoded ? [decoded.samples.length] : []))
    expect(sizes.slice(-3)).toEqual([6, 6, 6])
  })

  test('sends one by one where the payload is small, and lets a sample wait that does not fit', () => {
    const { profile, counts } = counting(6)
    const bed = new Bed(profile)
    bed.payloadBytesMax = 11
    bed.run(12 * HOUR_MS)
    expect(counts.taken - bed.sequences().length).toBeLessThanOrEqual(2)
    expect(bed.uplinks.every((uplink) => uplink.payload.length <= 11)).toBe(true)
    bed.payloadBytesMax = 5
    bed.run(14 * HOUR_MS)
    expect(counts.taken - bed.sequences().length).toBeGreaterThan(10)
    bed.payloadBytesMax = 51
    bed.run(18 * HOUR_MS)
    expect(counts.taken - bed.sequences().length).toBeLessThanOrEqual(6)
  })
})

describe('a power cut', () => {
  test.each([true, false])(
    'loses no sample; the age of old ones is certain when the time was told: %s',
    (told) => {
      const { profile, counts } = counting(6)
      const bed = new Bed(profile)
      bed.run(5.5 * HOUR_MS)
      const before = bed.sequences().length
      bed.tellsTime = () => told
      bed.cutPower(3 * HOUR_MS)
      bed.run(14 * HOUR_MS)
      expect(bed.sequences()).toEqual(all(bed.sequences().length))
      expect(counts.taken - bed.sequences().length).toBeLessThanOrEqual(6)
      const stored = [...bed.stored.get(bed.epoch!)!.entries()]
      const uncertain = stored.filter(([, { uncertain }]) => uncertain).map(([sequence]) => sequence)
      // In its first hour the oscillator has not been measured yet.
      const late = uncertain.filter((sequence) => sequence >= before)
      expect(uncertain.length - late.length).toBeLessThanOrEqual(6)
      expect(late.length > 0).toBe(!told)
      expect(Math.max(0, ...late)).toBeLessThan(before + 6)
      expect(bed.joins).toHaveLength(1)
      expect(bed.uplinks.filter((uplink) => uplink.hello)).toHaveLength(2)
    },
  )

  test('at any moment and at any byte of flash leaves every stored sample single and right', () => {
    for (let cut = 0; cut < 40; cut++) {
      const { profile } = counting(3)
      const bed = new Bed(profile)
      bed.run(2 * HOUR_MS)
      bed.flash.cutAt = bed.flash.steps + cut * 61
      try {
        bed.run(6 * HOUR_MS)
      } catch (error) {
        if (bed.flash.steps !== bed.flash.cutAt) throw error
      }
      bed.flash.cutAt = undefined
      bed.cutPower(600_000)
      bed.runHours(5)
      expect(bed.sequences(), `cut ${cut}`).toEqual(all(bed.sequences().length))
      expect(bed.sequences().length).toBeGreaterThan(30)
    }
  }, 30_000)
})

describe('a gateway that lost its memory', () => {
  test('gets a new join after a day of silence, and a hello', () => {
    const bed = new Bed(counting(6).profile)
    bed.run(10 * HOUR_MS)
    let forgotten = true
    bed.loses = () => forgotten
    bed.accepts = () => {
      forgotten = false
      return true
    }
    bed.stored.clear()
    bed.floors.clear()
    bed.run(50 * HOUR_MS)
    expect(bed.joins).toHaveLength(2)
    expect(bed.uplinks.filter((uplink) => uplink.hello)).toHaveLength(2)
    const first = bed.sequences()[0]!
    expect(bed.sequences()).toEqual(all(bed.sequences().length).map((i) => first + i))
  })
})

describe('a full queue', () => {
  test('gives up the oldest and tells the gateway not to wait for them', () => {
    const { profile } = counting(6, 60)
    const bed = new Bed(profile)
    bed.run(HOUR_MS)
    bed.loses = () => true
    bed.run(120 * HOUR_MS)
    bed.loses = () => false
    bed.run(200 * HOUR_MS)
    const floor = bed.floors.get(bed.epoch!)!
    expect(floor).toBeGreaterThan(100)
    const sequences = bed.sequences().filter((sequence) => sequence >= floor)
    expect(sequences).toEqual(all(sequences.length).map((i) => floor + i))
    expect(bed.uplinks.filter((uplink) => uplink.hello && !uplink.lost).length).toBeLessThan(8)
  })
})
