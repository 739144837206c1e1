/** Downlinks of class A: which window, which forwarder, what travels in them, and what the law leaves. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { airtimeMicroseconds } from '../../../core/lorawan/airtime.ts'
import { CID, decodeDeviceTimeAns, walkCommands } from '../../../core/lorawan/commands.ts'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import { DutyBudget } from '../../../gateway/lorawan/duty.ts'
import { Site } from '../site.ts'
import { group, type TestDevice } from '../testDevice.ts'

const AIR = [3, 4, 16]
const HOUR_MS = 3_600_000
const NONE = new Uint8Array(0)
const asking = (sequence: number) =>
  group(sequence, AIR, [[2500, 8000, 4000]], { acknowledgementWanted: true })
const cids = (options: Uint8Array): number[] => walkCommands(options, true).map(({ cid }) => cid)

let site: Site
let device: TestDevice
beforeEach(async () => {
  site = await Site.open()
  device = await site.device(1)
})
afterEach(() => site.close())

describe('windows', () => {
  test('RX1 is a second after the uplink, on its channel and data rate', async () => {
    await site.exchange(device.hello(), { tmst: 4_294_000_000, freq: 920.6, datr: 'SF9BW125' })
    const sent = site.forwarder.sent.at(-1)!
    expect(sent).toMatchObject({ tmst: 32_704, freq: 920.6, datr: 'SF9BW125' })
  })

  for (const word of [
    'TOO_LATE',
    'COLLISION_PACKET',
    'TX_FREQ',
    'TX_POWER',
    'GPS_UNLOCKED',
    'TOO_EARLY',
    'COLLISION_BEACON',
  ]) {
    test(`RX2 takes the same frame when the forwarder says ${word}`, async () => {
      site.forwarder.verdict = ({ datr }) => (datr === 'SF10BW125' ? 'NONE' : word)
      const [first, second] = await site.exchange(device.hello())
      expect(second).toEqual(first)
      expect(device.open(second!).counter).toBe(0)
      expect(site.forwarder.sent.at(-1)).toMatchObject({ tmst: 3_000_000, freq: 921.4, datr: 'SF10BW125' })
      expect(site.count(`refused.downlink.${word}`)).toBe(1)
    })
  }

  test('another forwarder that heard the frame is tried before RX2', async () => {
    const [near, far] = site.forwarders
    near!.verdict = () => 'COLLISION_PACKET'
    const phy = device.hello()
    await near!.push(phy, { lsnr: 9 })
    await far!.push(phy, { lsnr: 2, tmst: 77 })
    await site.pass(3000)
    expect(far!.sent.at(-1)).toMatchObject({ tmst: 1_000_077, datr: 'SF7BW125' })
  })

  test('a forwarder that refuses both is counted, and the acknowledgement is due again', async () => {
    site.forwarder.verdict = () => 'TX_FREQ'
    await site.exchange(device.hello())
    expect(site.count('downlinks.failed')).toBe(1)
    site.forwarder.verdict = () => 'NONE'
    expect(await site.exchange(device.samples(group(0, AIR, [[2500, 8000, 4000]])))).toHaveLength(1)
  })

  test('a forwarder that says nothing is given up, and nothing waits for ever', async () => {
    site.forwarder.verdict = () => undefined
    await site.forwarder.push(device.hello())
    await site.clock.advance(200)
    // Its answer would come by now; the gateway is told so by its clock only.
    while (site.count('gwmp.pullResp') < 2) await new Promise((resolve) => setImmediate(resolve))
    await site.clock.advance(3000)
    await site.gateway.settled()
    expect(site.count('refused.downlink.SILENT')).toBe(1)
    expect(site.count('refused.downlink.late')).toBe(1)
  })

  test('RX1 is left out when its time is gone', async () => {
    const { write } = site.store
    site.gatewayStore.write = async (changes) => {
      // A disk that takes 900 ms.
      await site.clock.advance(900)
      return write(changes)
    }
    await site.exchange(device.hello())
    expect(site.forwarder.sent.at(-1)).toMatchObject({ tmst: 3_000_000, datr: 'SF10BW125' })
  })
})

describe('MAC commands', () => {
  test('the dwell time is lifted by the first downlink, and asked for until it is answered', async () => {
    const first = device.open((await site.exchange(device.hello()))[0]!)
    expect([...first.options]).toEqual([CID.txParamSetup, 5])
    const again = device.open((await site.exchange(device.hello()))[0]!)
    expect(cids(again.options)).toEqual([CID.txParamSetup])
    const answered = await site.exchange(device.hello({}, { options: Uint8Array.of(CID.txParamSetup) }))
    expect(device.open(answered[0]!).options).toHaveLength(0)
    expect(device.open((await site.exchange(device.hello()))[0]!).options).toHaveLength(0)
  })

  test('DeviceTimeAns names the end of the uplink', async () => {
    const askedMs = site.clock.now()
    const [phy] = await site.exchange(device.uplink(-1, NONE, { options: Uint8Array.of(CID.deviceTime) }))
    const commands = walkCommands(device.open(phy!).options, true)
    expect(commands.map(({ cid }) => cid)).toEqual([CID.txParamSetup, CID.deviceTime])
    expect(decodeDeviceTimeAns(commands[1]!.payload)).toEqual({
      unixSeconds: askedMs / 1000,
      milliseconds: 0,
    })
  })

  test('LinkCheckAns names the margin and how many heard it', async () => {
    const phy = device.uplink(-1, NONE, { options: Uint8Array.of(CID.linkCheck) })
    const [near, far] = site.forwarders
    await near!.push(phy, { lsnr: -2, datr: 'SF10BW125' })
    await far!.push(phy, { lsnr: -9, datr: 'SF10BW125' })
    await site.pass(3000)
    const { options } = device.open(Buffer.from(near!.sent.at(-1)!.data, 'base64'))
    // SF10 is readable down to -15 dB.
    expect([...walkCommands(options, true)[1]!.payload]).toEqual([13, 2])
  })

  test('are read from port 0 too', async () => {
    const [phy] = await site.exchange(device.uplink(0, Uint8Array.of(CID.linkCheck)))
    expect(cids(device.open(phy!).options)).toEqual([CID.txParamSetup, CID.linkCheck])
  })

  test('at SF10 under dwell time the acknowledgement fits and the time waits', async () => {
    const both = Uint8Array.of(CID.deviceTime)
    const frame = device.open(
      (await site.exchange(device.hello({}, { options: both }), { datr: 'SF10BW125' }))[0]!,
    )
    expect(frame.port).toBe(1)
    expect(cids(frame.options)).toEqual([CID.txParamSetup])
    expect(frame.options.length + frame.payload.length).toBeLessThanOrEqual(11)
    const lifted = Uint8Array.of(CID.txParamSetup, CID.deviceTime)
    const later = device.open(
      (await site.exchange(device.hello({}, { options: lifted }), { datr: 'SF10BW125' }))[0]!,
    )
    expect([later.port, cids(later.options)]).toEqual([1, [CID.deviceTime]])
  })

  test('none are asked where the region has none', async () => {
    const europe = await Site.open({ region: eu868 })
    const european = await europe.device(2)
    const [phy] = await europe.exchange(european.hello(), { freq: 868.1, datr: 'SF12BW125' })
    expect(european.open(phy!).options).toHaveLength(0)
    await europe.close()
  })
})

describe('the frame itself', () => {
  test('a confirmed uplink is acknowledged, with or without anything else to say', async () => {
    const frame = device.open((await site.exchange(device.uplink(-1, NONE, { confirmed: true })))[0]!)
    expect(frame).toMatchObject({ ack: true, port: -1, confirmed: false, pending: false })
    expect(device.open((await site.exchange(device.hello({}, { confirmed: true })))[0]!)).toMatchObject({
      ack: true,
      port: 1,
    })
  })

  test('a device that asks whether anybody hears it is answered', async () => {
    expect(await site.exchange(device.uplink(-1, NONE, { adr: true, adrAckReq: true }))).toHaveLength(1)
    expect(await site.exchange(device.uplink(-1, NONE))).toEqual([])
  })

  test('counters count on, over a restart too, and none is used twice', async () => {
    const counters: number[] = []
    for (let round = 0; round < 6; round++) {
      counters.push(device.open((await site.exchange(device.hello()))[0]!).counter)
      await site.restart()
    }
    expect(new Set(counters).size).toBe(6)
    expect(counters).toEqual([...counters].sort((a, b) => a - b))
    expect(counters.at(-1)).toBeLessThanOrEqual(6)
  })
})

describe('the duty budget', () => {
  test('is a tenth of the last hour in Viet Nam, and a minute falls out at a time', () => {
    const budget = new DutyBudget(as923_2)
    const [gateway, hz, nowMs] = ['aa', 921_400_000, 1_800_000_000_000]
    const minute = 60_000
    for (let second = 0; second < 360; second++) {
      expect(budget.allows(gateway, hz, nowMs, 1_000_000, 100)).toBe(true)
      expect(budget.allows(gateway, hz, nowMs, 1_000_000, 80)).toBe(second < 288)
      budget.spend(gateway, hz, nowMs, 1_000_000)
    }
    expect(budget.allows(gateway, hz, nowMs, 1, 100)).toBe(false)
    expect(budget.allows('bb', hz, nowMs, 1_000_000, 100)).toBe(true)
    expect(budget.allows(gateway, hz, nowMs + HOUR_MS, 1, 100)).toBe(false)
    expect(budget.usedMicroseconds(gateway, hz, nowMs + HOUR_MS + minute)).toBe(0)
  })

  test('is kept for each band apart, and nothing is allowed outside of all', () => {
    const budget = new DutyBudget(eu868)
    budget.spend('aa', 868_100_000, 0, 36_000_000)
    expect(budget.allows('aa', 868_300_000, 0, 1, 100)).toBe(false)
    expect(budget.allows('aa', 869_525_000, 0, 1_000_000, 100)).toBe(true)
    expect(budget.allows('aa', 868_650_000, 0, 1, 100)).toBe(false)
  })

  test('refuses acknowledgements at four fifths, and joins only at the end', async () => {
    // An acknowledgement at SF10 with its frame takes 330 ms: 288 s are spent after some 870 of them.
    const airtimeUs = airtimeMicroseconds(13 + 8, 10, 125_000, { crc: false })
    await site.exchange(device.hello({}, { options: Uint8Array.of(CID.txParamSetup) }), { datr: 'SF10BW125' })
    let sent = 0
    for (let round = 0; round < 1000 && site.count('refused.downlink.duty') === 0; round++, sent++) {
      await site.forwarder.push(device.hello(), { datr: 'SF10BW125' })
      await site.pass(250)
    }
    expect(sent).toBeGreaterThan(288e6 / airtimeUs - 3)
    expect(sent).toBeLessThan(288e6 / airtimeUs + 3)
    await site.device(2)
    expect(site.count('joins')).toBe(2)
  })
})

test('an acknowledgement is asked for and comes under way while a second uplink is handled', async () => {
  await site.exchange(device.hello())
  await site.forwarder.push(device.samples(asking(0)))
  await site.forwarder.push(device.samples(asking(1)))
  const before = site.forwarder.sent.length
  await site.pass(3000)
  const counters = site.forwarder.sent
    .slice(before)
    .map(({ data }) => device.open(Buffer.from(data, 'base64')).counter)
  expect(counters).toEqual([1, 2])
})
