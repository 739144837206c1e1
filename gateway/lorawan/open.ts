/** From a received PHYPayload to the node that sent it and its opened frame.
 *  Source: LoRaWAN 1.0.4, section 4.3.1.5 (counters are 32 bits, the air carries the low 16). */
import { openData, parseData, type DataFrame, type FrameError } from '../../core/lorawan/frame.ts'
import type { FieldNode, LiveSession } from '../nodes/node.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { Uplink } from '../uplink.ts'

/** `direction`: a downlink of somebody; `unknownDevAddr`: nobody here; `mic`: no key of this address fits; `replay`: a key fits, but
 *  its counter was used before. */
export type OpenRefusal = 'direction' | 'unknownDevAddr' | 'mic' | 'replay' | FrameError

export interface Opened {
  node: FieldNode
  session: LiveSession
  /** With the 32-bit counter. */
  frame: DataFrame
}

const ROLL_OVER = 0x10000
const COUNTER_MAX = 0xffffffff

/** The counters with these low 16 bits around the last one: the one before it in time first, then those that may follow. */
function candidates(last: number, low: number): { used: number[]; next: number[] } {
  const base = last < 0 ? low : last - (last % ROLL_OVER) + low
  const all = [base - ROLL_OVER, base, base + ROLL_OVER].filter(
    (counter) => counter >= 0 && counter <= COUNTER_MAX,
  )
  return {
    used: all.filter((counter) => counter <= last),
    next: all.filter((counter) => counter > last).slice(0, 2),
  }
}

/** Tries the session's roll-over candidates; `replay` when the MIC is right for a counter that was used. */
function openWith(session: LiveSession, phy: Uint8Array, low: number): DataFrame | 'mic' | 'replay' {
  const { used, next } = candidates(session.counterUp, low)
  for (const counter of next) {
    const frame = openData(session.frames, phy, counter)
    if (typeof frame !== 'string') return frame
  }
  return used.some((counter) => typeof openData(session.frames, phy, counter) !== 'string') ? 'replay' : 'mic'
}

/** Opens an uplink and moves the session's counter; every node of its link with its device address is tried. The counter is the caller's to
 *  commit together with what the frame carried. */
export function openUplink(
  { phy, link, from }: Pick<Uplink, 'phy' | 'link' | 'from'>,
  nodes: Nodes,
): Opened | OpenRefusal {
  const header = parseData(phy)
  if (typeof header === 'string') return header
  if (header.downlink) return 'direction'
  const owners = nodes
    .byDevAddr(header.devAddr)
    .filter(({ device }) => device.link === link && (from === undefined || device.devEui === from))
  if (owners.length === 0) return 'unknownDevAddr'
  let refusal: OpenRefusal = 'mic'
  for (const node of owners) {
    const session = node.session!
    const frame = openWith(session, phy, header.counter)
    if (frame === 'replay') refusal = 'replay'
    if (typeof frame === 'string') continue
    session.counterUp = frame.counter
    return { node, session, frame }
  }
  return refusal
}
