/** Over-the-air activation at the network's side.
 *  Source: LoRaWAN 1.0.4, section 6.2. DevNonce is a counter and must grow; JoinNonce counts up, too; both are committed before the
 *  accept is sent, so that neither a replayed request nor a restart can bring old keys back. */
import { createHash } from 'node:crypto'
import { tableAes } from '../../core/lorawan/aes.ts'
import { deriveSessionKeys, parseJoinRequest, verifyJoinRequest } from '../../core/lorawan/join.ts'
import { sealJoinAccept } from '../../core/lorawan/joinAccept.ts'
import type { FrameError } from '../../core/lorawan/frame.ts'
import type { Region } from '../../core/regions/region.ts'
import { NEVER_JOINS, type FieldNode } from '../nodes/node.ts'
import { sessionRow, type Nodes } from '../nodes/nodes.ts'
import type { Store } from '../store/store.ts'
import type { Uplink } from '../uplink.ts'

/** Why a join request was refused: nobody with this DevEUI, another link or JoinEUI than registered, a wrong MIC, a node that has its session
 *  from its registration, a DevNonce that did not grow, JoinNonces used up; or no join request at all. */
export type JoinRefusal =
  'unknownDevEui' | 'link' | 'joinEui' | 'mic' | 'neverJoins' | 'devNonce' | 'joinNonce' | FrameError

export interface Joined {
  node: FieldNode
  /** The join accept, sealed. */
  phy: Uint8Array
}

/** NetID 0 is for private networks that do not roam (LoRaWAN Backend Interfaces, NetID allocation). */
const NET_ID = 0
const NWK_ADDR_MASK = 0x1ffffff
const JOIN_NONCE_MAX = 0xffffff
/** Channels that a CFList of type 0 carries. */
const CFLIST_CHANNELS = 5

/** The channels that an accept names. With them it lasts 453 ms at SF10, so it goes without where frames stay bound to 400 ms. */
const channelsOf = ({ dwellDefault, dwellLifted, extraChannelsHz }: Region): number[] =>
  dwellDefault && !dwellLifted ? [] : extraChannelsHz.slice(0, CFLIST_CHANNELS)

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** An address for the node: of its EUI, so that nothing has to be drawn, and the next free one where two would meet. */
function assignDevAddr(node: FieldNode, nodes: Nodes): number {
  let devAddr = createHash('sha256').update(node.device.devEui).digest().readUInt32BE(0) & NWK_ADDR_MASK
  const taken = (): boolean => nodes.byDevAddr(devAddr).some((other) => other !== node)
  while (taken()) devAddr = (devAddr + 1) & NWK_ADDR_MASK
  return devAddr
}

/** Checks a join request and makes its accept; resolves after nonces and keys are committed. */
export async function acceptJoin(
  { phy, link, from }: Pick<Uplink, 'phy' | 'link' | 'from'>,
  region: Region,
  nodes: Nodes,
  store: Store,
): Promise<Joined | JoinRefusal> {
  const request = parseJoinRequest(phy)
  if (typeof request === 'string') return request
  const node = nodes.byEui(hex(request.devEui))
  if (!node) return 'unknownDevEui'
  if (node.device.link !== link || (from !== undefined && from !== node.device.devEui)) return 'link'
  if (hex(request.joinEui) !== node.device.joinEui) return 'joinEui'
  if (!verifyJoinRequest(tableAes, node.appKey, phy)) return 'mic'
  if (node.devNonce === NEVER_JOINS) return 'neverJoins'
  if (request.devNonce <= node.devNonce) return 'devNonce'
  if (node.joinNonce >= JOIN_NONCE_MAX) return 'joinNonce'
  node.devNonce = request.devNonce
  node.joinNonce++
  const { nwkSKey, appSKey } = deriveSessionKeys(
    tableAes,
    node.appKey,
    node.joinNonce,
    NET_ID,
    request.devNonce,
  )
  const { devAddr } = nodes.openSession(node, assignDevAddr(node, nodes), nwkSKey, appSKey)
  const accept = {
    joinNonce: node.joinNonce,
    netId: NET_ID,
    devAddr,
    rx1DrOffset: 0,
    rx2DataRate: region.rx2.dataRate,
    rxDelaySeconds: region.receiveDelaySeconds,
    channelHz: channelsOf(region),
  }
  await store.write({ sessions: [sessionRow(node)] })
  return { node, phy: sealJoinAccept(tableAes, node.appKey, accept) }
}
