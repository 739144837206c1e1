/** Changes of settings from the moment an operator asks for one until the node has said what became of it.
 *  commanded -> waiting (with a forwarder) -> applied or refused, with the name of the bad field. A new change takes the place of an open one.
 *  What waits is kept in memory: a gateway that starts anew has forgotten it and says nothing more to the node; the audit log has every step. */
import type { Clock } from '../../core/clock.ts'
import type { Configured } from '../../core/configuration.ts'
import { DOWNLINK_PORT } from '../../core/packet/index.ts'
import { AUDIT_ACTION, auditEntry } from '../lights/audit.ts'
import type { Payload } from '../lorawan/compose.ts'
import type { FieldNode } from '../nodes/node.ts'
import type { AuditEntry, Changes } from '../store/store.ts'
import { encodeConfiguration, refusedField, type Configuration } from './change.ts'

export type ConfigurationState = 'commanded' | 'waiting' | 'applied' | 'refused'

export interface PendingConfiguration {
  readonly revision: number
  readonly changes: Configuration
  readonly by: string
  state: ConfigurationState
  /** Of a refused one. */
  refused?: string
}

const REVISIONS = 65_535

/** The revision after the node's last; without one, a number out of the clock, so that a gateway that forgot does not repeat itself. */
function nextRevision(last: number | undefined, nowMs: number): number {
  return 1 + ((last ?? Math.floor(nowMs / 1000)) % REVISIONS)
}

const isOpen = ({ state }: PendingConfiguration): boolean => state === 'commanded' || state === 'waiting'

export class ConfigurationDesk {
  private readonly pending = new Map<string, PendingConfiguration>()

  constructor(
    private readonly clock: Clock,
    private readonly write: (changes: Changes) => Promise<boolean>,
  ) {}

  of({ device }: FieldNode): PendingConfiguration | undefined {
    return this.pending.get(device.devEui)
  }

  /** Takes a change whose numbers are in range; undefined when the store could not keep its audit row: then it was not given. */
  async change(
    node: FieldNode,
    changes: Configuration,
    by: string,
  ): Promise<PendingConfiguration | undefined> {
    const { devEui } = node.device
    const revision = nextRevision(this.pending.get(devEui)?.revision, this.clock.now())
    const detail = { devEui, revision, changes, result: 'accepted' }
    const audit = [auditEntry(this.clock.now(), by, AUDIT_ACTION.configure, detail)]
    if (!(await this.write({ audit }))) return undefined
    const pending: PendingConfiguration = { revision, changes, by, state: 'commanded' }
    this.pending.set(devEui, pending)
    return pending
  }

  /** What the node still has to hear. */
  payloadFor(node: FieldNode): Payload | undefined {
    const pending = this.of(node)
    if (!pending || !isOpen(pending)) return undefined
    return {
      port: DOWNLINK_PORT.configuration,
      bytes: encodeConfiguration(pending.revision, pending.changes),
    }
  }

  /** A forwarder has taken it. */
  handed(node: FieldNode): void {
    const pending = this.of(node)
    if (pending?.state === 'commanded') pending.state = 'waiting'
  }

  /** The node's answer: audit rows to be committed with its frame. */
  answered(node: FieldNode, { revision, outcome, recordCrc }: Configured): AuditEntry[] {
    const pending = this.of(node)
    if (!pending || !isOpen(pending) || pending.revision !== revision) return []
    const refused = refusedField(outcome)
    pending.state = refused === undefined ? 'applied' : 'refused'
    if (refused !== undefined) pending.refused = refused
    const detail = { devEui: node.device.devEui, revision, recordCrc, result: refused ?? 'applied' }
    return [auditEntry(this.clock.now(), 'gateway', AUDIT_ACTION.configureState, detail)]
  }
}
