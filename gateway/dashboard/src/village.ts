/** The village as the page holds it: the gateway's nodes, brought up to date by its events, in the order people look for them. */
import type { NodeView, ProfileName, ReadingView } from '../../api/types.ts'
import { appearanceOf } from './appearance.ts'
import { compareNames } from './attention.ts'

export type Village = ReadonlyMap<string, NodeView>

/** The whole village anew: nodes that the gateway no longer names are gone. */
export const villageOf = (nodes: readonly NodeView[]): Village =>
  new Map(nodes.map((node) => [node.eui, node]))

/** The village with the changed nodes replaced or added; untouched nodes stay the same objects, so that their cards need no work. */
export function withChanged(village: Village, changed: readonly NodeView[]): Village {
  const next = new Map(village)
  for (const node of changed) next.set(node.eui, node)
  return next
}

/** The river first, then what can be switched, then the fields. */
export const SECTION_ORDER: readonly ProfileName[] = ['gauge', 'light', 'air', 'soil']

export interface Section {
  readonly profile: ProfileName
  readonly nodes: readonly NodeView[]
}

export function sectionsOf(village: Village): Section[] {
  const nodes = [...village.values()].sort((a, b) => compareNames(a.name, b.name))
  return SECTION_ORDER.map((profile) => ({
    profile,
    nodes: nodes.filter((node) => node.profile === profile),
  })).filter((section) => section.nodes.length > 0)
}

export interface LampGroup {
  readonly name: string
  readonly nodes: readonly NodeView[]
}

/** Groups of at least two lamps: one lamp has its own buttons. */
export function lampGroups(nodes: readonly NodeView[]): LampGroup[] {
  const groups = new Map<string, NodeView[]>()
  for (const node of nodes) {
    if (!node.lamp?.group) continue
    const name = node.lamp.group
    groups.set(name, [...(groups.get(name) ?? []), node])
  }
  return [...groups]
    .filter(([, members]) => members.length > 1)
    .map(([name, members]) => ({ name, nodes: members }))
    .sort((a, b) => compareNames(a.name, b.name))
}

/** The readings that get a row: what a lamp says in words elsewhere on its card is left out. */
export const rowsOf = (node: NodeView): ReadingView[] =>
  node.readings.filter((reading) => !appearanceOf(reading.quantity, reading.unit).inWords)

/** How many columns of at least `columnRem` fit; always one. */
export function columnsFor(widthPx: number, remPx: number, columnRem: number): number {
  return Math.max(1, Math.floor(widthPx / (columnRem * remPx)))
}
