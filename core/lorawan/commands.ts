/** MAC commands of LoRaWAN 1.0.4: how long each is, so that a list can be walked, and the ones both sides speak.
 *  Source: TS001-1.0.4, chapter 5 (class A) and 12 (class B). */
import { getLittle, putLittle } from './little.ts'

/** Command ids; request and answer share one. */
export const CID = {
  linkCheck: 0x02,
  linkAdr: 0x03,
  dutyCycle: 0x04,
  rxParamSetup: 0x05,
  devStatus: 0x06,
  newChannel: 0x07,
  rxTimingSetup: 0x08,
  txParamSetup: 0x09,
  dlChannel: 0x0a,
  deviceTime: 0x0d,
  pingSlotInfo: 0x10,
  pingSlotChannel: 0x11,
  beaconTiming: 0x12,
  beaconFreq: 0x13,
} as const

/** Bytes behind the id, by id from 2: as a digit for an uplink, then for a downlink; '-' where there is no such command.
 *  One string, since a table of objects would cost a node over a hundred variables. */
const BYTES =
  '02' + // 0x02 LinkCheckReq, LinkCheckAns
  '14' + // 0x03 LinkADRAns, LinkADRReq
  '01' + // 0x04 DutyCycleAns, DutyCycleReq
  '14' + // 0x05 RXParamSetupAns, RXParamSetupReq
  '20' + // 0x06 DevStatusAns, DevStatusReq
  '15' + // 0x07 NewChannelAns, NewChannelReq
  '01' + // 0x08 RXTimingSetupAns, RXTimingSetupReq
  '01' + // 0x09 TxParamSetupAns, TxParamSetupReq
  '14' + // 0x0a DlChannelAns, DlChannelReq
  '--' + // 0x0b only 1.1: RekeyInd
  '--' + // 0x0c only 1.1: ADRParamSetup
  '05' + // 0x0d DeviceTimeReq, DeviceTimeAns
  '--' + // 0x0e only 1.1: ForceRejoin
  '--' + // 0x0f only 1.1: RejoinParamSetup
  '10' + // 0x10 PingSlotInfoReq, PingSlotInfoAns
  '14' + // 0x11 PingSlotChannelAns, PingSlotChannelReq
  '03' + // 0x12 BeaconTimingReq, BeaconTimingAns
  '13' // 0x13 BeaconFreqAns, BeaconFreqReq

const FIRST_CID = 2
const LAST_CID = 0x13

/** Bytes behind a command's id, or -1 when the id is unknown: then the rest of the list cannot be read (5, "unknown MAC commands"). */
export function commandBytes(cid: number, downlink: boolean): number {
  if (cid < FIRST_CID || cid > LAST_CID) return -1
  const code = BYTES.charCodeAt(2 * (cid - FIRST_CID) + (downlink ? 1 : 0))
  return code < 48 ? -1 : code - 48
}

export interface MacCommand {
  cid: number
  /** A view of the list. */
  payload: Uint8Array
}

/** The commands of a list (FOpts, or the payload of port 0) up to its end, the first unknown id or the first cut-off command. */
export function walkCommands(list: Uint8Array, downlink: boolean): MacCommand[] {
  const commands: MacCommand[] = []
  let at = 0
  while (at < list.length) {
    const bytes = commandBytes(list[at]!, downlink)
    if (bytes < 0 || at + 1 + bytes > list.length) break
    commands.push({ cid: list[at]!, payload: list.subarray(at + 1, at + 1 + bytes) })
    at += 1 + bytes
  }
  return commands
}

/** GPS time began on 6 January 1980 and has no leap seconds; 18 have been inserted since (the last at the end of 2016). */
const GPS_EPOCH_UNIX_SECONDS = 315_964_800
const LEAP_SECONDS = 18

/** Unix seconds and, apart, milliseconds of a DeviceTimeAns: the moment the asking uplink ended (5.10). */
export function decodeDeviceTimeAns(payload: Uint8Array): { unixSeconds: number; milliseconds: number } {
  const unixSeconds = getLittle(payload, 0, 4) + GPS_EPOCH_UNIX_SECONDS - LEAP_SECONDS
  return { unixSeconds, milliseconds: (payload[4]! * 1000) >> 8 }
}

/** DeviceTimeAns with its id; `unixMs` is the end of the asking uplink. The fraction is cut to 1/256 s. */
export function encodeDeviceTimeAns(unixMs: number): Uint8Array {
  const command = new Uint8Array(6)
  command[0] = CID.deviceTime
  const seconds = Math.floor(unixMs / 1000)
  putLittle(command, 1, 4, seconds - GPS_EPOCH_UNIX_SECONDS + LEAP_SECONDS)
  command[5] = ((unixMs - 1000 * seconds) * 256) / 1000
  return command
}

/** MaxEIRP of TxParamSetupReq in dBm by its index, 5.8 table. */
const EIRP_DBM = [8, 10, 12, 13, 14, 16, 18, 20, 21, 24, 26, 27, 29, 30, 33, 36]

export interface TxParamSetup {
  uplinkDwell: boolean
  downlinkDwell: boolean
  eirpDbmMax: number
}

/** TxParamSetupReq with its id; `eirpDbmMax` is rounded down to a value of the table, 8 dBm at least. */
export function encodeTxParamSetupReq(setup: TxParamSetup): Uint8Array {
  let index = 0
  while (index < 15 && EIRP_DBM[index + 1]! <= setup.eirpDbmMax) index++
  return new Uint8Array([
    CID.txParamSetup,
    (setup.downlinkDwell ? 0x20 : 0) | (setup.uplinkDwell ? 0x10 : 0) | index,
  ])
}

export function decodeTxParamSetupReq(payload: Uint8Array): TxParamSetup {
  const bits = payload[0]!
  return {
    downlinkDwell: (bits & 0x20) > 0,
    uplinkDwell: (bits & 0x10) > 0,
    eirpDbmMax: EIRP_DBM[bits & 15]!,
  }
}

/** LinkCheckAns with its id: the best gateway's margin above the demodulation floor in dB (0 to 254), and how many gateways heard it. */
export function encodeLinkCheckAns(marginDb: number, gateways: number): Uint8Array {
  return new Uint8Array([CID.linkCheck, marginDb, gateways])
}

export function decodeLinkCheckAns(payload: Uint8Array): { marginDb: number; gateways: number } {
  return { marginDb: payload[0]!, gateways: payload[1]! }
}

export interface LinkAdr {
  /** 15 keeps what the node has. */
  dataRate: number
  /** Steps of 2 dB below the maximum; 15 keeps what the node has. */
  powerIndex: number
  /** Bit i is channel i. */
  channelMask: number
  /** What the mask speaks of; 0 and 6 in regions with dynamic channels. */
  maskControl: number
  /** Transmissions of each uplink; 0 keeps what the node has. */
  transmissions: number
}

export function encodeLinkAdrReq(adr: LinkAdr): Uint8Array {
  return new Uint8Array([
    CID.linkAdr,
    (adr.dataRate << 4) | adr.powerIndex,
    adr.channelMask & 0xff,
    adr.channelMask >> 8,
    (adr.maskControl << 4) | adr.transmissions,
  ])
}

export function decodeLinkAdrReq(payload: Uint8Array): LinkAdr {
  return {
    dataRate: payload[0]! >> 4,
    powerIndex: payload[0]! & 15,
    channelMask: getLittle(payload, 1, 2),
    maskControl: (payload[3]! >> 4) & 7,
    transmissions: payload[3]! & 15,
  }
}

/** What a node accepted of a LinkADRReq; unless all three are true it changed nothing. */
export interface LinkAdrAns {
  channelMask: boolean
  dataRate: boolean
  power: boolean
}

export function decodeLinkAdrAns(payload: Uint8Array): LinkAdrAns {
  return { channelMask: (payload[0]! & 1) > 0, dataRate: (payload[0]! & 2) > 0, power: (payload[0]! & 4) > 0 }
}
