/** `fieldnode airtime`: what it prints, and how a wrong call is refused. */
import { afterEach, expect, test, vi } from 'vitest'
import { run } from '../../cli/airtime.ts'
import { OptionError } from '../../cli/options.ts'
import { energyTexts as texts } from '../../cli/energy/texts.ts'

async function printed(...args: string[]): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  expect(await run(args)).toBe(0)
  return log.mock.lastCall![0] as string
}

afterEach(() => vi.restoreAllMocks())

/** Frame bytes, spreading factor, milliseconds: by AN1200.13's formula, from a published table. */
test.each([
  [13, 7, 46.34],
  [23, 10, 370.69],
  [23, 12, 1482.75],
  [51, 9, 328.7],
  [64, 11, 1560.58],
])('%i bytes at SF%i are %f ms in the air', async (bytes, sf, ms) => {
  const line = await printed('--sf', String(sf), '--phy-bytes', String(bytes), '--json')
  const figures = JSON.parse(line) as { ms: number }
  expect(Object.keys(figures)).toEqual(['ms'])
  expect(Math.abs(figures.ms - ms)).toBeLessThanOrEqual(0.01)
})

test('without --json the line is for people', async () => {
  expect(await printed('--sf', '10', '--phy-bytes', '23')).toBe(texts.airtime.figure(370.688))
})

test.each([
  ['--sf', '6'],
  ['--sf', '13'],
  ['--sf', 'ten'],
  ['--phy-bytes', '0'],
  ['--phy-bytes', '256'],
  ['--phy-bytes', '1.5'],
])('%s %s is refused by name', async (option, value) => {
  const refused = run([option, value])
  await expect(refused).rejects.toThrow(OptionError)
  await expect(refused).rejects.toMatchObject({ where: option })
})
