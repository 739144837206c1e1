/** MAC commands on a node: what they change, what is answered, what is refused. */
import { describe, expect, test } from 'vitest'
import { encodeLinkAdrReq, encodeTxParamSetupReq } from '../../../core/lorawan/commands.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import type { Region } from '../../../core/regions/region.ts'
import type { Mac } from '../../../firmware/radio/mac.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { Network } from './network.ts'
import { Bench } from './node.ts'

const SMALL = bytes('00')

function joined(region?: Region): { bench: Bench; network: Network; mac: Mac } {
  const bench = new Bench(region)
  const network = new Network(bench)
  const mac = bench.boot()
  bench.join(mac)
  return { bench, network, mac }
}

/** Sends an uplink, then as many more as there are lists; answers what the node said in the last. */
function tell(rig: ReturnType<typeof joined>, list: string, byPort0 = false): string {
  const { bench, network } = rig
  network.queue.push(byPort0 ? { port: 0, payload: bytes(list) } : { options: bytes(list) })
  for (let i = 0; i < 2; i++) {
    bench.nowMs += rig.mac.waitMs()
    bench.uplink(rig.mac, 1, SMALL)
  }
  return hex(network.frames.at(-1)!.options)
}

const adr = (change: Partial<Parameters<typeof encodeLinkAdrReq>[0]>): string =>
  hex(
    encodeLinkAdrReq({
      dataRate: 15,
      powerIndex: 15,
      channelMask: 3,
      maskControl: 0,
      transmissions: 1,
      ...change,
    }),
  )

describe('TxParamSetupReq', () => {
  test('dwell time is on after joining: 11 bytes at SF10, not one more', () => {
    const { bench, mac } = joined()
    expect(mac.payloadBytesMax()).toBe(11)
    bench.nowMs += mac.waitMs()
    expect(bench.uplink(mac, 1, new Uint8Array(12))).toEqual({ sent: false })
    expect(bench.uplink(mac, 1, new Uint8Array(11)).sent).toBe(true)
    expect(bench.uplinks[1]!.endMs - bench.uplinks[1]!.startMs).toBeLessThan(400)
  })

  test('lifts it: 115 bytes, less the answer that waits', () => {
    const rig = joined()
    const lift = hex(encodeTxParamSetupReq({ uplinkDwell: false, downlinkDwell: false, eirpDbmMax: 16 }))
    expect(tell(rig, lift)).toBe('09')
    expect(rig.mac.payloadBytesMax()).toBe(114)
    rig.network.queue.push({ port: 2, payload: bytes('01') })
    rig.bench.nowMs += rig.mac.waitMs()
    rig.bench.uplink(rig.mac, 1, SMALL)
    expect(rig.mac.payloadBytesMax()).toBe(115)
    expect(rig.bench.boot().payloadBytesMax()).toBe(115)
  })

  test('the answer is repeated until the next downlink, over a reboot too', () => {
    const rig = joined()
    tell(rig, '0905')
    rig.mac = rig.bench.boot()
    for (const expected of ['09', '09']) {
      rig.bench.nowMs += rig.mac.waitMs()
      rig.bench.uplink(rig.mac, 1, SMALL)
      expect(hex(rig.network.frames.at(-1)!.options)).toBe(expected)
    }
    expect(tell(rig, '06')).toBe('06ff07')
  })

  test('limits the power', () => {
    const rig = joined()
    tell(rig, hex(encodeTxParamSetupReq({ uplinkDwell: false, downlinkDwell: false, eirpDbmMax: 10 })))
    expect(rig.bench.uplinks.at(-1)!.powerDbm).toBe(8)
    tell(rig, hex(encodeTxParamSetupReq({ uplinkDwell: false, downlinkDwell: false, eirpDbmMax: 36 })))
    expect(rig.bench.uplinks.at(-1)!.powerDbm).toBe(14)
  })

  test('switched on again, it raises a data rate that is now too slow', () => {
    const rig = joined()
    tell(rig, '0905')
    expect(tell(rig, adr({ dataRate: 0 }))).toBe('0307')
    expect(rig.mac.payloadBytesMax()).toBe(51)
    tell(rig, '0935')
    expect(rig.mac.payloadBytesMax()).toBe(11)
  })

  test('EU868 has none and does not answer', () => {
    expect(tell(joined(eu868), '0935' + '06')).toBe('06ff07')
  })

  test('an answer never takes the place of an ordinary sample', () => {
    const { bench, network, mac } = joined()
    network.queue.push({ options: bytes('06') })
    bench.nowMs += mac.waitMs()
    bench.uplink(mac, 1, SMALL)
    expect(mac.payloadBytesMax()).toBe(11)
    for (const payload of [new Uint8Array(11), new Uint8Array(8)]) {
      bench.nowMs += mac.waitMs()
      expect(bench.uplink(mac, 1, payload).sent).toBe(true)
    }
    expect(network.frames.map((frame) => hex(frame.options))).toEqual(['', '', '06ff07'])
  })
})

describe('LinkADRReq', () => {
  test('changes data rate, power and channels together', () => {
    const rig = joined()
    expect(tell(rig, adr({ dataRate: 5, powerIndex: 2, channelMask: 2 }))).toBe('0307')
    expect(rig.bench.uplinks.at(-1)).toMatchObject({
      powerDbm: 10,
      modulation: { frequencyHz: 921_600_000, spreadingFactor: 7 },
    })
    expect(rig.mac.payloadBytesMax()).toBe(242)
  })

  test('15 keeps what is, and mask control 6 switches every channel on', () => {
    const rig = joined()
    tell(rig, adr({ dataRate: 4, channelMask: 1 }))
    expect(tell(rig, adr({ channelMask: 0, maskControl: 6 }))).toBe('0307')
    rig.bench.noise = 1
    rig.bench.nowMs += rig.mac.waitMs()
    rig.bench.uplink(rig.mac, 1, SMALL)
    expect(rig.bench.uplinks.at(-1)!.modulation).toMatchObject({
      frequencyHz: 921_600_000,
      spreadingFactor: 8,
    })
  })

  test.each([
    ['a channel there is not', adr({ channelMask: 5 }), '06'],
    ['no channel', adr({ channelMask: 0 }), '06'],
    ['an unknown mask control', adr({ maskControl: 3 }), '06'],
    ['a data rate above the uplinks', adr({ dataRate: 6 }), '05'],
    ['a data rate below the dwell limit', adr({ dataRate: 1 }), '05'],
    ['a power there is not', adr({ powerIndex: 8 }), '03'],
    ['nothing right', adr({ channelMask: 8, dataRate: 9, powerIndex: 9 }), '00'],
  ])('refuses %s and changes nothing', (_name, list, bits) => {
    const rig = joined()
    expect(tell(rig, list)).toBe('03' + bits)
    expect(rig.bench.uplinks.at(-1)).toMatchObject({ powerDbm: 14, modulation: { spreadingFactor: 10 } })
  })
})

describe('the other commands', () => {
  test('RXParamSetupReq moves the windows', () => {
    const rig = joined()
    // Offset 1, RX2 at data rate 4, 921.0 MHz.
    expect(tell(rig, '05' + '14' + '90888c')).toBe('0507')
    const [, , first, second] = rig.bench.windows.slice(-4)
    expect(first!.modulation.spreadingFactor).toBe(10)
    expect(second!.modulation).toEqual({
      frequencyHz: 921_000_000,
      spreadingFactor: 8,
      bandwidthHz: 125_000,
    })
  })

  test.each([
    ['a frequency outside the region', '05' + '12' + 'd2ad84', '06'],
    ['a data rate there is not', '05' + '1e' + '90888c', '05'],
  ])('RXParamSetupReq refuses %s', (_name, list, bits) => expect(tell(joined(), list)).toBe('05' + bits))

  test('RXParamSetupReq refuses an offset the region has not', () => {
    expect(tell(joined(eu868), '05' + '72' + 'd2ad84')).toBe('0503')
  })

  test('RXTimingSetupReq delays the windows; 0 is one second', () => {
    const rig = joined()
    expect(tell(rig, '0805')).toBe('08')
    expect(rig.bench.windows.at(-1)!.openMs - rig.bench.uplinks.at(-1)!.endMs).toBeCloseTo(5_992.904, 3)
    rig.network.accept.rxDelaySeconds = 5
    tell(rig, '0800')
    expect(rig.bench.windows.at(-1)!.openMs - rig.bench.uplinks.at(-1)!.endMs).toBeCloseTo(1_992.904, 3)
  })

  test.each([
    [40, '0a'],
    [-4, '3f'],
    [500, '1f'],
    [-500, '20'],
  ])('DevStatusReq: SNR of %i quarter dB is margin %s', (snr, margin) => {
    const rig = joined()
    rig.bench.snrQuarterDb = snr
    expect(tell(rig, '06')).toBe('06ff' + margin)
  })

  test('NewChannelReq adds and removes a channel', () => {
    const rig = joined()
    // Channel 7 at 920.2 MHz, data rates 0 to 5.
    expect(tell(rig, '07' + '07' + '50698c' + '50')).toBe('0703')
    expect(tell(rig, adr({ channelMask: 0x80 }))).toBe('0307')
    expect(rig.bench.uplinks.at(-1)!.modulation.frequencyHz).toBe(920_200_000)
    expect(tell(rig, adr({ channelMask: 0x83 }))).toBe('0307')
    expect(tell(rig, '07' + '07' + '000000' + '50')).toBe('0703')
    expect(tell(rig, adr({ channelMask: 0x80 }))).toBe('0306')
  })

  test.each([
    ["one of the region's own", '07' + '01' + '50698c' + '50', '02'],
    ['channel 16', '07' + '10' + '50698c' + '50', '02'],
    ['a frequency outside', '07' + '07' + '287684' + '50', '02'],
    ['data rates the wrong way round', '07' + '07' + '50698c' + '05', '01'],
  ])('NewChannelReq refuses %s', (_name, list, bits) => expect(tell(joined(), list)).toBe('07' + bits))

  test('DlChannelReq is refused', () => expect(tell(joined(), '0a' + '01' + '50698c')).toBe('0a00'))

  test('DutyCycleReq limits the time on air over all bands', () => {
    const rig = joined(eu868)
    expect(tell(rig, '040a')).toBe('04')
    const uplink = rig.bench.uplinks.at(-1)!
    const airMs = uplink.endMs - uplink.startMs
    expect(rig.mac.waitMs() + rig.bench.nowMs - uplink.startMs).toBeGreaterThanOrEqual(airMs * 1024)
    expect(rig.mac.waitMs() + rig.bench.nowMs - uplink.startMs).toBeLessThan(airMs * 1024 + 1_001)
  })

  test('several commands are answered in their order, by port 0 as well', () => {
    expect(tell(joined(), '06' + '0905' + '0801' + adr({}), true)).toBe('06ff07' + '09' + '08' + '0307')
  })

  test('an unknown command ends the list', () => expect(tell(joined(), '06' + '80' + '0801')).toBe('06ff07'))

  test('a command that is cut off is not done', () => expect(tell(joined(), '06' + '0753')).toBe('06ff07'))

  test('answers that do not fit 15 bytes are left out', () => {
    const rig = joined()
    tell(rig, '0905')
    expect(tell(rig, '06'.repeat(15))).toBe('06ff07'.repeat(5))
  })
})

describe('long silence', () => {
  test('asks for a downlink after 64 uplinks, then falls back: power, data rate, channels', () => {
    const rig = joined()
    tell(rig, '0905')
    tell(rig, adr({ dataRate: 4, powerIndex: 3, channelMask: 1 }))
    const seen: string[] = []
    // The last downlink came before the last uplink, which was the first of the silence.
    for (let silent = 1; silent < 300; silent++) {
      // Half of the way on one program, half with a reboot before each uplink, as a node that sleeps.
      if (silent % 2) rig.mac = rig.bench.boot()
      rig.bench.nowMs += rig.mac.waitMs()
      rig.bench.uplink(rig.mac, 1, SMALL)
      const { modulation, powerDbm } = rig.bench.uplinks.at(-1)!
      const state = `SF${modulation.spreadingFactor} ${powerDbm} dBm ${rig.network.frames.at(-1)!.adrAckReq}`
      if (!seen.length || seen.at(-1)!.split(': ')[1] !== state) seen.push(`${silent}: ${state}`)
    }
    expect(seen).toEqual([
      '1: SF8 8 dBm false',
      '64: SF8 8 dBm true',
      '96: SF8 14 dBm true',
      '128: SF9 14 dBm true',
      '160: SF10 14 dBm true',
      '192: SF11 14 dBm true',
      '224: SF12 14 dBm false',
    ])
    rig.bench.noise = 1
    rig.bench.nowMs += rig.mac.waitMs()
    rig.bench.uplink(rig.mac, 1, SMALL)
    expect(rig.bench.uplinks.at(-1)!.modulation.frequencyHz).toBe(921_600_000)
  })
})
