/** What the network answers to a node's MAC commands, and what it asks of a node by itself.
 *  Source: LoRaWAN 1.0.4, chapter 5. A request that this network does not answer is passed over. */
import {
  CID,
  encodeDeviceTimeAns,
  encodeLinkCheckAns,
  encodeTxParamSetupReq,
  walkCommands,
} from '../../core/lorawan/commands.ts'
import type { Region } from '../../core/regions/region.ts'
import { bySignal } from '../ingest/dedup.ts'
import type { Reception } from '../ingest/rxpk.ts'
import type { Uplink } from '../uplink.ts'
import type { Opened } from './open.ts'

export interface MacAnswers {
  /** Sent before any payload: it makes room for what follows. */
  urgent: Uint8Array[]
  /** Sent when there is room beside the payload. The node asks again when it gets none. */
  ordinary: Uint8Array[]
}

/** The SNR at which a spreading factor can just be read, in 0.5 dB (SX1276 datasheet, table 13), for SF7 to SF12. */
const SNR_FLOOR_HALF_DB = [-15, -20, -25, -30, -35, -40]
const MARGIN_DB_MAX = 254

function linkCheckAnswer(receptions: Reception[]): Uint8Array {
  const best = bySignal(receptions)[0]!
  const floorDb = (SNR_FLOOR_HALF_DB[best.spreadingFactor - 7] ?? 0) / 2
  const marginDb = Math.min(MARGIN_DB_MAX, Math.max(0, Math.floor(best.snrDb - floorDb)))
  const gateways = new Set(receptions.map(({ gateway }) => gateway)).size
  return encodeLinkCheckAns(marginDb, gateways)
}

/** Answers the commands of an uplink; a TxParamSetupAns in it ends the node's dwell time here. */
export function answerCommands(
  { session, frame }: Opened,
  { link, receptions, receivedMs }: Uplink,
  region: Region,
): MacAnswers {
  const answers: MacAnswers = { urgent: [], ordinary: [] }
  for (const { cid } of walkCommands(frame.port === 0 ? frame.payload : frame.options, false)) {
    if (cid === CID.txParamSetup) session.dwell = false
    if (cid === CID.deviceTime) answers.ordinary.push(encodeDeviceTimeAns(receivedMs))
    if (cid === CID.linkCheck && receptions.length > 0) answers.ordinary.push(linkCheckAnswer(receptions))
  }
  // Where the law knows no dwell time, a node keeps the plan's until it is told.
  if (link === 'lorawan' && session.dwell && region.dwellLifted) {
    const setup = { uplinkDwell: false, downlinkDwell: false, eirpDbmMax: region.eirpDbmMax }
    answers.urgent.push(encodeTxParamSetupReq(setup))
  }
  return answers
}
