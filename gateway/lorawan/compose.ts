/** Puts one downlink together from all that waits for a node: MAC answers, one payload, the ACK bit.
 *  Source: LoRaWAN 1.0.4, section 4.3: at most 15 bytes of options, and they take their room from the payload. */
import type { DataFrame } from '../../core/lorawan/frame.ts'
import type { MacAnswers } from './macAnswers.ts'
import type { LiveSession } from '../nodes/node.ts'

/** Something the gateway wants to say to a node on a port. */
export interface Payload {
  port: number
  bytes: Uint8Array
}

export interface Composed {
  frame: DataFrame
  /** The one that travels, of those that waited. */
  payload: Payload | undefined
}

const OPTIONS_BYTES_MAX = 15

/** As many answers as fit `room`, in their order. */
function fit(answers: Uint8Array[], room: number): Uint8Array[] {
  const kept: Uint8Array[] = []
  let left = room
  for (const answer of answers) {
    if (answer.length > left) continue
    left -= answer.length
    kept.push(answer)
  }
  return kept
}

const bytesOf = (answers: Uint8Array[]): number => answers.reduce((sum, { length }) => sum + length, 0)

/** Whether an uplink is to be answered at all. What the network asks by itself travels with something else: it is no reason to send. */
export function isOwed(uplink: DataFrame, answers: MacAnswers, waiting: Payload[]): boolean {
  return uplink.confirmed || uplink.adrAckReq || answers.ordinary.length > 0 || waiting.length > 0
}

/** The frame to answer `uplink` with, or undefined when nothing that waits fits into `roomBytes`. `waiting` is in order of urgency: the
 *  first that fits travels, and FPending tells of the others. Takes the session's next counter. */
export function compose(
  session: LiveSession,
  uplink: DataFrame,
  answers: MacAnswers,
  waiting: Payload[],
  roomBytes: number,
): Composed | undefined {
  const urgent = fit(answers.urgent, Math.min(OPTIONS_BYTES_MAX, roomBytes))
  const payload = waiting.find(({ bytes }) => bytes.length <= roomBytes - bytesOf(urgent))
  const room = Math.min(OPTIONS_BYTES_MAX, roomBytes - (payload?.bytes.length ?? 0)) - bytesOf(urgent)
  const options = Buffer.concat([...urgent, ...fit(answers.ordinary, room)])
  if (!uplink.confirmed && !uplink.adrAckReq && !payload && options.length === 0) return undefined
  const frame: DataFrame = {
    confirmed: false,
    downlink: true,
    devAddr: session.devAddr,
    adr: false,
    adrAckReq: false,
    ack: uplink.confirmed,
    pending: waiting.length > (payload ? 1 : 0),
    counter: session.counterDown++,
    options,
    port: payload?.port ?? -1,
    payload: payload?.bytes ?? new Uint8Array(0),
  }
  return { frame, payload }
}
