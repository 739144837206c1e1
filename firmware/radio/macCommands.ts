/** A node's answers to the network's MAC commands. Source: LoRaWAN 1.0.4 (TS001-1.0.4), chapter 5. What this node cannot do it refuses in
 *  its answer: other downlink frequencies for a channel (DlChannelReq). It takes a LinkADRReq's NbTrans and sends each frame once all the
 *  same, since its queue repeats what the application has not acknowledged. */
import {
  CID,
  commandBytes,
  decodeLinkAdrReq,
  decodeTxParamSetupReq,
  walkCommands,
} from '../../core/lorawan/commands.ts'
import { getLittle } from '../../core/lorawan/little.ts'
import { CHANNEL_STEP_HZ } from '../../core/lorawan/join.ts'
import { dutyBandOf, type Region } from '../../core/regions/region.ts'
import {
  ANSWERS_BYTES_MAX,
  AT_ANSWERS,
  AT_ANSWERS_BYTES,
  AT_CHANNEL_MASK,
  AT_DATA_RATE,
  AT_DOWNLINK_DWELL,
  AT_DUTY_EXPONENT,
  AT_EIRP_DBM,
  AT_POWER_STEPS,
  AT_RX1_OFFSET,
  AT_RX2_DATA_RATE,
  AT_RX2_HZ,
  AT_RX_DELAY_SECONDS,
  AT_UPLINK_DWELL,
  channelHz,
  CHANNELS_MAX,
  setChannel,
} from './macState.ts'

/** In a LinkADRReq: keep what is. */
const KEEP = 15
/** ChMaskCntl of regions with dynamic channels: the mask speaks of channels 0 to 15, or all are on. */
const MASK_CONTROL_ALL = 6
/** DevStatusAns: "the end-device was not able to measure the battery level". */
const BATTERY_UNKNOWN = 255

/** Lowest data rate an uplink may use now. */
export function dataRateMin(state: DataView, region: Region): number {
  return state.getUint8(AT_UPLINK_DWELL) ? region.dwellDataRateMin : 0
}

/** Bit i is set where channel i exists. */
export function definedChannels(state: DataView): number {
  let mask = 0
  for (let i = 0; i < CHANNELS_MAX; i++) if (channelHz(state, i)) mask |= 1 << i
  return mask
}

/** Queues an answer of up to two bytes; one that does not fit is left out, and the network will ask again. */
function answer(state: DataView, cid: number, first?: number, second?: number): void {
  const at = state.getUint8(AT_ANSWERS_BYTES)
  const end = at + 1 + commandBytes(cid, false)
  if (end > ANSWERS_BYTES_MAX) return
  state.setUint8(AT_ANSWERS + at, cid)
  if (first !== undefined) state.setUint8(AT_ANSWERS + at + 1, first)
  if (second !== undefined) state.setUint8(AT_ANSWERS + at + 2, second)
  state.setUint8(AT_ANSWERS_BYTES, end)
}

/** Bits 0, 1, 2 of the answer: mask, data rate and power accepted. Only when all are, they are taken. */
function linkAdr(state: DataView, region: Region, payload: Uint8Array): number {
  const asked = decodeLinkAdrReq(payload)
  const defined = definedChannels(state)
  const all = asked.maskControl === MASK_CONTROL_ALL
  const mask = all ? defined : asked.channelMask
  const dataRate = asked.dataRate === KEEP ? state.getUint8(AT_DATA_RATE) : asked.dataRate
  const steps = asked.powerIndex === KEEP ? state.getUint8(AT_POWER_STEPS) : asked.powerIndex
  const bits =
    ((all || !asked.maskControl) && mask && !(mask & ~defined) ? 1 : 0) |
    (dataRate >= dataRateMin(state, region) && dataRate <= region.uplinkDataRateMax ? 2 : 0) |
    (steps <= region.powerSteps ? 4 : 0)
  if (bits === 7) {
    state.setUint16(AT_CHANNEL_MASK, mask)
    state.setUint8(AT_DATA_RATE, dataRate)
    state.setUint8(AT_POWER_STEPS, steps)
  }
  return bits
}

/** A frequency the region has, at `payload[at]` in steps of 100 Hz; else 0. */
function frequencyAt(region: Region, payload: Uint8Array, at: number): number {
  const hz = CHANNEL_STEP_HZ * getLittle(payload, at, 3)
  return hz >= region.fromHz && hz <= region.toHz ? hz : 0
}

/** Bits 0, 1, 2 of the answer: RX2's frequency, its data rate and RX1's offset accepted. */
function rxParamSetup(state: DataView, region: Region, payload: Uint8Array): number {
  const hz = frequencyAt(region, payload, 1)
  const offset = (payload[0]! >> 4) & 7
  const dataRate = payload[0]! & 15
  const bits = (hz ? 1 : 0) | (region.dataRates[dataRate] ? 2 : 0) | (offset < region.rx1Offsets ? 4 : 0)
  if (bits === 7) {
    state.setUint32(AT_RX2_HZ, hz)
    state.setUint8(AT_RX2_DATA_RATE, dataRate)
    state.setUint8(AT_RX1_OFFSET, offset)
  }
  return bits
}

/** Bits 0 and 1 of the answer: frequency and data rates accepted. The region's own channels stay as they are; frequency 0 removes one. */
function newChannel(state: DataView, region: Region, payload: Uint8Array): number {
  const index = payload[0]!
  const hz = frequencyAt(region, payload, 1)
  const removes = !getLittle(payload, 1, 3)
  const free = index >= region.channelsHz.length && index < CHANNELS_MAX
  const bits =
    (free && (removes || dutyBandOf(region, hz) >= 0) ? 1 : 0) |
    (payload[4]! >> 4 >= (payload[4]! & 15) ? 2 : 0)
  if (bits === 3) setChannel(state, index, hz)
  return bits
}

function txParamSetup(state: DataView, region: Region, payload: Uint8Array): void {
  const setup = decodeTxParamSetupReq(payload)
  state.setUint8(AT_UPLINK_DWELL, setup.uplinkDwell ? 1 : 0)
  state.setUint8(AT_DOWNLINK_DWELL, setup.downlinkDwell ? 1 : 0)
  state.setUint8(AT_EIRP_DBM, Math.min(setup.eirpDbmMax, region.eirpDbmMax))
  const lowest = dataRateMin(state, region)
  if (state.getUint8(AT_DATA_RATE) < lowest) state.setUint8(AT_DATA_RATE, lowest)
}

/** Does what one command says and queues its answer. */
function obeyOne(
  state: DataView,
  region: Region,
  cid: number,
  payload: Uint8Array,
  snrQuarterDb: number,
): void {
  if (cid === CID.linkAdr) answer(state, cid, linkAdr(state, region, payload))
  else if (cid === CID.dutyCycle) {
    state.setUint8(AT_DUTY_EXPONENT, payload[0]! & 15)
    answer(state, cid)
  } else if (cid === CID.rxParamSetup) answer(state, cid, rxParamSetup(state, region, payload))
  else if (cid === CID.devStatus)
    // The margin is a 6-bit signed number of dB (5.5).
    answer(state, cid, BATTERY_UNKNOWN, Math.min(Math.max(snrQuarterDb >> 2, -32), 31) & 0x3f)
  else if (cid === CID.newChannel) answer(state, cid, newChannel(state, region, payload))
  else if (cid === CID.rxTimingSetup) {
    state.setUint8(AT_RX_DELAY_SECONDS, payload[0]! & 15 || 1)
    answer(state, cid)
  } else if (cid === CID.txParamSetup && region.txParamSetup) {
    txParamSetup(state, region, payload)
    answer(state, cid)
  } else if (cid === CID.dlChannel) answer(state, cid, 0)
}

/** Does what a list of commands says, up to the first command that is unknown. `snrQuarterDb` is the downlink's.
 *  Answers the payload of the last DeviceTimeAns, if there was one. */
export function obey(
  state: DataView,
  region: Region,
  list: Uint8Array,
  snrQuarterDb: number,
): Uint8Array | undefined {
  const commands = walkCommands(list, true)
  let time: Uint8Array | undefined
  for (let i = 0; i < commands.length; i++) {
    const { cid, payload } = commands[i]!
    if (cid === CID.deviceTime) time = payload
    else obeyOne(state, region, cid, payload, snrQuarterDb)
  }
  return time
}

/** Empties the queue of `answers`, which have gone out, but for those that are repeated until the next downlink shows that the network has
 *  them (5.4, 5.7, 5.8, 5.6). */
export function keepRepeated(state: DataView, answers: Uint8Array): void {
  const commands = walkCommands(answers, false)
  state.setUint8(AT_ANSWERS_BYTES, 0)
  for (let i = 0; i < commands.length; i++) {
    const { cid, payload } = commands[i]!
    if (
      cid === CID.rxParamSetup ||
      cid === CID.rxTimingSetup ||
      cid === CID.txParamSetup ||
      cid === CID.dlChannel
    )
      answer(state, cid, payload[0])
  }
}
