/** The life of a lamp: its own schedule, doubt, commands that end, faults, resets and power cuts. */
import { describe, expect, test, vi } from 'vitest'
import { isDark, LAMP_REASON } from '../../core/lights/index.ts'
import { DOWNLINK_PORT, encodeLampCommand } from '../../core/packet/index.ts'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import { append, JOURNAL_SECTORS, KIND, latest, openJournal } from '../../firmware/journal.ts'
import { light } from '../../firmware/profiles/light.ts'
import { encodeConfiguration, type Configuration } from '../../gateway/configuration/change.ts'
import { Bed, SETTINGS, type Uplink } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PLACE = SETTINGS

/** Midnight UTC (07:00 in Viet Nam) of a day. */
const DAY = 20_600
const DAY_SECONDS = 86_400
const noonUnix = DAY * DAY_SECONDS + 5 * 3600

function lampAt(unixSeconds: number): Bed {
  return bedAt(unixSeconds, {})
}

function bedAt(unixSeconds: number, settings: object): Bed {
  const bed = new Bed(light, settings)
  bed.unixAtStart = unixSeconds
  return bed
}

const lit = (bed: Bed): boolean => bed.pins.get(ttgoLora32V21.mount.relay) ?? false

/** What the last sample of an uplink says. */
function told(uplink: Uplink): { level: number; on: number; command: number; reason: number; mains: number } {
  const [level, on, command, reason, mains] = uplink.decoded!.samples.at(-1)!.values
  return { level: level!, on: on!, command: command!, reason: reason!, mains: mains! }
}

const last = (bed: Bed): ReturnType<typeof told> =>
  told(bed.uplinks.filter((uplink) => uplink.decoded).at(-1)!)

function command(bed: Bed, id: number, levelPercent: number, durationSeconds: number): void {
  const into = new Uint8Array(6)
  const bytes = encodeLampCommand({ command: id, levelPercent, durationSeconds }, into)
  bed.downlink = { port: DOWNLINK_PORT.lamp, payload: into.subarray(0, bytes) }
}

describe('a lamp', () => {
  test('is lit at once and in doubt until it knows the time, then dark by day', () => {
    const bed = lampAt(noonUnix)
    expect(lit(bed)).toBe(true)
    bed.run(10 * MINUTE_MS)
    expect(bed.timesAsked).toBe(1)
    expect(lit(bed)).toBe(false)
    expect(told(bed.uplinks.find((uplink) => uplink.decoded)!)).toEqual({
      level: 100,
      on: 1,
      command: 0,
      reason: LAMP_REASON.doubt,
      mains: 1,
    })
    expect(last(bed)).toEqual({ level: 0, on: 0, command: 0, reason: LAMP_REASON.schedule, mains: 1 })
  })

  test('keeps the sun times of its place for days, lit through every dark moment', () => {
    const bed = lampAt(noonUnix)
    bed.run(HOUR_MS)
    let early = 0
    for (let minute = 61; minute < 3 * 1440; minute++) {
      bed.run(minute * MINUTE_MS)
      const unix = noonUnix + minute * 60
      // Half a minute passes between two looks at the schedule.
      if (isDark(PLACE, unix) && isDark(PLACE, unix - 60)) expect(lit(bed), `minute ${minute}`).toBe(true)
      else if (!isDark(PLACE, unix) && lit(bed)) early++
    }
    // Doubt about a clock that has hardly been measured lights it a little longer, not for hours.
    expect(early).toBeLessThan(60)
    expect(bed.timesAsked).toBeLessThanOrEqual(6)
  })

  test('tells its state every five minutes and every change within the duty cycle', () => {
    const bed = lampAt(noonUnix)
    bed.run(DAY_MS)
    const samples = bed.uplinks.filter((uplink) => uplink.decoded)
    expect(samples.length).toBeGreaterThan(285)
    expect(samples.length).toBeLessThan(310)
    expect(bed.sleeps).toEqual([])
    expect(bed.sequences()).toEqual([...Array(bed.sequences().length).keys()])
  })

  test('obeys a command until its end, tells its number, and goes back by itself', () => {
    const bed = lampAt(noonUnix)
    bed.run(HOUR_MS)
    expect(lit(bed)).toBe(false)
    command(bed, 77, 100, 1800)
    bed.run(HOUR_MS + 6 * MINUTE_MS)
    expect(lit(bed)).toBe(true)
    const confirmed = bed.uplinks.find((uplink) => uplink.decoded && told(uplink).command === 77)!
    expect(told(confirmed)).toEqual({ level: 100, on: 1, command: 77, reason: LAMP_REASON.command, mains: 1 })
    bed.run(HOUR_MS + 29 * MINUTE_MS)
    expect(lit(bed)).toBe(true)
    bed.run(HOUR_MS + 37 * MINUTE_MS)
    expect(lit(bed)).toBe(false)
    expect(last(bed)).toMatchObject({ on: 0, command: 77, reason: LAMP_REASON.schedule })
  })

  test('confirms a command within the duty cycle of the uplink that fetched it', () => {
    const bed = lampAt(noonUnix)
    bed.run(HOUR_MS)
    const count = bed.uplinks.length
    command(bed, 5, 40, 3600)
    bed.run(HOUR_MS + 10 * MINUTE_MS)
    const fetched = bed.uplinks[count]!
    const confirmed = bed.uplinks.find((uplink) => uplink.decoded && told(uplink).command === 5)!
    expect(confirmed.atMs - fetched.atMs).toBeLessThan(bed.dutyMs + 5_000)
    // A relay knows no dimming: what is reported is what burns.
    expect(told(confirmed).level).toBe(100)
  })

  test('can be told to stay dark at night, but not for ever', () => {
    const bed = lampAt(DAY * DAY_SECONDS + 15 * 3600)
    bed.run(HOUR_MS)
    expect(lit(bed)).toBe(true)
    command(bed, 9, 0, 3600)
    bed.run(HOUR_MS + 10 * MINUTE_MS)
    expect(lit(bed)).toBe(false)
    bed.run(2 * HOUR_MS + 10 * MINUTE_MS)
    expect(lit(bed)).toBe(true)
  })

  test('follows a schedule that is changed over the air the same night', () => {
    // 18:10 in Viet Nam: dark for minutes.
    const bed = lampAt(DAY * DAY_SECONDS + 11 * 3600 + 600)
    const change = (revision: number, changes: Configuration): void => {
      bed.downlink = {
        port: DOWNLINK_PORT.configuration,
        payload: encodeConfiguration(revision, changes),
      }
    }
    const litAt = (hour: number): boolean => {
      bed.run((hour - 18) * HOUR_MS - 10 * MINUTE_MS)
      return lit(bed)
    }
    expect(litAt(20)).toBe(true)
    change(1, { darkFromMinutes: 22 * 60, darkToMinutes: 4 * 60 })
    expect([21.9, 22.1, 27.9, 28.1].map(litAt)).toEqual([true, false, false, true])
    expect(last(bed)).toMatchObject({ on: 1, reason: LAMP_REASON.schedule })
    // Out until the night is over, and then on again at once.
    change(2, { lampOffMinutes: -110 })
    expect(litAt(28.5)).toBe(false)
    change(3, { darkFromMinutes: 0, darkToMinutes: 0, lampOffMinutes: 0 })
    expect(litAt(29)).toBe(true)
    // A whole night's dark span would be no lamp: refused, and it burns.
    change(4, { darkFromMinutes: 18 * 60, darkToMinutes: 6 * 60 })
    expect(litAt(29.4)).toBe(true)
  })

  test('refuses what is no command and says why', () => {
    const bed = lampAt(noonUnix)
    bed.run(HOUR_MS)
    const refused = (payload: number[]): string | undefined => {
      bed.downlink = { port: DOWNLINK_PORT.lamp, payload: Uint8Array.from(payload) }
      bed.runHours(0.2)
      return bed.logs.filter((line) => line.startsWith('lamp')).at(-1)
    }
    expect(refused([0, 1, 100])).toBe('lamp command short')
    expect(refused([0, 1, 100, 0, 0, 9, 9])).toBe('lamp command long')
    expect(refused([0, 1, 100, 0, 0, 0])).toBe('lamp command range')
    expect(refused([0, 1, 101, 0, 0, 9])).toBe('lamp command range')
    expect(lit(bed)).toBe(false)
    expect(last(bed).command).toBe(0)
  })

  test('reports a contact that does not follow as a fault, with what it really does', () => {
    const bed = lampAt(noonUnix)
    bed.run(HOUR_MS)
    bed.relayStuck = true
    bed.run(HOUR_MS + 3 * MINUTE_MS)
    expect(last(bed)).toEqual({ level: 100, on: 1, command: 0, reason: LAMP_REASON.fault, mains: 1 })
  })
})

describe('a lamp that starts again', () => {
  test('keeps a command over a reset', () => {
    const bed = lampAt(noonUnix)
    bed.run(HOUR_MS)
    command(bed, 12, 100, 7200)
    bed.run(HOUR_MS + 10 * MINUTE_MS)
    bed.reset()
    bed.run(HOUR_MS + 12 * MINUTE_MS)
    expect(lit(bed)).toBe(true)
    expect(last(bed)).toMatchObject({ command: 12, reason: LAMP_REASON.command })
    bed.run(3 * HOUR_MS + 20 * MINUTE_MS)
    expect(lit(bed)).toBe(false)
  })

  test('drops the command after a power cut, is lit in doubt, and says so', () => {
    const bed = lampAt(DAY * DAY_SECONDS + 15 * 3600)
    bed.run(HOUR_MS)
    command(bed, 13, 0, 36_000)
    bed.run(HOUR_MS + 10 * MINUTE_MS)
    expect(lit(bed)).toBe(false)
    const before = bed.uplinks.length
    bed.cutPower(5 * MINUTE_MS)
    bed.run(HOUR_MS + 15 * MINUTE_MS + 1000)
    expect(lit(bed)).toBe(true)
    bed.run(HOUR_MS + 25 * MINUTE_MS)
    const after = bed.uplinks.slice(before).filter((uplink) => uplink.decoded)
    expect(after.map((uplink) => told(uplink).reason)).toContain(LAMP_REASON.doubt)
    expect(last(bed)).toMatchObject({ on: 1, command: 0, reason: LAMP_REASON.schedule })
  })

  test('drops it even when the power fails again before anything else is saved', () => {
    const bed = lampAt(DAY * DAY_SECONDS + 15 * 3600)
    bed.run(HOUR_MS)
    for (let round = 0; round < 3; round++) {
      command(bed, 20 + round, 0, 36_000)
      bed.runHours(0.2)
      expect(lit(bed)).toBe(false)
      bed.cutPower(1000)
      bed.run(bed.worldMs + 1100)
      bed.cutPower(1000)
      bed.run(bed.worldMs + 1100)
      expect(lit(bed)).toBe(true)
      bed.runHours(0.3)
    }
  })

  test('knows how long it has lived when another version of its program keeps other words', () => {
    const bed = lampAt(DAY * DAY_SECONDS + 15 * 3600)
    bed.run(240 * HOUR_MS)
    command(bed, 14, 0, 3_600)
    bed.run(240 * HOUR_MS + 10 * MINUTE_MS)
    expect(lit(bed)).toBe(false)
    const journal = openJournal(bed.flash, JOURNAL_SECTORS)
    // The record of a version with fewer words.
    append(journal, KIND.node, latest(journal, KIND.node)!.slice(0, -4))
    bed.reset('load')
    bed.run(242 * HOUR_MS)
    expect(lit(bed)).toBe(true)
    expect(last(bed)).toMatchObject({ reason: LAMP_REASON.schedule })
  })

  test('is lit while the network is away, for as long as it takes', () => {
    const bed = new Bed(light)
    bed.accepts = () => false
    for (let hour = 1; hour < 30; hour++) {
      bed.run(hour * HOUR_MS)
      expect(lit(bed)).toBe(true)
    }
  })

  test('grows doubtful when the network is gone, and never dark at night', () => {
    const bed = lampAt(noonUnix)
    bed.run(2 * HOUR_MS)
    bed.loses = () => true
    for (let minute = 120; minute < 2 * 1440; minute += 10) {
      bed.run(minute * MINUTE_MS)
      const local = (noonUnix + minute * 60 + 7 * 3600) % DAY_SECONDS
      if (local > 19 * 3600 || local < 5 * 3600) expect(lit(bed)).toBe(true)
    }
  })
})

describe('a lamp with its own settings', () => {
  test('samples as often as it is told and still tells a change at once', () => {
    const bed = bedAt(noonUnix, { intervalSeconds: 1800, samplesPerUplink: 4 })
    bed.run(3 * HOUR_MS)
    const count = bed.uplinks.length
    command(bed, 3, 100, 7200)
    bed.run(6 * HOUR_MS)
    const confirmed = bed.uplinks.findIndex((uplink) => uplink.decoded && told(uplink).command === 3)
    expect(confirmed).toBe(count + 1)
    expect(bed.uplinks[confirmed]!.atMs - bed.uplinks[count]!.atMs).toBeLessThan(bed.dutyMs + 5_000)
  })
})
