/** What comes down to a node: opened, counted, obeyed, saved. Source: LoRaWAN 1.0.4 (TS001-1.0.4), 4.3 and 4.4. */
import { CID, decodeDeviceTimeAns, decodeLinkCheckAns } from '../../core/lorawan/commands.ts'
import type { DataFrame } from '../../core/lorawan/frame.ts'
import { openDownlink } from '../link/session.ts'
import { obey } from './macCommands.ts'
import { ASK_LINK, ASK_TIME, save, type MacParts } from './macParts.ts'
import * as S from './macState.ts'
import type { Received } from './radio.ts'

/** Does what a downlink in a class A window says. Everything it changed is saved before anybody hears of it. */
export function takeDownlink(mac: MacParts, received: Received, endMs: number): DataFrame | undefined {
  const { state } = mac
  const frame = openDownlink(mac, received.bytes)
  if (!frame) {
    // A node that listens always may still know it, as one of its group.
    if (!mac.stray) mac.hal.log('frame refused')
    return undefined
  }
  state.setUint16(S.AT_SILENT, 0)
  state.setUint8(S.AT_ANSWERS_BYTES, 0)
  state.setUint8(S.AT_ACK_DUE, frame.confirmed ? 1 : 0)
  const commands = frame.port === 0 ? frame.payload : frame.options
  const answers = obey(state, mac.region, commands, received.snrQuarterDb, mac.host.battery)
  save(mac)
  for (let i = 0; i < answers.length; i++) {
    const { cid, payload } = answers[i]!
    const asked = cid === CID.deviceTime ? ASK_TIME : ASK_LINK
    if (!(mac.asked & asked)) continue
    mac.asked -= asked
    if (asked === ASK_LINK) mac.link = decodeLinkCheckAns(payload)
    else if (mac.onTime) {
      const answer = decodeDeviceTimeAns(payload)
      mac.onTime(answer.unixSeconds, endMs - answer.milliseconds)
    }
  }
  return frame
}
