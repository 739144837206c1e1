/** MAC commands on a node: what they change, what is answered, what is refused. */
import { describe, expect, test } from 'vitest'
import { encodeTxParamSetupReq } from '../../../core/lorawan/commands.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { adr, joined, SMALL, tell } from './commandRig.ts'

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

  test('answers that leave no room for a sample go alone, once; the sample goes with the next uplink', () => {
    const { bench, network, mac } = joined()
    network.queue.push({ options: bytes('06') })
    const sent: boolean[] = []
    for (const length of [11, 11, 11, 8]) {
      bench.nowMs += mac.waitMs()
      expect(mac.payloadBytesMax()).toBe(11)
      sent.push(bench.uplink(mac, 1, new Uint8Array(length)).sent)
    }
    expect(sent).toEqual([true, false, true, true])
    expect(network.frames.map(({ options, port }) => [hex(options), port])).toEqual([
      ['', 1],
      ['06ff07', -1],
      ['', 1],
      ['', 1],
    ])
  })

  test('answers that are repeated until they are heard do not stop the samples: every other uplink carries one', () => {
    const { bench, network, mac } = joined()
    network.queue.push({ options: bytes('0905') })
    bench.nowMs += mac.waitMs()
    bench.uplink(mac, 1, SMALL)
    // Ten bytes beside an answer of one fit 11; eleven do not, where the dwell limit is on again.
    network.queue.push({ options: bytes('0935' + '06') })
    bench.nowMs += mac.waitMs()
    bench.uplink(mac, 1, SMALL)
    const sent: boolean[] = []
    for (let i = 0; i < 4; i++) {
      bench.nowMs += mac.waitMs()
      sent.push(bench.uplink(mac, 1, new Uint8Array(11)).sent)
    }
    expect(sent).toEqual([false, true, false, true])
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
    ['no channel, which carries no data rate either', adr({ channelMask: 0 }), '04'],
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
    [30, '08'],
    [29, '07'],
    [-6, '3f'],
    [-7, '3e'],
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
    expect(tell(rig, adr({ channelMask: 0x80 }))).toBe('0304')
  })

  test.each([
    ["one of the region's own", '07' + '01' + '50698c' + '50', '00'],
    ['channel 16', '07' + '10' + '50698c' + '50', '00'],
    ['a frequency outside', '07' + '07' + '287684' + '50', '02'],
    ['data rates the wrong way round', '07' + '07' + '50698c' + '05', '01'],
  ])('NewChannelReq refuses %s', (_name, list, bits) => expect(tell(joined(), list)).toBe('07' + bits))

  test('DlChannelReq moves the first window of one channel', () => {
    const rig = joined()
    // Channel 1 at 921.0 MHz; NewChannelReq would put it back, but channels of the region are fixed.
    expect(tell(rig, '0a' + '01' + '90888c')).toBe('0a03')
    const firstHz: number[] = []
    for (const noise of [0, 1]) {
      rig.bench.noise = noise
      rig.bench.nowMs += rig.mac.waitMs()
      rig.bench.uplink(rig.mac, 1, SMALL)
      firstHz.push(rig.bench.windows.at(-2)!.modulation.frequencyHz)
    }
    expect(firstHz).toEqual([921_400_000, 921_000_000])
  })

  test.each([
    ['a channel there is not', '0a' + '05' + '90888c', '01'],
    ['channel 16', '0a' + '10' + '90888c', '01'],
    ['a frequency outside the region', '0a' + '01' + '287684', '02'],
  ])('DlChannelReq refuses %s', (_name, list, bits) => expect(tell(joined(), list)).toBe('0a' + bits))

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
