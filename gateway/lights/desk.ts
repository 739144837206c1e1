/** The light desk: an operator's commands from the moment they are given until their time is over.
 *  commanded (stored, not yet sent) -> waiting (with a forwarder) -> confirmed (the lamp's own packet names it) -> ended; what is not
 *  confirmed by its end is expired. A new command takes the place of the one before. Every step is stored and audited. */
import type { Clock } from '../../core/clock.ts'
import { FLAG } from '../../core/flags.ts'
import { DOWNLINK_PORT, encodeLampCommand } from '../../core/packet/index.ts'
import { quantityNamed } from '../../core/quantities.ts'
import type { Payload } from '../lorawan/compose.ts'
import type { FieldNode } from '../nodes/node.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { AuditEntry, Changes, Command, CommandState, Record } from '../store/store.ts'
import { AUDIT_ACTION, auditEntry } from './audit.ts'

/** `unknownLamp`: no lamp and no group of that name; `past`: its end is not ahead; `store`: it could not be kept, so it was not
 *  given. */
export type CommandRefusal = 'unknownLamp' | 'past' | 'store'

export interface LightDeskOptions {
  nodes: Nodes
  clock: Clock
  /** Commits; its failures are the caller's to count. */
  write: (changes: Changes) => Promise<boolean>
  changed: (node: FieldNode) => void
  /** Called with the lamps that have got a command. */
  given: (lamps: readonly FieldNode[]) => void
}

const COMMAND_ID_MAX = 65_535
const COMMAND_BYTES_MAX = 11
const SECONDS_MAX = 0xffffff
const GROUP_PREFIX = 'group:'
/** A timer of Node holds 24 days; a day is soon enough to look again. */
const SWEEP_MS_MAX = 86_400_000
const LAMP_COMMAND = quantityNamed('lampCommand')!.id

const isOpen = (state: CommandState): boolean => state === 'commanded' || state === 'waiting'
const isOver = (state: CommandState): boolean => state === 'expired' || state === 'ended'

export class LightDesk {
  private lastId: number
  private cancelSweep: () => void = () => undefined

  constructor(private readonly options: LightDeskOptions) {
    const newest = options.nodes
      .all()
      .flatMap(({ command }) => (command ? [command] : []))
      .sort((a, b) => a.createdMs - b.createdMs || a.id - b.id)
      .at(-1)
    this.lastId = newest?.id ?? 0
    this.sweep()
  }

  /** The lamps that `target` names: one by its id, or all of `group:<name>`. */
  lamps(target: string): FieldNode[] {
    return this.options.nodes.all().filter(({ device: { lamp } }) => {
      if (!lamp) return false
      return target.startsWith(GROUP_PREFIX)
        ? lamp.group === target.slice(GROUP_PREFIX.length)
        : lamp.id === target
    })
  }

  /** Gives a command; resolves after it is stored, for a group one command under one id for all its lamps. */
  async command(
    target: string,
    levelPercent: number,
    untilMs: number,
    by: string,
  ): Promise<Command | CommandRefusal> {
    const lamps = this.lamps(target)
    const nowMs = this.options.clock.now()
    const refusal = lamps.length === 0 ? 'unknownLamp' : untilMs <= nowMs ? 'past' : undefined
    const detail = { target, levelPercent, untilMs }
    if (refusal) {
      await this.options.write({
        audit: [auditEntry(nowMs, by, AUDIT_ACTION.lampCommand, { ...detail, result: refusal })],
      })
      return refusal
    }
    const id = this.nextId()
    const given = {
      id,
      levelPercent,
      untilMs,
      state: 'commanded' as const,
      createdMs: nowMs,
      changedMs: nowMs,
      by,
    }
    const commands = lamps.map((node): Command => ({ ...given, devEui: node.device.devEui }))
    const replaced = lamps.flatMap((node) => this.over(node))
    const audit = [auditEntry(nowMs, by, AUDIT_ACTION.lampCommand, { ...detail, id, result: 'accepted' })]
    const changes = { commands: [...replaced, ...commands], audit: [...audit, ...replaced.map(stateEntry)] }
    if (!(await this.options.write(changes))) return 'store'
    lamps.forEach((node, index) => this.put(node, commands[index]!))
    this.sweep()
    this.options.given(lamps)
    return commands[0]!
  }

  /** The payload that a lamp still has to hear; its duration counts from `arrivalMs`. */
  payloadFor(node: FieldNode, arrivalMs: number): Payload | undefined {
    const { command } = node
    if (!command || !isOpen(command.state) || command.untilMs <= arrivalMs) return undefined
    const durationSeconds = Math.min(SECONDS_MAX, Math.ceil((command.untilMs - arrivalMs) / 1000))
    const bytes = new Uint8Array(COMMAND_BYTES_MAX)
    const { id, levelPercent } = command
    const length = encodeLampCommand({ command: id, levelPercent, durationSeconds }, bytes)
    return { port: DOWNLINK_PORT.lamp, bytes: bytes.subarray(0, length) }
  }

  /** A forwarder has taken the command. */
  async handed(node: FieldNode): Promise<void> {
    if (node.command?.state === 'commanded') await this.move(node, 'waiting')
  }

  /** What the records of a lamp's packet change: to be committed with them. */
  confirm(node: FieldNode, samples: Record[][]): Changes {
    const { command } = node
    if (!command || !isOpen(command.state)) return {}
    const named = samples.some((records) =>
      records.some(({ quantity, value, nodeFlag, timeMs }) => {
        // An id comes round again after 65,535 commands: a sample older than the command means the one before.
        return (
          quantity === LAMP_COMMAND &&
          value === command.id &&
          nodeFlag !== FLAG.missing &&
          timeMs >= command.createdMs
        )
      }),
    )
    if (!named) return {}
    node.command = { ...command, state: 'confirmed', changedMs: this.options.clock.now() }
    return { commands: [node.command], audit: [stateEntry(node.command)] }
  }

  close(): void {
    this.cancelSweep()
  }

  /** Ends what is over and sets a timer for what ends next. */
  private sweep(): void {
    this.cancelSweep()
    const nowMs = this.options.clock.now()
    let nextMs = Infinity
    for (const node of this.options.nodes.all()) {
      const { command } = node
      if (!command || isOver(command.state)) continue
      if (command.untilMs <= nowMs) void this.move(node, command.state === 'confirmed' ? 'ended' : 'expired')
      else nextMs = Math.min(nextMs, command.untilMs)
    }
    if (nextMs === Infinity) return
    this.cancelSweep = this.options.clock.setTimer(Math.min(nextMs - nowMs, SWEEP_MS_MAX), () => this.sweep())
  }

  /** The node's command as it ends because another takes its place. */
  private over(node: FieldNode): Command[] {
    const { command } = node
    if (!command || isOver(command.state)) return []
    return [
      {
        ...command,
        state: command.state === 'confirmed' ? 'ended' : 'expired',
        changedMs: this.options.clock.now(),
      },
    ]
  }

  private async move(node: FieldNode, state: CommandState): Promise<void> {
    const command: Command = { ...node.command!, state, changedMs: this.options.clock.now() }
    this.put(node, command)
    await this.options.write({ commands: [command], audit: [stateEntry(command)] })
  }

  private put(node: FieldNode, command: Command): void {
    node.command = command
    this.options.changed(node)
  }

  private nextId(): number {
    this.lastId = (this.lastId % COMMAND_ID_MAX) + 1
    return this.lastId
  }
}

/** A row for a step that nobody took by hand. */
function stateEntry({ devEui, id, state, changedMs }: Command): AuditEntry {
  return auditEntry(changedMs, 'gateway', AUDIT_ACTION.lampState, { devEui, id, result: state })
}
