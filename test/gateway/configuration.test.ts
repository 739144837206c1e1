/** Settings changed through the gateway: with the PIN, audited, in a sealed downlink, until the node has said what became of it; and the command that asks. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { run } from '../../cli/configure.ts'
import { OptionError } from '../../cli/options.ts'
import { encodeConfigured } from '../../core/configuration.ts'
import { DOWNLINK_PORT, UPLINK_PORT } from '../../core/packet/index.ts'
import { configurable, encodeConfiguration } from '../../gateway/configuration/change.ts'
import { configurationAnswer } from '../../gateway/api/schema.ts'
import { json, refused, WebSite } from './api/webSite.ts'
import { PIN } from './site.ts'
import type { TestDevice } from './testDevice.ts'

let web: WebSite
let device: TestDevice
let path: string
beforeEach(async () => {
  web = await WebSite.open()
  device = await web.site.device(2)
  path = `/api/nodes/${device.registration.devEui}/configuration`
  await web.site.exchange(device.hello())
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await web.site.close()
})

async function state(): Promise<object> {
  return configurationAnswer.parse(await json(await web.get(path))).configuration
}

/** The configuration that comes down with an uplink of nothing. */
async function heard(): Promise<Uint8Array[]> {
  const phys = await web.site.exchange(device.uplink(200, new Uint8Array(1)))
  const frames = phys
    .map((phy) => device.open(phy))
    .filter(({ port }) => port === DOWNLINK_PORT.configuration)
  return frames.map(({ payload }) => payload)
}

const answer = (revision: number, outcome: number): Promise<Uint8Array[]> =>
  web.site.exchange(
    device.uplink(UPLINK_PORT.configured, encodeConfigured({ revision, outcome, recordCrc: 7 })),
  )

async function commanded(changes: object): Promise<number> {
  const response = await web.post(path, changes)
  expect(response.status).toBe(202)
  const { configuration } = configurationAnswer.parse(await json(response))
  expect(configuration.state).toBe('commanded')
  return configuration.revision
}

describe('a change of settings', () => {
  test('goes down sealed until the node has answered, and every step is audited', async () => {
    const changes = { intervalSeconds: 300, gaugeHeightMm: -20 }
    const revision = await commanded(changes)
    expect(await heard()).toEqual([encodeConfiguration(revision, changes)])
    expect(await state()).toEqual({ revision, state: 'waiting' })
    expect(await heard()).toHaveLength(1)
    await answer(revision, 0)
    expect(await state()).toEqual({ revision, state: 'applied' })
    expect(await heard()).toEqual([])
    const rows = (await web.site.store.audit(100)).filter(({ action }) => action.startsWith('node.'))
    expect(rows.map(({ who, action }) => [who, action])).toEqual([
      ['operator 127.0.0.1', 'node.configure'],
      ['gateway', 'node.configuration'],
    ])
    expect(JSON.parse(rows[0]!.detail)).toMatchObject({ revision, changes, result: 'accepted' })
  })

  test('that the node refuses says which field was bad', async () => {
    const revision = await commanded({ samplesPerUplink: 2 })
    await answer(revision + 1, 0)
    expect(await state()).toMatchObject({ state: 'waiting' })
    await answer(revision, 4)
    expect(await state()).toEqual({ revision, state: 'refused', refused: 'samplesPerUplink' })
  })

  test('after another one has another revision', async () => {
    const first = await commanded({ intervalSeconds: 300 })
    expect(await commanded({ intervalSeconds: 400 })).toBe(first + 1)
  })

  test('is refused by name, and then nothing goes down', async () => {
    expect(await refused(await web.post(path, { intervalSeconds: 300 }, 'wrong'))).toEqual([
      401,
      'x-operator-pin',
    ])
    const bad: [object, number, string][] = [
      [{ intervalSeconds: 86_401, samplesPerUplink: 2 }, 400, 'body'],
      [{ intervalSeconds: 1.5 }, 400, 'body.intervalSeconds'],
      [{ alarmRise: 60_001, alarmAbove: 1 }, 400, 'body'],
      [{ darkFromMinutes: 360, darkToMinutes: 1_080 }, 400, 'body'],
      [{ intervalSeconds: 7_200, alarmWithinMinutes: 60 }, 400, 'body'],
      [{ appKey: 1 }, 400, 'body'],
      [{}, 400, 'body'],
    ]
    for (const [body, status, where] of bad)
      expect(await refused(await web.post(path, body))).toEqual([status, where])
    const nobody = '/api/nodes/ffffffffffffffff/configuration'
    expect(await refused(await web.post(nobody, { intervalSeconds: 300 }))).toEqual([404, 'eui'])
    expect(await refused(await web.get(nobody))).toEqual([404, 'eui'])
    expect(await heard()).toEqual([])
  })
})

describe('fieldnode configure', () => {
  test('asks the gateway and prints what it says', async () => {
    vi.stubEnv('FIELDNODE_PIN', PIN)
    const printed: string[] = []
    vi.spyOn(console, 'log').mockImplementation((line: string) => printed.push(line))
    vi.spyOn(console, 'error').mockImplementation((line: string) => printed.push(line))
    const where = ['--gateway', web.site.url('/'), '--node', device.registration.devEui]
    expect(await run([...where, '--interval', '300', '--latitude', '10.1234'])).toBe(0)
    const { revision } = configurationAnswer.parse(JSON.parse(printed[0]!)).configuration
    expect(await heard()).toEqual([
      encodeConfiguration(revision, { intervalSeconds: 300, latitudeE4: 101_234 }),
    ])
    expect(await run(where)).toBe(0)
    expect(JSON.parse(printed[1]!)).toEqual({ configuration: { revision, state: 'waiting' } })
    expect(await run([...where, '--samples', '17'])).toBe(1)
    expect(printed[2]).toContain('samplesPerUplink')
  })

  test('knows every number of the record by an option', async () => {
    vi.stubEnv('FIELDNODE_PIN', PIN)
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const where = ['--gateway', web.site.url('/'), '--node', device.registration.devEui]
    const alarm = ['--alarm-above-cm', '250.5', '--alarm-rise-cm', '15', '--alarm-within', '90']
    const lamp = ['--lamp-on=-20', '--lamp-off', '10', '--dark-from', '23:30', '--dark-to', '4:00']
    const probe = ['--soil-dry', '2500', '--soil-wet', '1200', '--height-mm=-5', '--samples', '2']
    const place = ['--latitude', '10', '--longitude', '105', '--interval', '60', '--utc-offset', '330']
    expect(await run([...where, ...alarm, ...lamp, ...probe, ...place])).toBe(0)
    const changes = {
      ...{ latitudeE4: 100_000, longitudeE4: 1_050_000, intervalSeconds: 60, samplesPerUplink: 2 },
      ...{ soilDryMillivolts: 2_500, soilWetMillivolts: 1_200, gaugeHeightMm: -5 },
      ...{
        alarmAbove: 25_050,
        alarmRise: 1_500,
        alarmWithinMinutes: 90,
        lampOnMinutes: -20,
        lampOffMinutes: 10,
      },
      ...{ darkFromMinutes: 1_410, darkToMinutes: 240, utcOffsetMinutes: 330 },
    }
    expect(Object.keys(changes).sort()).toEqual(configurable().sort())
    const given = (await heard())[0]!
    expect(given).toEqual(encodeConfiguration((given[0]! << 8) | given[1]!, changes))
  })

  test('names the option that is wrong', async () => {
    const good = ['--gateway', 'http://127.0.0.1:1', '--node', '70b3d57ed0050002']
    await expect(run(['--node', good[3]!, '--interval', '3'])).rejects.toThrow(OptionError)
    await expect(run([...good.slice(0, 2), '--node', 'x'])).rejects.toThrow('--node')
    vi.stubEnv('FIELDNODE_PIN', '')
    await expect(run([...good, '--interval', '3'])).rejects.toThrow('FIELDNODE_PIN')
    vi.stubEnv('FIELDNODE_PIN', PIN)
    await expect(run([...good, '--interval', '3s'])).rejects.toThrow('--interval')
    await expect(run([...good, '--dark-to', '24:00'])).rejects.toThrow('--dark-to')
    await expect(run([...good, '--alarm-above-cm', '1.234'])).rejects.toThrow('--alarm-above-cm')
    await expect(run([...good, '--latitude', 'north'])).rejects.toThrow('--latitude')
  })
})
