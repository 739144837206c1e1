/** The gateway from datagram to store and back: join, uplink, acknowledgement, and everything that is refused on the way. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FLAG } from '../../core/flags.ts'
import { decodeAcknowledgement, UPLINK_PORT, type Acknowledgement } from '../../core/packet/index.ts'
import { StoreError } from '../../gateway/store/store.ts'
import { Site } from './site.ts'
import { group, type TestDevice } from './testDevice.ts'

const AIR = [3, 4, 16]
const HOUR_MS = 3_600_000
const good = (index: number): number[] => [2500 + 10 * index, 8000 + 10 * index, 4000]

let site: Site
beforeEach(async () => {
  site = await Site.open()
})
afterEach(() => site.close())

function acknowledgement(device: TestDevice, phys: Uint8Array[]): Acknowledgement {
  expect(phys).toHaveLength(1)
  const frame = device.open(phys[0]!)
  expect(frame.port).toBe(1)
  const decoded = decodeAcknowledgement(frame.payload)
  if (typeof decoded === 'string') throw new Error(decoded)
  return decoded
}

/** A device whose epoch is announced and acknowledged. */
async function speaker(number = 1): Promise<TestDevice> {
  const device = await site.device(number)
  acknowledgement(device, await site.exchange(device.hello()))
  return device
}

describe('samples', () => {
  test('go from a hello to the store', async () => {
    const device = await site.device(1)
    const heard = acknowledgement(device, await site.exchange(device.hello()))
    expect(heard).toMatchObject({ epoch: 0xabcd0102, nextSequence: 0 })
    const firstMs = site.clock.now()
    const answer = await site.exchange(device.samples(group(0, AIR, [good(0), good(1)], { ageSeconds: 60 })))
    // The hello was acknowledged seconds ago and nothing is missing: the samples' acknowledgement can wait.
    expect(answer).toEqual([])
    const { devEui } = device.registration
    const readings = await site.store.readings(devEui, 3, 0, Infinity, 10)
    expect(readings.map(({ timeMs, value, sequence }) => [timeMs, value, sequence])).toEqual([
      [firstMs - 660_000, 2500, 0],
      [firstMs - 60_000, 2510, 1],
    ])
    expect(await site.gateway.totals()).toMatchObject({
      samples: 2,
      readings: 6,
      duplicates: 0,
      conflicts: 0,
    })
    const [view] = site.gateway.nodes()
    expect(view).toMatchObject({
      eui: devEui,
      state: 'fresh',
      rssiDbm: -80,
      snrDb: 7.5,
      intervalSeconds: 600,
    })
    expect(view!.readings.map(({ quantity, value }) => [quantity, value])).toEqual([
      ['airTemperature', 2510],
      ['airHumidity', 8010],
      ['batteryVoltage', 4000],
    ])
  })

  test('carry their uncertainty and their missing values to the page', async () => {
    const device = await speaker()
    const batch = group(0, AIR, [good(0)], { ageUncertain: true, ageErrorSeconds: 300 })
    batch.readings.flags[1] = FLAG.missing
    await site.exchange(device.samples(batch))
    const humidity = site.gateway.nodes()[0]!.readings.find(({ quantity }) => quantity === 'airHumidity')
    expect(humidity).toMatchObject({
      value: null,
      flag: FLAG.missing,
      timeUncertain: true,
      timeErrorSeconds: 480,
    })
  })

  test('are published under the worse of both flags', async () => {
    const device = await speaker()
    const batch = group(0, AIR, [[9000, 8000, 4000]])
    batch.readings.flags[1] = FLAG.suspect
    await site.exchange(device.samples(batch))
    const latest = await site.store.latest(device.registration.devEui)
    expect(latest.map(({ nodeFlag, flag }) => [nodeFlag, flag])).toEqual([
      // 90 degC is beyond the range, whatever the node says.
      [FLAG.good, FLAG.fail],
      [FLAG.suspect, FLAG.suspect],
      [FLAG.good, FLAG.good],
    ])
    expect(latest[0]!.tests).toBe(1)
  })

  test('of an epoch that nobody announced are refused by name', async () => {
    const device = await site.device(1)
    expect(await site.exchange(device.samples(group(0, AIR, [good(0)])))).toEqual([])
    expect(site.count('refused.packet.unknownEpoch')).toBe(1)
    expect((await site.gateway.totals()).samples).toBe(0)
  })

  test('count on past 65,535', async () => {
    const device = await site.device(1)
    await site.exchange(device.hello({ nextSequence: 65_534 }))
    await site.exchange(device.samples(group(65_534, AIR, [good(0), good(1), good(2), good(3)])))
    const rows = await site.store.readings(device.registration.devEui, 3, 0, Infinity, 10)
    expect(rows.map(({ sequence }) => sequence)).toEqual([65_534, 65_535, 65_536, 65_537])
  })

  test('that cannot be read are refused by reason, and their frame still counts', async () => {
    const device = await speaker()
    const bad: [number, number[], string][] = [
      [UPLINK_PORT.sample, [], 'short'],
      [UPLINK_PORT.batch, [1, 2, 3], 'short'],
      [UPLINK_PORT.hello, [1, 2], 'short'],
      [UPLINK_PORT.hello, new Array<number>(40).fill(1), 'long'],
      [77, [1, 2, 3], 'port'],
    ]
    for (const [port, bytes, reason] of bad) {
      const before = site.count(`refused.packet.${reason}`)
      await site.exchange(device.uplink(port, Uint8Array.from(bytes)))
      expect([port, site.count(`refused.packet.${reason}`)]).toEqual([port, before + 1])
    }
    expect(site.gateway.nodes()[0]!.lastSeenMs).toBe(site.clock.now() - 3000)
  })
})

describe('the same sample again', () => {
  test('is counted, acknowledged and not stored twice', async () => {
    const device = await speaker()
    const sample = group(0, AIR, [good(0)], { acknowledgementWanted: true })
    await site.exchange(device.samples(sample))
    const again = acknowledgement(device, await site.exchange(device.samples({ ...sample, ageSeconds: 3 })))
    expect(again.nextSequence).toBe(1)
    expect(await site.gateway.totals()).toMatchObject({ samples: 1, duplicates: 1, conflicts: 0 })
    expect(site.count('samples.duplicate')).toBe(1)
  })

  test('with other content is a conflict that the page does not show', async () => {
    const device = await speaker()
    await site.exchange(device.samples(group(0, AIR, [good(0)])))
    await site.exchange(device.samples(group(0, AIR, [good(5)])))
    expect(site.count('samples.conflict')).toBe(1)
    expect(site.gateway.nodes()[0]!.readings[0]!.value).toBe(2500)
    expect(await site.store.conflicts(device.registration.devEui, 10)).toHaveLength(1)
  })
})

describe('the acknowledgement', () => {
  test('is sent when the node asks', async () => {
    const device = await speaker()
    const asked = group(0, AIR, [good(0), good(1)], { acknowledgementWanted: true })
    expect(acknowledgement(device, await site.exchange(device.samples(asked)))).toMatchObject({
      nextSequence: 2,
    })
  })

  test('is sent once an hour without asking', async () => {
    const device = await speaker()
    expect(await site.exchange(device.samples(group(0, AIR, [good(0)])))).toEqual([])
    await site.pass(HOUR_MS)
    const hourly = acknowledgement(device, await site.exchange(device.samples(group(1, AIR, [good(1)]))))
    expect(hourly.nextSequence).toBe(2)
    expect(await site.exchange(device.samples(group(2, AIR, [good(2)])))).toEqual([])
  })

  test('tells of a gap at once, with what is beyond it, until the gap is closed', async () => {
    const device = await speaker()
    const beyond = acknowledgement(
      device,
      await site.exchange(device.samples(group(2, AIR, [good(2), good(3)]))),
    )
    expect(beyond).toMatchObject({ nextSequence: 0, received: Uint8Array.of(0b110) })
    const closing = acknowledgement(device, await site.exchange(device.samples(group(0, AIR, [good(0)]))))
    expect(closing).toMatchObject({ nextSequence: 1, received: Uint8Array.of(0b11) })
    expect(await site.exchange(device.samples(group(1, AIR, [good(1)])))).toEqual([])
  })

  test('does not wait for what the node gave up, over a restart too', async () => {
    const device = await speaker()
    const gap = acknowledgement(device, await site.exchange(device.samples(group(40, AIR, [good(0)]))))
    expect(gap.nextSequence).toBe(0)
    const after = acknowledgement(device, await site.exchange(device.hello({ nextSequence: 40 })))
    expect(after).toMatchObject({ nextSequence: 41, received: new Uint8Array(0) })
    await site.restart()
    const later = acknowledgement(device, await site.exchange(device.samples(group(41, AIR, [good(1)]))))
    expect(later.nextSequence).toBe(42)
  })

  test('is never sent for what the store did not take', async () => {
    const device = await speaker()
    const { write } = site.store
    site.gatewayStore.write = () => Promise.reject(new StoreError('failed', 'disk full'))
    const sample = group(0, AIR, [good(0)], { acknowledgementWanted: true })
    expect(await site.exchange(device.samples(sample))).toEqual([])
    expect(site.count('refused.store.failed')).toBe(1)
    site.gatewayStore.write = write
    const later = acknowledgement(device, await site.exchange(device.samples(sample)))
    expect(later.nextSequence).toBe(1)
    expect(await site.gateway.totals()).toMatchObject({ samples: 1, duplicates: 0 })
  })
})

describe('a frame', () => {
  test('heard by two forwarders is handled once and answered by the better one', async () => {
    const device = await speaker()
    const [near, far] = site.forwarders
    const phy = device.samples(group(0, AIR, [good(0)], { acknowledgementWanted: true }))
    const [before, beforeFar] = [near!.sent.length, far!.sent.length]
    await near!.push(phy, { lsnr: -5, rssi: -110, tmst: 5 })
    await far!.push(phy, { lsnr: 4, rssi: -90, tmst: 9_000_000 })
    await site.pass(3000)
    expect([near!.sent.length - before, far!.sent.length - beforeFar]).toEqual([0, 1])
    expect(far!.sent.at(-1)!.tmst).toBe(10_000_000)
    expect(site.count('uplinks.again')).toBe(1)
    expect(site.gateway.nodes()[0]).toMatchObject({ rssiDbm: -90, snrDb: 4 })
  })

  test('replayed later is refused', async () => {
    const device = await speaker()
    const phy = device.samples(group(0, AIR, [good(0)]))
    await site.exchange(phy)
    await site.exchange(phy)
    expect(site.count('refused.frame.replay')).toBe(1)
    expect(await site.gateway.totals()).toMatchObject({ samples: 1, duplicates: 0 })
  })

  test('of nobody here, with a wrong MIC, or that is none at all is refused by reason', async () => {
    const device = await speaker()
    const phy = device.samples(group(0, AIR, [good(0)]))
    const changed = (at: number, xor: number): Uint8Array =>
      phy.map((byte, index) => (index === at ? byte ^ xor : byte))
    const bad: [Uint8Array, string][] = [
      [changed(phy.length - 1, 1), 'mic'],
      [changed(phy.length - 6, 1), 'mic'],
      [changed(4, 0xff), 'unknownDevAddr'],
      [changed(0, 0x20), 'direction'],
      [changed(0, 0x01), 'version'],
      [changed(0, 0xa0), 'type'],
      [changed(0, 0x80), 'lorawan11'],
      [phy.subarray(0, 9), 'short'],
      [changed(5, 0x0f), 'options'],
    ]
    for (const [bytes, reason] of bad) {
      const before = site.count(`refused.frame.${reason}`)
      await site.exchange(bytes)
      expect([reason, site.count(`refused.frame.${reason}`)]).toEqual([reason, before + 1])
    }
    // The device itself is not disturbed by any of it.
    await site.exchange(phy)
    expect((await site.gateway.totals()).samples).toBe(1)
  })
})

test('datagrams that are none are counted by reason and answered by nobody', async () => {
  const header = (identifier: number): number[] => [2, 0, 1, identifier, 0, 0, 0, 0, 0, 0, 0, 0xaa]
  const text = (json: string): number[] => [...Buffer.from(json)]
  const bad: [number[], string][] = [
    [[2, 0], 'gwmp.short'],
    [[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'gwmp.version'],
    [header(1), 'gwmp.identifier'],
    [[...header(2), 0], 'gwmp.long'],
    [[...header(0), ...text('{')], 'gwmp.json'],
    [[...header(0), ...text('[]')], 'gwmp.shape'],
    [[...header(5), ...text('{')], 'gwmp.json'],
    [header(5), 'gwmp.token'],
    [[...header(0), ...text('{"rxpk":[{}]}')], 'rxpk.modu'],
  ]
  for (const [bytes, reason] of bad) {
    const before = site.count(`refused.${reason}`)
    await site.forwarder.raw(Uint8Array.from(bytes))
    // A datagram behind it that is answered: then this one has been read.
    await site.forwarder.pull()
    expect([reason, site.count(`refused.${reason}`)]).toEqual([reason, before + 1])
  }
})
