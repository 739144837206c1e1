/** What people may do: register a device, command a lamp. Input is checked here, whether it came by HTTP or from a composition root. */
import type { Clock } from '../../core/clock.ts'
import { AUDIT_ACTION, auditEntry } from '../lights/audit.ts'
import { configurationFault, type Configuration } from '../configuration/change.ts'
import type { ConfigurationDesk, PendingConfiguration } from '../configuration/desk.ts'
import type { LightDesk } from '../lights/desk.ts'
import type { FieldNode, Personal } from '../nodes/node.ts'
import type { Nodes } from '../nodes/nodes.ts'
import type { Changes, Device } from '../store/store.ts'
import { inputRefusal, refusal, type Refusal } from './refusals.ts'
import { configurationRequest, deviceRequest, lampCommandRequest } from './schema.ts'
import { makeUpdateActs, type UpdateActs, type UpdateActsParts } from './updateActs.ts'
import type { ConfigurationAnswer, DeviceAnswer, LampCommandAnswer } from './types.ts'

/** A street that is overridden for ever is forgotten: every command has an end within a week. */
const COMMAND_MS_MAX = 7 * 86_400_000

export interface Acts extends UpdateActs {
  register(input: unknown, by: string): Promise<DeviceAnswer | Refusal>
  commandLamp(target: string, input: unknown, by: string): Promise<LampCommandAnswer | Refusal>
  /** Changes a node's settings over the air: all of `input` or nothing. */
  configure(devEui: string, input: unknown, by: string): Promise<ConfigurationAnswer | Refusal>
  /** What became of the last change. */
  configuration(devEui: string): ConfigurationAnswer | Refusal
  /** Notes a try that the PIN refused. */
  refused(by: string, reason: string): Promise<void>
}

export interface ActsParts extends UpdateActsParts {
  nodes: Nodes
  desk: LightDesk
  configurations: ConfigurationDesk
  clock: Clock
  write: (changes: Changes) => Promise<boolean>
  changed: (node: FieldNode) => void
}

/** Whether the device is registered with the very same data: registering it again then changes nothing. */
function isSame(node: FieldNode, device: Device, kept: Personal | undefined, abp: typeof kept): boolean {
  const { appKey, ...rest } = device
  const { lamp, ...known } = node.device
  const same = Object.entries(known).every(([field, value]) => rest[field as keyof typeof rest] === value)
  const sameLamp = lamp?.id === device.lamp?.id && lamp?.group === device.lamp?.group
  const sameSession =
    kept?.devAddr === abp?.devAddr && kept?.nwkSKey === abp?.nwkSKey && kept?.appSKey === abp?.appSKey
  return same && sameLamp && sameSession && Buffer.from(node.appKey).toString('hex') === appKey
}

const configurationView = ({ revision, state, refused }: PendingConfiguration): ConfigurationAnswer => ({
  configuration: refused === undefined ? { revision, state } : { revision, state, refused },
})

export function makeActs(parts: ActsParts): Acts {
  const { nodes, desk, configurations, clock, write, changed } = parts
  const register = async (input: unknown, by: string): Promise<DeviceAnswer | Refusal> => {
    const checked = deviceRequest.safeParse(input)
    if (!checked.success) return inputRefusal(checked.error, 'body')
    const { lamp, abp, ...rest } = checked.data
    const device: Device = lamp ? { ...rest, lamp } : rest
    const { devEui, name } = device
    const known = nodes.byEui(devEui)
    const holder = abp && nodes.holder(abp)
    if (known)
      return isSame(known, device, nodes.personalOf(known), abp)
        ? { devEui, name }
        : refusal('registered', devEui)
    if (holder) return refusal('keysTaken', holder.device.devEui)
    if (lamp && desk.lamps(lamp.id).length > 0) return refusal('lampTaken', lamp.id)
    const detail = { devEui, name, result: 'accepted' }
    const audit = [auditEntry(clock.now(), by, AUDIT_ACTION.deviceRegister, detail)]
    const node = await nodes.register(device, abp, (row, sessions) =>
      write({ devices: [row], sessions, audit }),
    )
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

  const configure = async (
    devEui: string,
    input: unknown,
    by: string,
  ): Promise<ConfigurationAnswer | Refusal> => {
    const node = nodes.byEui(devEui)
    if (!node) return refusal('unknownNode', devEui)
    const checked = configurationRequest.safeParse(input)
    if (!checked.success) return inputRefusal(checked.error, 'body')
    const changes = checked.data as Configuration
    const fault = configurationFault(changes)
    if (fault) return refusal('setting', fault)
    if (Object.keys(changes).length === 0) return refusal('nothing', '{}')
    const pending = await configurations.change(node, changes, by)
    return pending ? configurationView(pending) : refusal('store', devEui)
  }

  const configuration = (devEui: string): ConfigurationAnswer | Refusal => {
    const node = nodes.byEui(devEui)
    const pending = node && configurations.of(node)
    return pending ? configurationView(pending) : refusal('unknownChange', devEui)
  }

  const refused = async (by: string, reason: string): Promise<void> => {
    await write({ audit: [auditEntry(clock.now(), by, AUDIT_ACTION.pinRefused, { result: reason })] })
  }

  return { register, commandLamp, configure, configuration, refused, ...makeUpdateActs(parts) }
}
