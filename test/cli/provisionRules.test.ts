/** `fieldnode provision` for a gauge's alarm and a lamp's schedule: what stands in the record, and what is refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../cli/provision.ts'
import { decodeSettings } from '../../core/settings.ts'

const AIR = ['--name', 'Yard', '--profile', 'air', '--latitude', '10.0342', '--longitude', '105.7881']
const folder = mkdtempSync(join(tmpdir(), 'fieldnode-provision-'))
let files = 0
const newFile = (): string => join(folder, `${++files}.settings`)

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined)
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => rmSync(folder, { recursive: true }))

test('they stand in the record', async () => {
  const file = newFile()
  const alarm = ['--alarm-above-cm', '250', '--alarm-rise-cm', '12.5', '--alarm-within', '30']
  const lamp = ['--lamp-on=-10', '--lamp-off', '5', '--dark-from', '23:00', '--dark-to', '04:30']
  expect(await run([...AIR, ...alarm, ...lamp, '--out', file])).toBe(0)
  expect(decodeSettings(Uint8Array.from(readFileSync(file)))).toMatchObject({
    ...{ alarmAbove: 25_000, alarmRise: 1_250, alarmWithinMinutes: 30, lampOnMinutes: -10 },
    ...{ lampOffMinutes: 5, darkFromMinutes: 1_380, darkToMinutes: 270, utcOffsetMinutes: 420 },
  })
})

const out = ['--out', join(folder, 'never')]
test.each([
  ['--soil-wet', [...AIR, '--profile', 'soil', '--soil-dry', '1000', '--soil-wet', '2000', ...out]],
  ['--alarm-above-cm', [...AIR, '--alarm-above-cm', '3001', ...out]],
  ['--alarm-rise-cm', [...AIR, '--alarm-rise-cm', '0.001', ...out]],
  ['--alarm-within', [...AIR, '--alarm-within', '1441', ...out]],
  ['--alarm-within', [...AIR, '--alarm-within', '10', '--interval', '601', ...out]],
  ['--lamp-on', [...AIR, '--lamp-on', '121', ...out]],
  ['--lamp-off', [...AIR, '--lamp-off=-121', ...out]],
  ['--dark-from', [...AIR, '--dark-from', '22', ...out]],
  ['--dark-to', [...AIR, '--dark-to', '24:00', ...out]],
  ['--dark-to', [...AIR, '--dark-from', '18:00', '--dark-to', '06:00', ...out]],
  ['--utc-offset', [...AIR, '--utc-offset', '841', ...out]],
])('%s is named for %j, and nothing is written', async (where, args) => {
  await expect(run(args)).rejects.toMatchObject({ where })
  expect(existsSync(out[1]!)).toBe(false)
})
