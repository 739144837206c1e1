/** A node as the API shows it. */
import type {
  LampReason,
  LampView,
  NodeState,
  NodeView,
  ReadingView,
  ProfileName,
  FlagValue,
  UpdateView,
} from '../api/types.ts'
import { FLAG } from '../../core/flags.ts'
import { quantitiesOf } from '../../core/packet/sets.ts'
import { quantity, quantityNamed } from '../../core/quantities.ts'
import type { Record, Update } from '../store/store.ts'
import { healthView } from './health.ts'
import type { FieldNode } from './node.ts'

/** Report intervals without a word after which a node is late, and lost. */
const LATE_INTERVALS = 2
const LOST_INTERVALS = 6
const LAMP_LEVEL = quantityNamed('lampLevel')!.id
const LAMP_REASON = quantityNamed('lampReason')!.id
/** By value of the quantity lampReason. */
const REASONS: readonly LampReason[] = ['schedule', 'command', 'doubt', 'fault']

/** How long ago a node spoke, in words; a node that never said its interval is taken at its word. One whose connection broke off is late at once. */
export function stateOf(node: FieldNode, nowMs: number): NodeState {
  const { heard } = node
  if (!heard) return 'never'
  const intervals = (nowMs - heard.lastSeenMs) / (1000 * (heard.reportSeconds ?? Infinity))
  if (intervals > LOST_INTERVALS) return 'lost'
  return intervals > LATE_INTERVALS || node.brokenMs !== undefined ? 'late' : 'fresh'
}

function readingView(record: Record): ReadingView[] {
  const row = quantity(record.quantity)
  if (!row) return []
  const { name, unit, perUnit } = row
  const { flag, timeMs, timeUncertain, timeErrorSeconds } = record
  const value = flag === FLAG.missing ? null : record.value
  const bound = timeErrorSeconds === undefined ? {} : { timeErrorSeconds }
  return [{ quantity: name, unit, perUnit, value, flag: flag as FlagValue, timeMs, timeUncertain, ...bound }]
}

/** What the lamp itself last said: only that is confirmed. */
function lampConfirmed(node: FieldNode): LampView['confirmed'] {
  const level = node.latest.get(LAMP_LEVEL)
  if (!level || level.flag === FLAG.missing) return null
  const reason = REASONS[node.latest.get(LAMP_REASON)?.value ?? 0] ?? 'fault'
  return { levelPercent: level.value, reason, timeMs: level.timeMs }
}

function lampView(node: FieldNode, { id, group }: { id: string; group: string }): LampView {
  const { command } = node
  const shown = command && {
    id: command.id,
    levelPercent: command.levelPercent,
    untilMs: command.untilMs,
    state: command.state,
    createdMs: command.createdMs,
    by: command.by,
  }
  return { id, group, confirmed: lampConfirmed(node), command: shown ?? null }
}

/** The newest readings in the order of the node's own packets: what the node is for comes first. */
function readingsOf(node: FieldNode): ReadingView[] {
  const order = quantitiesOf(node.epochs.at(-1)?.setId ?? 0) ?? []
  const place = ({ quantity: id }: Record): number =>
    order.includes(id) ? order.indexOf(id) : order.length + id
  return [...node.latest.values()].sort((a, b) => place(a) - place(b)).flatMap(readingView)
}

/** An update as the API shows it. */
export function updateView(update: Update): UpdateView {
  const { state, version, received, pieces, reason, running, createdMs, changedMs, by } = update
  return { state, version, received, pieces, reason, running, createdMs, changedMs, by }
}

export function nodeView(node: FieldNode, nowMs: number): NodeView {
  const { device, heard } = node
  const readings = readingsOf(node)
  return {
    eui: device.devEui,
    name: device.name,
    profile: device.profile as ProfileName,
    latitude: device.latitude,
    longitude: device.longitude,
    lastSeenMs: heard?.lastSeenMs ?? null,
    intervalSeconds: heard?.reportSeconds ?? null,
    state: stateOf(node, nowMs),
    rssiDbm: heard?.rssiDbm ?? null,
    snrDb: heard?.snrDb ?? null,
    readings,
    health: node.health ? healthView(node.health) : null,
    ...(node.update ? { update: updateView(node.update) } : {}),
    ...(device.lamp ? { lamp: lampView(node, device.lamp) } : {}),
  }
}
