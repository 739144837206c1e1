/** How a node with Wi-Fi gets onto its network: the settings a technician wrote, and the address that it had the last time.
 *  Asking for an address takes a node about 2 s of its battery; an address that led to the gateway is kept with the settings in the journal and used
 *  again for half a day. When it leads nowhere it is forgotten. A host with a name needs the name server that only asking tells: then none is kept.
 *  The journal's copy of the settings is used where Storage has lost them, as firmware/start.ts has it.
 *  Record: node seconds of the lease (4 bytes, big-endian), length of the lease (1 byte), lease, settings. */
import { decodeNetworkSettings, type NetworkSettings } from '../../core/networkSettings.ts'
import { append, KIND, latest } from '../journal.ts'
import { nowSeconds, type Node } from '../nodeState.ts'

const LEASE_SECONDS = 43_200
const HEAD_BYTES = 5
/** An access point that does not answer: three attempts of the chip, and the asking for an address. */
const JOIN_MS = 20_000

export interface Access {
  readonly node: Node
  /** As a record; undefined where nobody ever wrote them. */
  settings: Uint8Array | undefined
  lease: string
  leasedAt: number
  /** The lease in use was not asked for this time. */
  kept: boolean
  /** The node is on the network. */
  joined: boolean
}

function isAddress(host: string): boolean {
  // Of what a host may hold (core/networkSettings.ts), digits and dots: a name may end with a digit too.
  for (let i = 0; i < host.length; i++) if (host.charCodeAt(i) < 46 || host.charCodeAt(i) > 57) return false
  return true
}

/** What the journal and Storage know. */
export function openAccess(node: Node): Access {
  const access: Access = { node, settings: undefined, lease: '', leasedAt: 0, kept: false, joined: false }
  const saved = latest(node.journal, KIND.network)
  if (saved) {
    const end = HEAD_BYTES + saved[4]!
    access.leasedAt = ((saved[0]! << 24) | (saved[1]! << 16) | (saved[2]! << 8) | saved[3]!) >>> 0
    for (let i = HEAD_BYTES; i < end; i++) access.lease += String.fromCharCode(saved[i]!)
    access.settings = saved.subarray(end)
  }
  const written = node.hal.wlan!.settings()
  const fault = written ? decodeNetworkSettings(written) : 'blank'
  if (typeof fault === 'string') node.hal.log('network ' + fault)
  else if (!access.settings || access.settings.join() !== written!.join()) {
    access.settings = written
    access.lease = ''
    saveAccess(access)
  }
  return access
}

function saveAccess({ node, settings, lease, leasedAt }: Access): void {
  const record = new Uint8Array(HEAD_BYTES + lease.length + settings!.length)
  record[0] = leasedAt >> 24
  record[1] = leasedAt >> 16
  record[2] = leasedAt >> 8
  record[3] = leasedAt
  record[4] = lease.length
  for (let i = 0; i < lease.length; i++) record[HEAD_BYTES + i] = lease.charCodeAt(i)
  record.set(settings!, HEAD_BYTES + lease.length)
  append(node.journal, KIND.network, record)
}

/** The settings to use, read anew each time: kept, they would cost a node 20 variables. */
function networkOf({ settings }: Access): NetworkSettings | undefined {
  const network = settings ? decodeNetworkSettings(settings) : 'blank'
  return typeof network === 'string' ? undefined : network
}

/** Gets onto the network where the node is not on it; `done` gets the settings, or undefined when there is no way. */
export function useAccess(access: Access, done: (settings: NetworkSettings | undefined) => void): void {
  const { hal } = access.node
  const settings = networkOf(access)
  if (!settings) return done(undefined)
  if (access.joined) return done(settings)
  const ageSeconds = nowSeconds(access.node) - access.leasedAt
  access.kept =
    access.lease.length > 0 && isAddress(settings.host) && ageSeconds >= 0 && ageSeconds < LEASE_SECONDS
  let open = true
  const finish = (lease: string | undefined): void => {
    if (!open) return
    open = false
    hal.clock.clearTimer(timer)
    access.joined = lease !== undefined
    if (lease !== undefined && !access.kept) access.lease = lease
    done(lease === undefined ? undefined : settings)
  }
  const timer = hal.clock.setTimer(JOIN_MS, () => finish(undefined))
  hal.wlan!.join(settings.ssid, settings.password, access.kept ? access.lease : '', finish)
}

/** Whether the way led to the gateway. A new lease that did is kept; a kept one that did not is forgotten. */
export function proveAccess(access: Access, good: boolean): void {
  if (!good) access.joined = false
  if (!access.settings || good === access.kept) return
  if (good && access.leasedAt === 0 && access.lease.length === 0) return
  access.leasedAt = good ? nowSeconds(access.node) : 0
  if (!good) access.lease = ''
  access.kept = good
  saveAccess(access)
}
