/** A health packet from the frame to the page: kept, answered, shown in words, and what of it is an alarm. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeHealth, ERROR, MODE, RESET, UPLINK_PORT, type Health } from '../../../core/packet/index.ts'
import { nodeView } from '../../../gateway/api/schema.ts'
import { healthView } from '../../../gateway/nodes/health.ts'
import { Site } from '../site.ts'
import type { TestDevice } from '../testDevice.ts'

const WELL: Health = {
  resetReason: RESET.powerOn,
  supply: 0,
  mode: MODE.normal,
  clock: 1,
  errors: 0,
  brownOuts: 0,
  crashes: 0,
  powerOns: 1,
  settingsVersion: 0xbeef,
  freeVariables: 812,
  batteryMillivolts: 3_900,
  held: 3,
}

function packet(device: TestDevice, health: Partial<Health> = {}): Uint8Array {
  const bytes = new Uint8Array(11)
  expect(encodeHealth({ ...WELL, ...health }, bytes)).toBe(11)
  return device.uplink(UPLINK_PORT.health, bytes)
}

const viewOf = (health: Partial<Health>) => healthView({ ...WELL, ...health, devEui: '', receivedMs: 7 })

describe('a health packet', () => {
  let site: Site
  beforeEach(async () => {
    site = await Site.open()
  })
  afterEach(() => site.close())

  test('is answered, kept and shown, and is a shape of the API', async () => {
    const device = await site.device(1)
    await site.exchange(device.hello())
    expect(site.gateway.nodes()[0]!.health).toBeNull()
    const receivedMs = site.clock.now()
    expect(
      await site.exchange(packet(device, { mode: MODE.safe, crashes: 3, resetReason: RESET.watchdog })),
    ).toHaveLength(1)
    const [view] = site.gateway.nodes()
    expect(view!.health).toEqual({
      timeMs: receivedMs,
      resetReason: 'watchdog',
      mode: 'safe',
      supply: 'full',
      clock: 'known',
      outOfMemory: false,
      lowMemory: false,
      callbackFailed: false,
      inputLost: false,
      brownOuts: 0,
      crashes: 3,
      powerOns: 1,
      settingsRevision: null,
      settingsCrc: 0xbeef,
      freeVariables: 812,
      batteryMillivolts: 3_900,
      held: 3,
      alarms: ['safe', 'crash'],
    })
    expect(nodeView.parse(view)).toEqual(view)
    expect(await site.store.healths()).toEqual([
      {
        ...WELL,
        ...{ devEui: device.registration.devEui, receivedMs, mode: MODE.safe, crashes: 3 },
        resetReason: RESET.watchdog,
      },
    ])
  })

  test('of a node that never said hello is kept too, and answered with nothing', async () => {
    const device = await site.device(1)
    expect(await site.exchange(packet(device))).toEqual([])
    expect(site.gateway.nodes()[0]!.health).toMatchObject({ mode: 'normal', alarms: [] })
  })

  test('that cannot be read is refused by name and changes nothing', async () => {
    const device = await site.device(1)
    await site.exchange(device.hello())
    await site.exchange(device.uplink(UPLINK_PORT.health, new Uint8Array(10)))
    await site.exchange(device.uplink(UPLINK_PORT.health, new Uint8Array(11).fill(255)))
    expect([site.count('refused.packet.short'), site.count('refused.packet.range')]).toEqual([1, 1])
    expect(site.gateway.nodes()[0]!.health).toBeNull()
  })
})

describe('alarms', () => {
  const rows: [string, Partial<Health>, string[]][] = [
    ['all well', {}, []],
    ['a commissioning', { mode: MODE.commissioning }, []],
    ['an upload after a crash', { resetReason: RESET.load, crashes: 1 }, []],
    ['a safe profile', { mode: MODE.safe }, ['safe']],
    ['no memory', { errors: ERROR.memory }, ['outOfMemory']],
    ['no memory, told before', { resetReason: RESET.memory }, ['outOfMemory']],
    ['little memory', { errors: ERROR.lowMemory | ERROR.input | ERROR.callback }, []],
    ['a brown-out', { resetReason: RESET.brownOut, brownOuts: 1, crashes: 1 }, ['brownOut']],
    ['a panic', { resetReason: RESET.software, crashes: 1 }, ['crash']],
    ['a low battery', { supply: 1 }, ['batteryLow']],
    [
      'all at once',
      { supply: 2, mode: MODE.safe, errors: 15, resetReason: RESET.brownOut },
      ['safe', 'batteryEmpty', 'outOfMemory', 'brownOut'],
    ],
  ]
  for (const [name, health, alarms] of rows)
    test(`of ${name}`, () => expect(viewOf(health).alarms).toEqual(alarms))

  test('a node without a battery has no voltage', () =>
    expect(viewOf({ batteryMillivolts: 0 }).batteryMillivolts).toBeNull())
})
