/** What the page knows, as signals: whoever reads one is drawn again when it changes, and nobody else. */
import { computed, signal } from '@preact/signals'
import type { NodeView, ReadingPoint } from '../../api/types.ts'
import { concernsOf, statusOf } from './attention.ts'
import { makeGatewayTime } from './gatewayTime.ts'
import type { Trail } from './lampCommand.ts'
import { trailAfter } from './lampCommand.ts'
import type { LinkMode } from './link.ts'
import type { SeriesKey } from './seriesBook.ts'
import { seriesName } from './seriesBook.ts'
import type { Language } from './texts.ts'
import { TEXTS } from './texts.ts'
import type { Village } from './village.ts'
import { sectionsOf, villageOf, withChanged } from './village.ts'

export type TextSize = 0 | 1 | 2

export const language = signal<Language>('vi')
export const textSize = signal<TextSize>(0)
export const texts = computed(() => TEXTS[language.value])

export const village = signal<Village>(new Map())
export const linkMode = signal<LinkMode>('starting')
/** The gateway's time of the latest data; 0 before any. */
export const dataMs = signal(0)
/** The gateway's time now, renewed every second. */
export const nowMs = signal(0)
/** The same in steps, so that ages are not drawn anew every second and lines not every minute. */
export const ageClockMs = computed(() => Math.floor(nowMs.value / 10_000) * 10_000)
export const lineClockMs = computed(() => Math.ceil(nowMs.value / 300_000) * 300_000)
export const simulated = signal(false)
/** The operator's PIN of this visit; never stored. */
export const pin = signal('')
/** Columns of cards that fit the window at this text size. */
export const columns = signal(1)

export const sections = computed(() => sectionsOf(village.value))
export const concerns = computed(() => concernsOf([...village.value.values()]))
export const status = computed(() => statusOf([...village.value.values()], concerns.value))
/** Lamps answer only while the gateway does. */
export const canCommand = computed(() => linkMode.value === 'live' || linkMode.value === 'polling')

export interface ChartRequest {
  readonly eui: string
  readonly quantity: string
}
/** The large chart that is open. */
export const openChart = signal<ChartRequest | undefined>(undefined)

export interface LampOrder {
  /** A lamp's id or `group:<name>`. */
  readonly target: string
  readonly name: string
  readonly on: boolean
}
/** The lamp order somebody is about to give. */
export const openOrder = signal<LampOrder | undefined>(undefined)

export const trails = signal<ReadonlyMap<string, Trail>>(new Map())
export const daySeries = signal<ReadonlyMap<string, readonly ReadingPoint[]>>(new Map())

const gatewayTime = makeGatewayTime()

/** The gateway said what time it is. */
export function hearTime(gatewayMs: number, wallMs: number): void {
  gatewayTime.observe(gatewayMs, wallMs)
  dataMs.value = gatewayMs
  nowMs.value = gatewayTime.now(wallMs)
}

export function turnClock(wallMs: number): void {
  nowMs.value = gatewayTime.now(wallMs)
}

function follow(nodes: readonly NodeView[], gatewayMs: number): void {
  const next = new Map(trails.value)
  for (const node of nodes) {
    const trail = node.lamp && trailAfter(next.get(node.eui), node.lamp, gatewayMs)
    if (trail) next.set(node.eui, trail)
    else next.delete(node.eui)
  }
  trails.value = next
}

export function takeVillage(nodes: readonly NodeView[], gatewayMs: number): void {
  follow(nodes, gatewayMs)
  village.value = villageOf(nodes)
}

export function takeChanged(nodes: readonly NodeView[], gatewayMs: number): void {
  follow(nodes, gatewayMs)
  village.value = withChanged(village.value, nodes)
}

export function takeSeries(key: SeriesKey, points: readonly ReadingPoint[]): void {
  daySeries.value = new Map(daySeries.value).set(seriesName(key), points)
}
