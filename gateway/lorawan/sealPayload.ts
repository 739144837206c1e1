/** A frame that the gateway sends between uplinks. Source: LoRaWAN 1.0.4, chapter 15: no MAC commands in such a downlink. */
import { sealData } from '../../core/lorawan/frame.ts'
import type { LiveSession } from '../nodes/node.ts'

/** Takes the session's next counter: it has to be kept as used before the frame goes. */
export const sealPayload = (session: LiveSession, port: number, payload: Uint8Array): Uint8Array =>
  sealData(session.frames, {
    confirmed: false,
    downlink: true,
    devAddr: session.devAddr,
    adr: false,
    adrAckReq: false,
    ack: false,
    pending: false,
    counter: session.counterDown++,
    options: new Uint8Array(0),
    port,
    payload,
  })
