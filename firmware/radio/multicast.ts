/** The multicast group of a node that listens always: downlinks for many nodes at once, unconfirmed, without MAC commands, under a key and a counter of
 *  their own. Source: LoRaWAN 1.0.4 (TS001-1.0.4), 4.3.1.5 and 15; keys by TS005-2.0.0 (core/lorawan/multicast.ts).
 *
 *  A group is heard where its members listen anyway, on RX2: so a member needs no second receiver, and no date at which a session begins. Its address,
 *  key and counter stand in the MAC's record, outlive joins, and go with the AppKey. */
import type { DataFrame } from '../../core/lorawan/frame.ts'
import { getLittle } from '../../core/lorawan/little.ts'
import { groupSession } from '../../core/lorawan/multicast.ts'
import { decodeGroupSetup } from '../../core/packet/groupSetup.ts'
import { DOWNLINK_PORT } from '../../core/packet/types.ts'
import { openNext } from '../link/session.ts'
import { save, type MacParts } from './macParts.ts'
import { AT_GROUP_ADDRESS, AT_GROUP_COUNTER, AT_GROUP_KEY } from './macState.ts'

/** Where DevAddr stands in a data frame. */
const AT_FRAME_ADDRESS = 1

/** Takes what a setup says, which comes under the node's own keys; false when it is none. A group that is told again never goes back in its counter. */
export function joinGroup({ state, host, hal }: MacParts, payload: Uint8Array): boolean {
  const group = decodeGroupSetup(payload)
  if (typeof group === 'string') return false
  const key = new Uint8Array(state.buffer, AT_GROUP_KEY, 16)
  state.setUint32(AT_GROUP_ADDRESS, group.address)
  // A member that leaves keeps the key and what it heard under it, should it come back.
  let same = true
  for (let i = 0; i < key.length; i++) if (key[i] !== group.key[i]) same = false
  if (group.address) {
    const next = same ? Math.max(state.getUint32(AT_GROUP_COUNTER), group.nextCounter) : group.nextCounter
    key.set(group.key)
    state.setUint32(AT_GROUP_COUNTER, next)
  }
  save({ state, host, hal })
  return true
}

/** A downlink for the group that is whole, was not received before and is what a group may be told; its counter is then spent and saved. */
export function takeGroup(mac: MacParts, phy: Uint8Array): DataFrame | undefined {
  const { state, hal } = mac
  const address = state.getUint32(AT_GROUP_ADDRESS)
  if (!address || getLittle(phy, AT_FRAME_ADDRESS, 4) !== address) return undefined
  const session = groupSession(hal.aes, new Uint8Array(state.buffer, AT_GROUP_KEY, 16), address)
  const frame = openNext(session, state.getUint32(AT_GROUP_COUNTER), phy)
  if (!frame || frame.confirmed || frame.ack || frame.adrAckReq || frame.options.length) return undefined
  // Whoever has one lamp open has the group's key: it commands the group, and can do no more to its members.
  if (frame.port !== DOWNLINK_PORT.lamp) return undefined
  state.setUint32(AT_GROUP_COUNTER, frame.counter + 1)
  save(mac)
  return frame
}
