/** Updates over the air, from the moment an operator asks for one until the node has said what became of it.
 *  queued -> sending (the node wants pieces) -> verified (it has all, and they are right) -> running, or rolledBack; refused by the node, or cancelled.
 *  A newer release takes the place of an open one. Every step is stored before anybody sees it or hears of it, and each but `sending` is audited.
 *  After a restart of the gateway or of the node it goes on where the node says it is: the node's wants are all that is needed. */
import type { Clock } from '../../core/clock.ts'
import { DOWNLINK_PORT } from '../../core/packet/index.ts'
import {
  encodeCancel,
  encodeOffer,
  type UpdateState as NodeState,
  type UpdateUplink,
  type Wanted,
} from '../../core/update/message.ts'
import type { Counts } from '../counts.ts'
import { AUDIT_ACTION, auditEntry } from '../lights/audit.ts'
import type { Payload } from '../lorawan/compose.ts'
import type { FieldNode } from '../nodes/node.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { Changes, Release, Update } from '../store/store.ts'
import { PIECE_BYTES, pieceCount } from './pieces.ts'
import { reasonWord, stateWord, wantedPieces } from './said.ts'

/** What a node's words come to. `transfer`: of a stream that it should not take; `pieces`: cut otherwise than ours; `first`: beyond the end; `moving`: an
 *  operator's act is under way, and the node will say it again. */
export type HeardOutcome = 'wanted' | 'state' | 'transfer' | 'pieces' | 'first' | 'moving'

/** To be committed with the node's frame, and what follows from it then. */
export interface HeardUpdate {
  readonly outcome: HeardOutcome
  readonly changes: Changes
  readonly committed: () => void
}

export interface UpdateDeskParts {
  nodes: Nodes
  clock: Clock
  counts: Counts
  /** Commits; its failures are the caller's to count. */
  write: (changes: Changes) => Promise<boolean>
  changed: (node: FieldNode) => void
  /** Sends pieces, and stops sending them. */
  rounds: {
    want(node: FieldNode, transfer: number, indices: number[]): void
    drop(node: FieldNode): void
  }
}

/** A node that is silent about an offer for so long may not have heard it. */
export const OFFER_AGAIN_MS = 30_000

/** The node may still take pieces. */
const takesPieces = ({ state }: Update): boolean =>
  state === 'queued' || state === 'sending' || state === 'verified'
/** It is to be told of it, and may be cancelled. */
export const isOpen = ({ state }: Update): boolean => state === 'queued' || state === 'sending'

const TAKEN: readonly HeardOutcome[] = ['wanted', 'state']
const NOTHING: Changes = {}
const nothing = (): void => undefined

export class UpdateDesk {
  /** When each node last was offered something, or wanted something of it. */
  private readonly spokeMs = new Map<string, number>()
  /** Transfers that nodes are still busy with, and should not be. */
  private readonly stray = new Map<string, number>()
  /** Nodes whose rows an operator's act is about to replace: what they say meanwhile must not be written over it. */
  private readonly moving = new Set<string>()
  /** Operators' acts, one after the other. */
  private acts: Promise<unknown> = Promise.resolve()

  constructor(private readonly parts: UpdateDeskParts) {}

  /** Keeps a release and its place in these nodes' lives; false when the store could not, and then nothing has changed. */
  queue(release: Release, version: number, nodes: readonly FieldNode[], by: string): Promise<boolean> {
    return this.act(nodes, () => this.take(release, version, nodes, by))
  }

  private async take(
    { transfer, ticket, bundle }: Release,
    version: number,
    nodes: readonly FieldNode[],
    by: string,
  ): Promise<boolean> {
    const nowMs = this.parts.clock.now()
    const fresh = nodes.filter((node) => {
      const update = node.update
      return !(update && isOpen(update) && update.transfer === transfer)
    })
    const rows = fresh.map((node): Update => ({
      devEui: node.device.devEui,
      ...{ transfer, version, ticketBytes: ticket.length, bundleBytes: bundle.length },
      ...{ state: 'queued', reason: '', received: 0, pieces: 0 },
      running: node.update?.running ?? null,
      ...{ createdMs: nowMs, changedMs: nowMs, by },
    }))
    const detail = { transfer, version, nodes: nodes.map(({ device }) => device.devEui), result: 'accepted' }
    const changes: Changes = {
      releases: [{ transfer, ticket, bundle }],
      updates: rows,
      keptReleases: [transfer, ...this.neededBut(rows)],
      audit: [auditEntry(nowMs, by, AUDIT_ACTION.update, detail)],
    }
    if (!(await this.parts.write(changes))) return false
    fresh.forEach((node, index) => {
      this.parts.rounds.drop(node)
      this.stray.delete(node.device.devEui)
      this.spokeMs.delete(node.device.devEui)
      this.put(node, rows[index]!)
    })
    return true
  }

  /** Ends an open update; false when the store could not keep that, or it was not open any more. */
  cancel(node: FieldNode, by: string): Promise<boolean> {
    return this.act([node], () => this.end(node, by))
  }

  private async end(node: FieldNode, by: string): Promise<boolean> {
    const { devEui } = node.device
    const before = node.update
    if (!before || !isOpen(before)) return false
    const update: Update = { ...before, state: 'cancelled', changedMs: this.parts.clock.now() }
    const detail = { devEui, transfer: update.transfer, version: update.version, result: 'cancelled' }
    const audit = [auditEntry(update.changedMs, by, AUDIT_ACTION.update, detail)]
    if (!(await this.parts.write({ updates: [update], audit }))) return false
    this.parts.rounds.drop(node)
    if (before.state === 'sending') this.stray.set(devEui, update.transfer)
    this.put(node, update)
    return true
  }

  /** What the node has to hear with its next answer: that it should stop, or an offer it has not answered for a while. */
  payloadFor(node: FieldNode): Payload | undefined {
    const { devEui } = node.device
    const stray = this.stray.get(devEui)
    if (stray !== undefined) return { port: DOWNLINK_PORT.update, bytes: encodeCancel(stray) }
    const update = node.update
    if (!update || !isOpen(update)) return undefined
    if (this.parts.clock.now() - (this.spokeMs.get(devEui) ?? -Infinity) < OFFER_AGAIN_MS) return undefined
    const { transfer, version, ticketBytes, bundleBytes } = update
    const offer = { transfer, version, ticketBytes, bundleBytes, pieceBytes: PIECE_BYTES }
    return { port: DOWNLINK_PORT.update, bytes: encodeOffer(offer) }
  }

  /** The payload was taken. */
  handed({ device: { devEui } }: FieldNode): void {
    if (!this.stray.delete(devEui)) this.spokeMs.set(devEui, this.parts.clock.now())
  }

  /** What the node says. Nothing of it holds before it is committed. */
  hear(node: FieldNode, message: UpdateUplink): HeardUpdate {
    if (this.moving.has(node.device.devEui))
      return { outcome: 'moving', changes: NOTHING, committed: nothing }
    const heard = message.kind === 'wanted' ? this.wanted(node, message) : this.state(node, message)
    if (!TAKEN.includes(heard.outcome)) this.parts.counts.refuse('update', heard.outcome)
    return heard
  }

  private wanted(node: FieldNode, message: Wanted): HeardUpdate {
    const { devEui } = node.device
    const { transfer, received, of, first } = message
    const before = node.update
    if (!before || !takesPieces(before) || before.transfer !== transfer)
      return { outcome: 'transfer', changes: NOTHING, committed: () => this.astray(node, transfer) }
    const pieces = pieceCount(before)
    // An offer with the right cut is the answer.
    if (of !== pieces)
      return { outcome: 'pieces', changes: NOTHING, committed: () => this.spokeMs.delete(devEui) }
    if (first >= pieces || received > pieces)
      return { outcome: 'first', changes: NOTHING, committed: nothing }
    const changedMs = this.parts.clock.now()
    const update: Update = { ...before, state: 'sending', received, pieces, changedMs }
    return {
      outcome: 'wanted',
      changes: { updates: [update] },
      committed: () => {
        // Whoever cancelled it meanwhile, or brought something newer, was later.
        if (node.update !== before) return
        node.update = update
        this.spokeMs.set(devEui, changedMs)
        this.parts.rounds.want(node, transfer, wantedPieces(message))
      },
    }
  }

  /** The node is busy with what it should not be: an open update is offered at once, else it is told to stop. */
  private astray(node: FieldNode, transfer: number): void {
    const { devEui } = node.device
    const update = node.update
    if (update && isOpen(update)) this.spokeMs.delete(devEui)
    else this.stray.set(devEui, transfer)
  }

  private state(node: FieldNode, { transfer, state, reason, version }: NodeState): HeardUpdate {
    const before = node.update
    if (!before || before.transfer !== transfer)
      return { outcome: 'transfer', changes: NOTHING, committed: nothing }
    const said = { state: stateWord(state), reason: reasonWord(reason), running: version }
    // It says that it stopped as it was told to.
    if (before.state === 'cancelled' && said.state === 'refused')
      Object.assign(said, { state: 'cancelled', reason: '' })
    const same =
      before.state === said.state && before.reason === said.reason && before.running === said.running
    if (same) return { outcome: 'state', changes: NOTHING, committed: nothing }
    const changedMs = this.parts.clock.now()
    const received =
      said.state === 'verified' || said.state === 'running' ? pieceCount(before) : before.received
    const update: Update = { ...before, ...said, received, pieces: pieceCount(before), changedMs }
    const { devEui } = node.device
    const detail = { devEui, transfer, ...said, result: said.state }
    return {
      outcome: 'state',
      changes: {
        updates: [update],
        audit: [auditEntry(changedMs, 'gateway', AUDIT_ACTION.updateState, detail)],
      },
      committed: () => {
        if (node.update !== before) return
        this.parts.rounds.drop(node)
        node.update = update
      },
    }
  }

  /** Runs an act on these nodes after those before it. */
  private act(nodes: readonly FieldNode[], run: () => Promise<boolean>): Promise<boolean> {
    const acted = this.acts.then(async () => {
      for (const { device } of nodes) this.moving.add(device.devEui)
      try {
        return await run()
      } finally {
        for (const { device } of nodes) this.moving.delete(device.devEui)
      }
    })
    this.acts = acted.catch(nothing)
    return acted
  }

  private put(node: FieldNode, update: Update): void {
    node.update = update
    this.parts.changed(node)
  }

  /** Transfers of open updates, those left out that these rows replace. */
  private neededBut(rows: readonly Update[]): number[] {
    const replaced = new Set(rows.map(({ devEui }) => devEui))
    return this.parts.nodes
      .all()
      .flatMap(({ update }) =>
        update && takesPieces(update) && !replaced.has(update.devEui) ? [update] : [],
      )
      .map(({ transfer }) => transfer)
  }
}
