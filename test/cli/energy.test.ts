/** `fieldnode energy`: the table of Casals et al. 2017, and how a wrong call is refused. */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { run } from '../../cli/energy.ts'
import { activityOf, lifeYears } from '../../cli/energy/casals2017.ts'
import { yearsOf } from '../../cli/energy/cell.ts'
import { OptionError } from '../../cli/options.ts'
import { airMicros } from '../../sim/chips/lora.ts'

interface Figures {
  activeMs: number
  chargeMas: number
  years: number
}

/** What the command prints with --json. */
async function printed(dataRate: number, bytes: number, minutes: number): Promise<Figures> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  const args = ['--data-rate', `${dataRate}`, '--bytes', `${bytes}`, '--minutes', `${minutes}`]
  expect(await run(['--model', 'casals2017', ...args, '--json'])).toBe(0)
  return JSON.parse(log.mock.lastCall![0] as string) as Figures
}

afterEach(() => vi.restoreAllMocks())

const MINUTES = [5, 10, 15, 60, 100]

/** Printed rows: application bytes, data rate, ms awake, mAs an uplink, years at 5, 10, 15, 60 and 100 minutes. */
// prettier-ignore
const TABLE: [number, number, number, number, number[]][] = [
  [ 1, 5, 2769,  71.70, [0.97, 1.67, 2.20, 4.22, 4.81]],
  [20, 5, 2794,  73.83, [0.94, 1.63, 2.16, 4.18, 4.78]],
  [51, 5, 2840,  77.65, [0.90, 1.57, 2.09, 4.12, 4.73]],
  [ 1, 0, 3877, 166.48, [0.46, 0.85, 1.19, 3.00, 3.77]],
  [51, 0, 5516, 302.46, [0.26, 0.50, 0.72, 2.12, 2.87]],
]

/** The rows that are not printed: the paper's states added up anew, with the time on air of the simulator's own formula. */
function addedUp(dataRate: number, bytes: number, minutes: number): Figures {
  const spreadingFactor = 12 - dataRate
  const setting = {
    spreadingFactor,
    bandwidthHz: 125_000,
    codingRate: 1,
    preambleSymbols: 8,
    explicitHeader: true,
    payloadCrc: true,
    lowDataRate: spreadingFactor > 10,
  } as Parameters<typeof airMicros>[0]
  const onAir = airMicros(setting, bytes + 13) / 1000
  const window = [262.14, 131.07, 98.3, 49.15, 24.58, 12.29][dataRate]!
  const ms = [168.2, 83.8, onAir, 983.3, window, 1000 - window, 33, 147.4, 268, 38.6]
  const mA = [22.1, 13.3, 83, 27, 38.1, 27.1, 35, 13.2, 21, 13.3]
  const activeMs = ms.reduce((sum, each) => sum + each)
  const chargeMas = ms.reduce((sum, each, i) => sum + (each * mA[i]!) / 1000, 0)
  const mean = (chargeMas + (minutes * 60 - activeMs / 1000) * 0.045) / (minutes * 60)
  return { activeMs, chargeMas, years: 2_400 / mean / (24 * 365) }
}

describe('the table of Casals et al. 2017', () => {
  for (const [bytes, dataRate, activeMs, chargeMas, years] of TABLE)
    test(`${bytes} bytes at data rate ${dataRate}`, async () => {
      for (const [column, minutes] of MINUTES.entries()) {
        const figures = await printed(dataRate, bytes, minutes)
        expect(Math.abs(figures.activeMs - activeMs)).toBeLessThanOrEqual(1)
        expect(Math.abs(figures.chargeMas / chargeMas - 1)).toBeLessThanOrEqual(0.001)
        // The table has two digits: 0.26 may stand for 0.255 to 0.265.
        const off = Math.abs(figures.years - years[column]!)
        expect(off).toBeLessThanOrEqual(Math.max(0.005 * years[column]!, 0.005))
      }
    })

  test('rows that are not printed: every data rate, payload and interval', async () => {
    for (const minutes of MINUTES)
      for (let dataRate = 0; dataRate <= 5; dataRate++)
        for (const bytes of [1, 2, 5, 10, 20, 30, 40, 51]) {
          const [ours, truth] = [await printed(dataRate, bytes, minutes), addedUp(dataRate, bytes, minutes)]
          expect(Math.abs(ours.activeMs - truth.activeMs)).toBeLessThan(0.01)
          expect(Math.abs(ours.chargeMas / truth.chargeMas - 1)).toBeLessThan(0.0001)
          expect(Math.abs(ours.years / truth.years - 1)).toBeLessThan(0.0005)
        }
  })

  test('a year at an uplink every five minutes, six at the most', async () => {
    expect((await printed(5, 1, 5)).years).toBeCloseTo(0.97, 2)
    expect((await printed(5, 1, 525_600)).years).toBeCloseTo(6.09, 2)
  })

  test('a longer interval never shortens life, and more bytes never lengthen it', () => {
    const calls = fc.tuple(fc.nat(5), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 60, max: 1e6 }))
    fc.assert(
      fc.property(calls, fc.integer({ min: 1, max: 1e6 }), ([dataRate, bytes, seconds], more) => {
        const activity = activityOf(dataRate, bytes)
        expect(lifeYears(activity, seconds + more)).toBeGreaterThan(lifeYears(activity, seconds))
        expect(lifeYears(activityOf(dataRate, bytes + 1), seconds)).toBeLessThanOrEqual(
          lifeYears(activity, seconds),
        )
      }),
    )
  })
})

test('a cell loses its charge by itself too', () => {
  const cell = { cellMah: 1_000, usableFraction: 0.5, selfDischargePerYear: 0.1 }
  expect(yearsOf(cell, 0)).toBeCloseTo(5, 12)
  expect(yearsOf(cell, 1000 / 8_760)).toBeCloseTo(500 / 1_100, 12)
})

describe('a wrong call is refused with the name of what is wrong', () => {
  const wrong: [string[], string, RegExp][] = [
    [['--model', 'mine'], '--model', /casals2017/],
    [['--data-rate', '6'], '--data-rate', /from 0 to 5/],
    [['--data-rate=-1'], '--data-rate', /from 0 to 5/],
    [['--data-rate', 'SF7'], '--data-rate', /whole number/],
    [['--bytes', '0'], '--bytes', /from 1 to 242/],
    [['--data-rate', '0', '--bytes', '52'], '--bytes', /from 1 to 51/],
    [['--minutes', '0'], '--minutes', /from 1 to 525600/],
    [['--minutes', '2.5'], '--minutes', /whole number/],
    [['--hours', '2'], 'options', /--help/],
  ]
  for (const [args, where, expected] of wrong)
    test(args.join(' '), async () => {
      const refusal: unknown = await run(args).catch((e: unknown) => e)
      expect(refusal).toBeInstanceOf(OptionError)
      expect((refusal as OptionError).where).toBe(where)
      expect((refusal as OptionError).expected).toMatch(expected)
    })
})
