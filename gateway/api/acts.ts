/** What people may do: register a device, command a lamp. Input is checked here, whether it came by HTTP or from a composition root. */
import type { Clock } from '../../core/clock.ts'
import { AUDIT_ACTION, auditEntry } from '../lights/audit.ts'
import type { LightDesk } from '../lights/desk.ts'
import type { FieldNode } from '../nodes/node.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { Changes, Device } from '../store/store.ts'
import { inputRefusal, refusal, type Refusal } from './refusals.ts'
import { deviceRequest, lampCommandRequest } from './schema.ts'
import type { DeviceAnswer, LampCommandAnswer } from './types.ts'

/** A street that is overridden for ever is forgotten: every command has an end within a week. */
const COMMAND_MS_MAX = 7 * 86_400_000

export interface Acts {
  register(input: unknown, by: string): Promise<DeviceAnswer | Refusal>
  commandLamp(target: string, input: unknown, by: string): Promise<LampCommandAnswer | Refusal>
  /** Notes a try that the PIN refused. */
  refused(by: string, reason: string): Promise<void>
}

export interface ActsParts {
  nodes: Nodes
  desk: LightDesk
  clock: Clock
  write: (changes: Changes) => Promise<boolean>
  changed: (node: FieldNode) => void
}

/** Whether the device is registered with the very same data: registering it again then changes nothing. */
function isSame(node: FieldNode, device: Device): boolean {
  const { appKey, ...rest } = device
  const { lamp, ...known } = node.device
  const same = Object.entries(known).every(([field, value]) => rest[field as keyof typeof rest] === value)
  const sameLamp = lamp?.id === device.lamp?.id && lamp?.group === device.lamp?.group
  return same && sameLamp && Buffer.from(node.appKey).toString('hex') === appKey
}

export function makeActs({ nodes, desk, clock, write, changed }: ActsParts): Acts {
  const register = async (input: unknown, by: string): Promise<DeviceAnswer | Refusal> => {
    const checked = deviceRequest.safeParse(input)
    if (!checked.success) return inputRefusal(checked.error, 'body')
    const { lamp, ...rest } = checked.data
    const device: Device = lamp ? { ...rest, lamp } : rest
    const { devEui, name } = device
    const known = nodes.byEui(devEui)
    if (known) return isSame(known, device) ? { devEui, name } : refusal('registered', devEui)
    if (lamp && desk.lamps(lamp.id).length > 0) return refusal('lampTaken', lamp.id)
    const audit = [
      auditEntry(clock.now(), by, AUDIT_ACTION.deviceRegister, { devEui, name, result: 'accepted' }),
    ]
    const node = await nodes.register(device, (row) => write({ devices: [row], audit }))
    if (!node) return refusal('store', devEui)
    changed(node)
    return { devEui, name }
  }

  const commandLamp = async (
    target: string,
    input: unknown,
    by: string,
  ): Promise<LampCommandAnswer | Refusal> => {
    const checked = lampCommandRequest.safeParse(input)
    if (!checked.success) return inputRefusal(checked.error, 'body')
    const { levelPercent, untilMs } = checked.data
    if (untilMs > clock.now() + COMMAND_MS_MAX) return refusal('tooLate', String(untilMs))
    const given = await desk.command(target, levelPercent, untilMs, by)
    if (typeof given === 'string') return refusal(given, given === 'past' ? String(untilMs) : target)
    const { id, state, createdMs } = given
    return { command: { id, levelPercent, untilMs, state, createdMs, by } }
  }

  const refused = async (by: string, reason: string): Promise<void> => {
    await write({ audit: [auditEntry(clock.now(), by, AUDIT_ACTION.pinRefused, { result: reason })] })
  }

  return { register, commandLamp, refused }
}
