/** The energy bench: its figures follow from what the nodes did, and from nothing else; what it says when the firmware was not built. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { benchEnergy, missingBundle, type EnergyLine } from '../../../cli/bench/energy.ts'
import { run } from '../../../cli/bench.ts'
import { OptionError } from '../../../cli/options.ts'
import { measure, type Measured } from '../../../cli/energy/measure.ts'
import { esp32Devkit } from '../../../boards/esp32Devkit.ts'
import { ttgoLora32V21 } from '../../../boards/ttgoLora32V21.ts'
import { air } from '../../../firmware/profiles/air.ts'
import { gauge } from '../../../firmware/profiles/gauge.ts'
import { light } from '../../../firmware/profiles/light.ts'
import { soil } from '../../../firmware/profiles/soil.ts'

const folder = mkdtempSync(join(tmpdir(), 'fieldnode-energy-'))
afterAll(() => rmSync(folder, { recursive: true }))

const BUNDLE_BYTES = 40_000
const boards = [ttgoLora32V21, esp32Devkit]
const options = { nodes: 2, seed: 3, warmUpHours: 2, hours: 6 }

describe('what the nodes did', () => {
  let measured: Measured
  beforeAll(async () => {
    measured = await measure({ ...options, board: ttgoLora32V21, profile: air, bundleBytes: BUNDLE_BYTES })
  })

  test('the times of every part add up to the virtual time', () => {
    const parts = [...measured.total.micros.keys()]
    expect(parts.sort()).toEqual(['board', 'esp32', 'flash', 'sht31', 'sx1276'])
    expect(measured.seconds).toBe(2 * 6 * 3600)
    for (const part of parts) expect(measured.total.seconds(part)).toBeCloseTo(measured.seconds, 1)
  })

  test('a node wakes for each sample, and sends six of them together', () => {
    expect(measured.plain.wakes + measured.uplink.wakes).toBe(2 * 36)
    expect(measured.uplink.wakes).toBe(2 * 6)
    expect(measured.frames).toHaveLength(2 * 6)
  })

  test('the radio sends for as long as its frames are on the air, and in no wake that only samples', () => {
    const onAir = measured.frames.reduce((sum, frame) => sum + frame.endMicros - frame.startMicros, 0)
    const sending = (states: Map<string, number>): number =>
      [...states]
        .filter(([state]) => state.startsWith('sending'))
        .reduce((sum, [, micros]) => sum + micros, 0)
    expect(sending(measured.uplink.micros.get('sx1276')!)).toBeCloseTo(onAir, 0)
    expect(sending(measured.plain.micros.get('sx1276')!)).toBe(0)
    expect(measured.uplink.micros.get('sx1276')!.get('receiving')).toBeGreaterThan(0)
    expect([...measured.asleep.micros.get('sx1276')!.keys()]).toEqual(['sleep'])
  })

  test('sleep is deep, and a plain wake is little more than its start, the reading of the bundle and its code', () => {
    expect([...measured.asleep.micros.get('esp32')!.keys()]).toEqual(['deepSleep'])
    const seconds = measured.plain.seconds('esp32') / measured.plain.wakes
    expect(seconds).toBeGreaterThan(0.35 + 0.06 + 0.56)
    expect(seconds).toBeLessThan(1.3)
  })
})

describe.each([
  [soil, 'soilProbe', 0.3, 0.37],
  [gauge, 'jsnSr04t', 0.425, 0.46],
] as const)('the rail of $name', (profile, part, leastSeconds, mostSeconds) => {
  test(`feeds its ${part} for as long as it warms up and measures, and never in a sleep`, async () => {
    const measured = await measure({ ...options, board: ttgoLora32V21, profile, bundleBytes: BUNDLE_BYTES })
    expect([...measured.asleep.micros.get(part)!.keys()]).toEqual(['off'])
    expect(measured.total.seconds(part)).toBeCloseTo(measured.seconds, 1)
    const states = [...measured.total.micros.get(part)!]
    const fed = states.reduce((sum, [state, micros]) => sum + (state === 'off' ? 0 : micros), 0)
    const samples = measured.plain.wakes + measured.uplink.wakes
    expect(fed / 1e6 / samples).toBeGreaterThan(leastSeconds)
    expect(fed / 1e6 / samples).toBeLessThan(mostSeconds)
  })
})

describe('the bench', () => {
  const battery = { ...options, boards, hours: 2, warmUpHours: 1, nodes: 1, folder }
  let line: EnergyLine & { years: number; millijoulesPerWake: number }
  let wifi: typeof line
  beforeAll(async () => {
    for (const { name } of boards) writeFileSync(join(folder, `${name}-gauge.js`), ' '.repeat(BUNDLE_BYTES))
    const lines = await benchEnergy({ ...battery, profiles: [gauge, light] })
    line = lines[0] as typeof line
    expect(lines[1]).toMatchObject({ profile: 'light', link: 'lorawan', years: null, mainsPowered: true })
    wifi = lines[2] as typeof line
  })

  test('says mJ a wake, wakes a day and years, with what they rest on', () => {
    expect(line).toMatchObject({
      profile: 'gauge',
      link: 'lorawan',
      wakesPerDay: 144,
      assumptions: {
        cellMah: 3_000,
        usableFraction: 0.8,
        selfDischargePerYear: 0.05,
        boardMilliamps: 0.14,
        cpuMilliamps: 40,
        sensorsSwitched: true,
        bundleBytes: BUNDLE_BYTES,
        startMs: 350 + 60 + 560,
      },
    })
    expect(line.millijoulesPerWake).toBeGreaterThan(100)
  })

  test('its years follow from its mean current, and its mean current from its parts', () => {
    const { meanMilliamps, mahPerDay } = line as unknown as {
      meanMilliamps: number
      mahPerDay: Record<string, number>
    }
    const sum = Object.values(mahPerDay).reduce((a, b) => a + b)
    expect(sum / 24 / meanMilliamps).toBeCloseTo(1, 3)
    expect(line.years).toBeCloseTo(2_400 / (meanMilliamps * 8_760 + 150), 2)
  })

  test('stands beside the mDot that sends the same frames', () => {
    const { baseline, yearsIf } = line as unknown as {
      baseline: { millijoulesPerUplink: number; years: number }
      yearsIf: { bareBoard: number }
    }
    // 72 to 303 mAs at 3.7 V for SF7 to SF12.
    expect(baseline.millijoulesPerUplink).toBeGreaterThan(265)
    expect(baseline.millijoulesPerUplink).toBeLessThan(1_120)
    expect(yearsIf.bareBoard).toBeGreaterThan(line.years)
  })

  test('over Wi-Fi a node sends as often; its radio takes more, and for less time', () => {
    expect(wifi).toMatchObject({ profile: 'gauge', link: 'mqtt', wakesPerDay: 144, uplinksPerDay: 144 })
    expect(wifi).toMatchObject({ assumptions: { wifiMilliamps: 60, wifiSendingMilliamps: 200 } })
    const [ours, theirs] = [wifi, line] as unknown as {
      mahPerDay: { radio: number }
      uplinkWake: { seconds: number }
    }[]
    expect(ours!.mahPerDay.radio).toBeGreaterThan(theirs!.mahPerDay.radio)
    expect(ours!.uplinkWake.seconds).toBeLessThan(theirs!.uplinkWake.seconds)
  })

  test('is named where another bench is asked for', async () => {
    const refusal: unknown = await run(['entropy']).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(OptionError)
    expect(refusal).toMatchObject({
      where: 'bench',
      expected: 'packet | lorawan | energy | windows',
      got: 'entropy',
    })
  })

  test('names the bundle that is missing; a lamp needs none', () => {
    expect(missingBundle({ folder, boards, profiles: [gauge, light] })).toBeUndefined()
    expect(missingBundle({ folder, boards, profiles: [gauge, air, light] })).toMatch(
      /ttgo-lora32-v21-air\.js$/,
    )
  })
})
