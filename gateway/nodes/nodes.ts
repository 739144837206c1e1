/** All registered nodes, by EUI and by device address; loaded whole at the start, since a site has hundreds, not millions. */
import { tableAes } from '../../core/lorawan/aes.ts'
import { makeSession } from '../../core/lorawan/frame.ts'
import type { Region } from '../../core/regions/region.ts'
import type { Device, Session, Store } from '../store/store.ts'
import type { Vault } from '../vault.ts'
import { NEVER_JOINS, type FieldNode, type LiveSession, type Personal } from './node.ts'
import { Received } from './received.ts'

export class Nodes {
  private readonly byEuiMap = new Map<string, FieldNode>()
  private readonly byAddress = new Map<number, FieldNode[]>()

  constructor(
    private readonly store: Store,
    private readonly vault: Vault,
    private readonly region: Region,
  ) {}

  /** Reads every node with its session, epochs, filter and last readings. */
  static async load(store: Store, vault: Vault, region: Region): Promise<Nodes> {
    const nodes = new Nodes(store, vault, region)
    const [devices, sessions, heard, healths, updates] = await Promise.all([
      store.devices(),
      store.sessions(),
      store.heard(),
      store.healths(),
      store.updates(),
    ])
    const sessionOf = new Map(sessions.map((session) => [session.devEui, session]))
    const heardOf = new Map(heard.map((row) => [row.devEui, row]))
    const healthOf = new Map(healths.map((row) => [row.devEui, row]))
    const updateOf = new Map(updates.map((row) => [row.devEui, row]))
    for (const device of devices) {
      const node = nodes.add({ ...device, appKey: vault.open(device.appKey, device.devEui) })
      node.heard = heardOf.get(device.devEui)
      node.health = healthOf.get(device.devEui)
      node.update = updateOf.get(device.devEui)
      nodes.restoreSession(node, sessionOf.get(device.devEui))
      await nodes.restoreReadings(node)
    }
    return nodes
  }

  all(): FieldNode[] {
    return [...this.byEuiMap.values()]
  }

  byEui(devEui: string): FieldNode | undefined {
    return this.byEuiMap.get(devEui)
  }

  /** Every node with this device address; several may share one. */
  byDevAddr(devAddr: number): readonly FieldNode[] {
    return this.byAddress.get(devAddr) ?? []
  }

  /** Keeps a new device, its keys sealed, by `keep`; undefined when that fails. The EUI must not be registered yet. One that never joins has its session at
   *  once, and for ever. */
  async register(
    device: Device,
    personal: Personal | undefined,
    keep: (row: Device, sessions: Session[]) => Promise<boolean>,
  ): Promise<FieldNode | undefined> {
    // Taken into the table first: two requests for one EUI must not both find it free.
    const node = this.add(device)
    if (personal) {
      const { devAddr, nwkSKey, appSKey } = personal
      node.devNonce = NEVER_JOINS
      this.openSession(node, parseInt(devAddr, 16), Buffer.from(nwkSKey, 'hex'), Buffer.from(appSKey, 'hex'))
    }
    const row = { ...device, appKey: this.vault.seal(device.appKey, device.devEui) }
    if (await keep(row, personal ? [sessionRow(node)] : [])) return node
    this.closeSession(node)
    this.byEuiMap.delete(device.devEui)
    return undefined
  }

  /** What a node that never joins was registered with; undefined of one that joins. */
  personalOf({ devNonce, session, device }: FieldNode): Personal | undefined {
    if (devNonce !== NEVER_JOINS || !session) return undefined
    return {
      devAddr: session.devAddr.toString(16).padStart(8, '0'),
      nwkSKey: this.vault.open(session.sealedNwkSKey, device.devEui),
      appSKey: this.vault.open(session.sealedAppSKey, device.devEui),
    }
  }

  /** The node that was registered with this address and one of these keys: a key has counters for one node's life. */
  holder({ devAddr, nwkSKey, appSKey }: Personal): FieldNode | undefined {
    return this.byDevAddr(parseInt(devAddr, 16)).find((node) => {
      const kept = this.personalOf(node)
      return kept?.nwkSKey === nwkSKey || kept?.appSKey === appSKey
    })
  }

  /** Puts a fresh session in force. What the store keeps of it is the caller's write, before the node hears of it. */
  openSession(node: FieldNode, devAddr: number, nwkSKey: Uint8Array, appSKey: Uint8Array): LiveSession {
    this.closeSession(node)
    const session: LiveSession = {
      frames: makeSession(tableAes, devAddr, nwkSKey, appSKey),
      devAddr,
      sealedNwkSKey: this.vault.seal(Buffer.from(nwkSKey).toString('hex'), node.device.devEui),
      sealedAppSKey: this.vault.seal(Buffer.from(appSKey).toString('hex'), node.device.devEui),
      counterUp: -1,
      counterDown: 0,
      keptDown: 0,
      dwell: this.region.txParamSetup && this.region.dwellDefault,
    }
    node.session = session
    this.byAddress.set(devAddr, [...this.byDevAddr(devAddr), node])
    return session
  }

  private closeSession(node: FieldNode): void {
    const devAddr = node.session?.devAddr
    if (devAddr === undefined) return
    this.byAddress.set(
      devAddr,
      this.byDevAddr(devAddr).filter((other) => other !== node),
    )
  }

  private add({ appKey, ...device }: Device): FieldNode {
    const node: FieldNode = {
      device,
      appKey: Buffer.from(appKey, 'hex'),
      devNonce: -1,
      joinNonce: -1,
      session: undefined,
      epochs: [],
      received: new Map(),
      filters: new Map(),
      latest: new Map(),
      heard: undefined,
      sayNow: undefined,
      brokenMs: undefined,
      health: undefined,
      command: undefined,
      update: undefined,
      acknowledgedMs: undefined,
      lastDownlinkPort: 0,
      tail: Promise.resolve(),
    }
    this.byEuiMap.set(device.devEui, node)
    return node
  }

  private restoreSession(node: FieldNode, kept: Session | undefined): void {
    if (!kept) return
    node.devNonce = kept.devNonce
    node.joinNonce = kept.joinNonce
    if (kept.nwkSKey === '') return
    const open = (sealed: string): Uint8Array => Buffer.from(this.vault.open(sealed, kept.devEui), 'hex')
    const session = this.openSession(node, kept.devAddr, open(kept.nwkSKey), open(kept.appSKey))
    session.counterUp = kept.counterUp
    session.counterDown = kept.counterDown
  }

  private async restoreReadings(node: FieldNode): Promise<void> {
    const { devEui } = node.device
    node.epochs = await this.store.epochs(devEui)
    for (const { epoch } of node.epochs)
      node.received.set(epoch, new Received(await this.store.storedSequences(devEui, epoch)))
    for (const state of await this.store.filterStates(devEui)) node.filters.set(state.quantity, state)
    for (const record of await this.store.latest(devEui)) node.latest.set(record.quantity, record)
    node.command = (await this.store.commands(devEui)).at(-1)
  }
}

/** The row that keeps a node's nonces and counters. One downlink counter is kept as used in advance: the uplink's own commit then
 *  covers the answer to it, and a restart skips at most one, and what is left of a round of pieces. */
export function sessionRow(node: FieldNode): Session {
  const { session, devNonce, joinNonce, device } = node
  return {
    devEui: device.devEui,
    devNonce,
    joinNonce,
    devAddr: session?.devAddr ?? 0,
    nwkSKey: session?.sealedNwkSKey ?? '',
    appSKey: session?.sealedAppSKey ?? '',
    counterUp: session?.counterUp ?? -1,
    counterDown: session ? Math.max(session.counterDown, session.keptDown) + 1 : 0,
  }
}
