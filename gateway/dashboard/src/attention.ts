/** What needs attention in the village, worst first, and the one plain sentence at the top of the page.
 *  Order: the river before everything, then nodes that fell silent or will, then lamps, then single readings and
 *  what nodes say of themselves. */
import type { FlagValue, NodeView, ReadingView } from '../../api/types.ts'

/** Most urgent first: the place in this list is the order on the page. */
export const CONCERN_KINDS = [
  'gaugeLost',
  'gaugeReading',
  'gaugeLate',
  'nodeLost',
  'nodeSafe',
  'batteryEmpty',
  'lampFault',
  'lampExpired',
  'mainsLost',
  'lampWaiting',
  'lampDoubt',
  'reading',
  'outOfMemory',
  'brownOut',
  'crash',
  'batteryLow',
  'nodeLate',
  'nodeNever',
] as const

export type ConcernKind = (typeof CONCERN_KINDS)[number]
export type Level = 'bad' | 'watch' | 'notice'

const LEVELS: Record<ConcernKind, Level> = {
  gaugeLost: 'bad',
  gaugeReading: 'bad',
  gaugeLate: 'watch',
  nodeLost: 'bad',
  nodeSafe: 'bad',
  batteryEmpty: 'bad',
  lampFault: 'bad',
  lampExpired: 'bad',
  mainsLost: 'watch',
  lampWaiting: 'notice',
  lampDoubt: 'watch',
  reading: 'watch',
  outOfMemory: 'watch',
  brownOut: 'watch',
  crash: 'notice',
  batteryLow: 'watch',
  nodeLate: 'notice',
  nodeNever: 'notice',
}

export interface Concern {
  readonly kind: ConcernKind
  readonly level: Level
  readonly eui: string
  readonly name: string
  /** Of a reading: what is wrong with it. */
  readonly quantity?: string
  readonly flag?: FlagValue
  /** Since when, or when last heard; absent when unknown. */
  readonly timeMs?: number
}

export interface VillageStatus {
  readonly level: 'empty' | 'good' | 'notice' | 'watch' | 'bad'
  readonly worst?: Concern
  /** Concerns besides the worst one. */
  readonly others: number
  readonly nodes: number
  readonly reporting: number
}

type Extra = Pick<Concern, 'quantity' | 'flag' | 'timeMs'>

const concern = (kind: ConcernKind, node: NodeView, extra: Extra = {}): Concern => ({
  kind,
  level: LEVELS[kind],
  eui: node.eui,
  name: node.name,
  ...extra,
})

/** Flag 2, not evaluated, is no reason to alarm anybody. */
const isDoubtful = (reading: ReadingView): boolean =>
  reading.flag === 3 || reading.flag === 4 || reading.flag === 9

function silence(node: NodeView): Concern[] {
  const heard: Extra = node.lastSeenMs === null ? {} : { timeMs: node.lastSeenMs }
  const gauge = node.profile === 'gauge'
  if (node.state === 'lost') return [concern(gauge ? 'gaugeLost' : 'nodeLost', node, heard)]
  if (node.state === 'late') return [concern(gauge ? 'gaugeLate' : 'nodeLate', node, heard)]
  if (node.state === 'never') return [concern('nodeNever', node)]
  return []
}

function readingConcerns(node: NodeView): Concern[] {
  // A silent node is one concern, not one for each of its old readings.
  if (node.state === 'lost' || node.state === 'never') return []
  return node.readings.filter(isDoubtful).map((reading) => {
    const river = node.profile === 'gauge' && reading.quantity === 'waterLevel'
    const { quantity, flag, timeMs } = reading
    return concern(river ? 'gaugeReading' : 'reading', node, { quantity, flag, timeMs })
  })
}

/** What a node says of itself. One that is silent now is a concern already, whatever it said before. */
function healthConcerns(node: NodeView): Concern[] {
  if (!node.health || node.state === 'lost' || node.state === 'never') return []
  const { alarms, timeMs } = node.health
  return alarms.map((alarm) => concern(alarm === 'safe' ? 'nodeSafe' : alarm, node, { timeMs }))
}

const LAMP_COMMANDS: Partial<Record<string, ConcernKind>> = {
  commanded: 'lampWaiting',
  waiting: 'lampWaiting',
  expired: 'lampExpired',
}

function lampConcerns(node: NodeView): Concern[] {
  if (!node.lamp) return []
  const { confirmed, command } = node.lamp
  const found: Concern[] = []
  const waiting = command && LAMP_COMMANDS[command.state]
  // A lamp that spoke after the command's end is back on its schedule: nothing is left to do about it.
  const isPast = command?.state === 'expired' && (confirmed?.timeMs ?? 0) > command.untilMs
  if (waiting && !isPast) found.push(concern(waiting, node, { timeMs: command.createdMs }))
  if (confirmed?.reason === 'fault') found.push(concern('lampFault', node, { timeMs: confirmed.timeMs }))
  if (confirmed?.reason === 'doubt') found.push(concern('lampDoubt', node, { timeMs: confirmed.timeMs }))
  return found
}

function mainsConcerns(node: NodeView): Concern[] {
  const mains = node.readings.find((reading) => reading.quantity === 'mainsPresent')
  return mains && mains.value === 0 && mains.flag < 4
    ? [concern('mainsLost', node, { timeMs: mains.timeMs })]
    : []
}

const urgency = (of: Concern): number => CONCERN_KINDS.indexOf(of.kind)

/** Everything that needs attention, most urgent first, and by name within the same kind. */
export function concernsOf(nodes: readonly NodeView[]): Concern[] {
  const found = nodes.flatMap((node) => [
    ...silence(node),
    ...healthConcerns(node),
    ...readingConcerns(node),
    ...lampConcerns(node),
    ...mainsConcerns(node),
  ])
  return found.sort((a, b) => urgency(a) - urgency(b) || compareNames(a.name, b.name))
}

const COLLATOR = new Intl.Collator('vi', { numeric: true })

/** Names in Vietnamese order, "Đèn 2" before "Đèn 10". */
export const compareNames = (a: string, b: string): number => COLLATOR.compare(a, b)

export function statusOf(nodes: readonly NodeView[], concerns: readonly Concern[]): VillageStatus {
  const [worst] = concerns
  const reporting = nodes.filter((node) => node.state === 'fresh' || node.state === 'late').length
  const counted = { nodes: nodes.length, reporting, others: Math.max(0, concerns.length - 1) }
  if (nodes.length === 0) return { level: 'empty', ...counted }
  return worst ? { level: worst.level, worst, ...counted } : { level: 'good', ...counted }
}
