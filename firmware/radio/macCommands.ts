/** A node's answers to the network's MAC commands. Source: LoRaWAN 1.0.4 (TS001-1.0.4), chapter 5; what a region allows by RP002-1.0.3. */
import {
  CID,
  commandBytes,
  decodeLinkAdrReq,
  decodeTxParamSetupReq,
  walkCommands,
  type MacCommand,
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
  AT_DOWNLINKS,
  AT_DUTY_EXPONENT,
  AT_EIRP_DBM,
  AT_POWER_STEPS,
  AT_RX1_OFFSET,
  AT_RX2_DATA_RATE,
  AT_RX2_HZ,
  AT_RX_DELAY_SECONDS,
  AT_TRANSMISSIONS,
  AT_UPLINK_DWELL,
  channelHz,
  CHANNELS_MAX,
  channelsFor,
  putHertz,
  setChannel,
} from './macState.ts'

/** In a LinkADRReq, and of RX2 (5.4: "following the same convention"): keep what is. */
const KEEP = 15
/** ChMaskCntl of regions with dynamic channels: the mask speaks of channels 0 to 15, or all are on. */
const MASK_CONTROL_ALL = 6
/** DevStatusAns: "the end-device was not able to measure the battery level". */
const BATTERY_UNKNOWN = 255
/** Beside the length of the answers, while a list is worked off: one did not fit, so none may follow. */
const FULL = 0x80

/** Lowest data rate an uplink may use now. */
export function dataRateMin(state: DataView, region: Region): number {
  return state.getUint8(AT_UPLINK_DWELL) ? region.dwellDataRateMin : 0
}

/** Queues an answer of up to two bytes. From the first that does not fit on, answers are left out (5: "truncate the buffer at the end of the
 *  last MAC command that is able to fit"), and the network will ask again. */
function answer(state: DataView, cid: number, first?: number, second?: number): void {
  const at = state.getUint8(AT_ANSWERS_BYTES)
  const end = at + 1 + commandBytes(cid, false)
  // A full list is longer than any.
  if (end > ANSWERS_BYTES_MAX) return state.setUint8(AT_ANSWERS_BYTES, at | FULL)
  state.setUint8(AT_ANSWERS + at, cid)
  if (first !== undefined) state.setUint8(AT_ANSWERS + at + 1, first)
  if (second !== undefined) state.setUint8(AT_ANSWERS + at + 2, second)
  state.setUint8(AT_ANSWERS_BYTES, end)
}

/** Does a block of LinkADRReq, which begins at `first`, as one (5.2): every mask has to be right, the last counts, and with it the data rate,
 *  the power and NbTrans of the last. Bits 0, 1, 2 of each answer: mask, data rate and power accepted; only when all are, they are taken.
 *  Answers where the block ends. */
function linkAdr(state: DataView, region: Region, commands: MacCommand[], first: number): number {
  const defined = channelsFor(state, 0xffff)
  let end = first
  let bits = 7
  let mask = 0
  let dataRate = KEEP
  let steps = KEEP
  let transmissions = 0
  for (; end < commands.length && commands[end]!.cid === CID.linkAdr; end++) {
    const asked = decodeLinkAdrReq(commands[end]!.payload)
    const all = asked.maskControl === MASK_CONTROL_ALL
    mask = all ? defined : asked.channelMask
    if ((!all && asked.maskControl) || !mask || mask & ~defined) bits = 6
    dataRate = asked.dataRate
    steps = asked.powerIndex
    transmissions = asked.transmissions
  }
  if (dataRate === KEEP) dataRate = state.getUint8(AT_DATA_RATE)
  if (steps === KEEP) steps = state.getUint8(AT_POWER_STEPS)
  const carried = channelsFor(state, mask, dataRate)
  if (dataRate < dataRateMin(state, region) || dataRate > region.uplinkDataRateMax || !carried) bits &= 5
  if (steps > region.powerSteps) bits &= 3
  if (bits === 7) {
    state.setUint16(AT_CHANNEL_MASK, mask)
    state.setUint8(AT_DATA_RATE, dataRate)
    state.setUint8(AT_POWER_STEPS, steps)
    state.setUint8(AT_TRANSMISSIONS, transmissions || 1)
  }
  for (let i = first; i < end; i++) answer(state, CID.linkAdr, bits)
  return end
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
  const asked = payload[0]! & 15
  const dataRate = asked === KEEP ? state.getUint8(AT_RX2_DATA_RATE) : asked
  const bits = (hz ? 1 : 0) | (region.dataRates[dataRate] ? 2 : 0) | (offset < region.rx1Offsets ? 4 : 0)
  if (bits === 7) {
    state.setUint32(AT_RX2_HZ, hz)
    state.setUint8(AT_RX2_DATA_RATE, dataRate)
    state.setUint8(AT_RX1_OFFSET, offset)
  }
  return bits
}

/** Bits 0 and 1 of the answer: frequency and data rates accepted. Frequency 0 removes a channel. Of one of the region's own, and of one that
 *  there can't be, nothing is accepted. */
function newChannel(state: DataView, region: Region, payload: Uint8Array): number {
  const index = payload[0]!
  const rates = payload[4]!
  if (index >= CHANNELS_MAX || index < region.channelsHz.length) return 0
  const hz = frequencyAt(region, payload, 1)
  const removes = !getLittle(payload, 1, 3)
  const ordered = rates >> 4 >= (rates & 15) && rates >> 4 < region.dataRates.length
  const bits = (removes || dutyBandOf(region, hz) >= 0 ? 1 : 0) | (removes || ordered ? 2 : 0)
  if (bits === 3) setChannel(state, index, hz, hz && rates)
  return bits
}

/** Bits 0 and 1 of the answer: frequency accepted, and there is such a channel. */
function dlChannel(state: DataView, region: Region, payload: Uint8Array): number {
  const hz = frequencyAt(region, payload, 1)
  const index = payload[0]!
  const bits = (hz ? 1 : 0) | (index < CHANNELS_MAX && channelHz(state, index) ? 2 : 0)
  if (bits === 3) putHertz(state, AT_DOWNLINKS + 3 * index, hz)
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

/** Does what one command says and queues its answer. `battery` is a DevStatusAns's. */
function obeyOne(
  state: DataView,
  region: Region,
  command: MacCommand,
  snrQuarterDb: number,
  battery: number,
): void {
  const { cid, payload } = command
  if (cid === CID.dutyCycle) {
    state.setUint8(AT_DUTY_EXPONENT, payload[0]! & 15)
    answer(state, cid)
  } else if (cid === CID.rxParamSetup) answer(state, cid, rxParamSetup(state, region, payload))
  else if (cid === CID.devStatus)
    // The nearest whole dB, as a 6-bit signed number (5.5).
    answer(state, cid, battery, Math.min(Math.max((snrQuarterDb + 2) >> 2, -32), 31) & 0x3f)
  else if (cid === CID.newChannel) answer(state, cid, newChannel(state, region, payload))
  else if (cid === CID.rxTimingSetup) {
    state.setUint8(AT_RX_DELAY_SECONDS, payload[0]! & 15 || 1)
    answer(state, cid)
  } else if (cid === CID.txParamSetup && region.txParamSetup) {
    txParamSetup(state, region, payload)
    answer(state, cid)
  } else if (cid === CID.dlChannel) answer(state, cid, dlChannel(state, region, payload))
}

/** Does what a list of commands says, up to the first command that is unknown. `snrQuarterDb` is the downlink's; `battery` is 0 on the mains,
 *  1 to 254 from empty to full, left out where nobody knows. Answers those that are the network's own answers. */
export function obey(
  state: DataView,
  region: Region,
  list: Uint8Array,
  snrQuarterDb: number,
  battery = BATTERY_UNKNOWN,
): MacCommand[] {
  const commands = walkCommands(list, true)
  const answers: MacCommand[] = []
  for (let i = 0; i < commands.length; i++) {
    const { cid } = commands[i]!
    if (cid === CID.deviceTime || cid === CID.linkCheck) answers.push(commands[i]!)
    else if (cid === CID.linkAdr) i = linkAdr(state, region, commands, i) - 1
    else obeyOne(state, region, commands[i]!, snrQuarterDb, battery)
  }
  state.setUint8(AT_ANSWERS_BYTES, state.getUint8(AT_ANSWERS_BYTES) & ~FULL)
  return answers
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
