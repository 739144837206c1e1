/** MAC commands: lists are walked to their end or to the first command that is not known. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CID,
  commandBytes,
  decodeDeviceTimeAns,
  decodeLinkAdrAns,
  decodeLinkAdrReq,
  decodeLinkCheckAns,
  decodeTxParamSetupReq,
  encodeDeviceTimeAns,
  encodeLinkAdrReq,
  encodeLinkCheckAns,
  encodeTxParamSetupReq,
  walkCommands,
} from '../../../core/lorawan/commands.ts'
import { bytes, hex } from './hex.ts'

/** TS001-1.0.4, table 24 (class A) and table 55 (class B): bytes behind the id, uplink and downlink. */
const LENGTHS: [keyof typeof CID, number, number][] = [
  ['linkCheck', 0, 2],
  ['linkAdr', 1, 4],
  ['dutyCycle', 0, 1],
  ['rxParamSetup', 1, 4],
  ['devStatus', 2, 0],
  ['newChannel', 1, 5],
  ['rxTimingSetup', 0, 1],
  ['txParamSetup', 0, 1],
  ['dlChannel', 1, 4],
  ['deviceTime', 0, 5],
  ['pingSlotInfo', 1, 0],
  ['pingSlotChannel', 1, 4],
  ['beaconTiming', 0, 3],
  ['beaconFreq', 1, 3],
]

test('every command of 1.0.4 has its length, and no other id has one', () => {
  const ids = new Map(LENGTHS.map(([name, up, down]) => [CID[name] as number, [up, down]]))
  expect(ids.size).toBe(Object.keys(CID).length)
  for (let cid = 0; cid < 256; cid++) {
    expect([commandBytes(cid, false), commandBytes(cid, true)]).toEqual(ids.get(cid) ?? [-1, -1])
  }
})

describe('walking a list', () => {
  const walked = (list: string, downlink: boolean) =>
    walkCommands(bytes(list), downlink).map((c) => [c.cid, hex(c.payload)])

  test('to its end', () => {
    expect(walked('02' + '0307' + '0d', false)).toEqual([
      [2, ''],
      [3, '07'],
      [13, ''],
    ])
    expect(walked('0205010352ff000106' + '0915', true)).toEqual([
      [2, '0501'],
      [3, '52ff0001'],
      [6, ''],
      [9, '15'],
    ])
  })
  test('to the first unknown id', () => expect(walked('060b0609', true)).toEqual([[6, '']]))
  test('to a command that is cut off', () => expect(walked('06' + '035200', true)).toEqual([[6, '']]))
  test('an empty list', () => expect(walked('', true)).toEqual([]))

  test('100,000 random lists end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (list, downlink) => {
        const commands = walkCommands(list, downlink)
        const used = commands.reduce((sum, command) => sum + 1 + command.payload.length, 0)
        return used <= list.length
      }),
      { numRuns: 100_000 },
    )
  })
})

describe('DeviceTimeAns', () => {
  test('counts GPS seconds: 18 leap seconds ahead of UTC', () => {
    // 2026-01-01T00:00:00Z is GPS second 1451260818.
    expect(hex(encodeDeviceTimeAns(Date.UTC(2026, 0, 1)))).toBe('0d' + '927b8056' + '00')
    expect(decodeDeviceTimeAns(bytes('927b805680'))).toEqual({
      unixSeconds: Date.UTC(2026, 0, 1) / 1000,
      milliseconds: 500,
    })
  })
  test('comes back to 1/256 s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400_000_000_000, max: 4_000_000_000_000 }), (unixMs) => {
        const back = decodeDeviceTimeAns(encodeDeviceTimeAns(unixMs).subarray(1))
        const error = unixMs - (1000 * back.unixSeconds + back.milliseconds)
        expect(error).toBeGreaterThanOrEqual(0)
        expect(error).toBeLessThan(5)
      }),
    )
  })
})

describe('TxParamSetupReq', () => {
  test('lifts the dwell time at 16 dBm', () => {
    const command = encodeTxParamSetupReq({ uplinkDwell: false, downlinkDwell: false, eirpDbmMax: 16 })
    expect(hex(command)).toBe('0905')
    expect(decodeTxParamSetupReq(command.subarray(1))).toEqual({
      uplinkDwell: false,
      downlinkDwell: false,
      eirpDbmMax: 16,
    })
  })
  test.each([
    [0, 8],
    [8, 8],
    [15, 14],
    [16.15, 16],
    [36, 36],
    [99, 36],
  ])('%d dBm becomes %i', (asked, kept) => {
    const command = encodeTxParamSetupReq({ uplinkDwell: true, downlinkDwell: true, eirpDbmMax: asked })
    expect(decodeTxParamSetupReq(command.subarray(1))).toEqual({
      uplinkDwell: true,
      downlinkDwell: true,
      eirpDbmMax: kept,
    })
  })
})

test('LinkADRReq comes back as it was', () => {
  const adr = { dataRate: 5, powerIndex: 3, channelMask: 0xa5c3, maskControl: 6, transmissions: 2 }
  const command = encodeLinkAdrReq(adr)
  expect(hex(command)).toBe('0353c3a562')
  expect(decodeLinkAdrReq(command.subarray(1))).toEqual(adr)
})

test('LinkADRAns has a bit a question', () => {
  expect(decodeLinkAdrAns(bytes('05'))).toEqual({ channelMask: true, dataRate: false, power: true })
})

test('LinkCheckAns comes back as it was', () => {
  expect(decodeLinkCheckAns(encodeLinkCheckAns(20, 3).subarray(1))).toEqual({ marginDb: 20, gateways: 3 })
})
