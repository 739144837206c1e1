/** The page's picture of the village: what needs attention, in which order, and what the first sentence says. */
import { describe, expect, test } from 'vitest'
import type { FlagValue, LampView, NodeView, ReadingView } from '../../../gateway/api/types.ts'
import { concernsOf, statusOf } from '../../../gateway/dashboard/src/attention.ts'
import { healthRows } from '../../../gateway/dashboard/src/health.ts'
import { healthView } from '../../../gateway/nodes/health.ts'
import {
  columnsFor,
  lampGroups,
  rowsOf,
  sectionsOf,
  villageOf,
  withChanged,
} from '../../../gateway/dashboard/src/village.ts'

const NOW_MS = 1_790_000_000_000

const reading = (quantity: string, value: number | null, flag: FlagValue = 1): ReadingView => ({
  quantity,
  unit: '',
  perUnit: 1,
  value,
  flag,
  timeMs: NOW_MS,
  timeUncertain: false,
})

const node = (name: string, over: Partial<NodeView> = {}): NodeView => ({
  eui: `eui-${name}`,
  name,
  profile: 'soil',
  latitude: 0,
  longitude: 0,
  lastSeenMs: NOW_MS,
  intervalSeconds: 900,
  state: 'fresh',
  rssiDbm: null,
  snrDb: null,
  readings: [reading('soilMoisture', 3000)],
  health: null,
  ...over,
})

const lamp = (over: Partial<LampView> = {}): LampView => ({
  id: 'lamp-1',
  group: 'A',
  confirmed: { levelPercent: 100, reason: 'schedule', timeMs: NOW_MS },
  command: null,
  ...over,
})

const command = (
  state: 'commanded' | 'waiting' | 'confirmed' | 'expired' | 'ended',
): LampView['command'] => ({
  id: 7,
  levelPercent: 100,
  untilMs: NOW_MS + 1,
  state,
  createdMs: NOW_MS,
  by: 'operator',
})

const kindsOf = (nodes: NodeView[]): string[] => concernsOf(nodes).map((concern) => concern.kind)

const gauge = (name: string, over: Partial<NodeView> = {}): NodeView =>
  node(name, { profile: 'gauge', readings: [reading('waterLevel', 100)], ...over })

describe('what needs attention', () => {
  const single: [string, NodeView, string[]][] = [
    ['a healthy node', node('a'), []],
    ['a reading that was not evaluated', node('a', { readings: [reading('ph', 7, 2)] }), []],
    ['a suspect reading', node('a', { readings: [reading('ph', 7, 3)] }), ['reading']],
    ['a refused reading', node('a', { readings: [reading('ph', 7, 4)] }), ['reading']],
    ['a missing reading', node('a', { readings: [reading('ph', null, 9)] }), ['reading']],
    ['a doubtful river', gauge('a', { readings: [reading('waterLevel', 1, 3)] }), ['gaugeReading']],
    ['another reading of a gauge', gauge('a', { readings: [reading('batteryVoltage', 1, 3)] }), ['reading']],
    ['a late node', node('a', { state: 'late' }), ['nodeLate']],
    ['a late gauge', gauge('a', { state: 'late' }), ['gaugeLate']],
    ['a lost gauge', gauge('a', { state: 'lost' }), ['gaugeLost']],
    ['a node never heard', node('a', { state: 'never', lastSeenMs: null, readings: [] }), ['nodeNever']],
    ['a lamp on its schedule', node('a', { lamp: lamp() }), []],
    [
      'a lamp in doubt',
      node('a', { lamp: lamp({ confirmed: { levelPercent: 100, reason: 'doubt', timeMs: 1 } }) }),
      ['lampDoubt'],
    ],
    [
      'a failed lamp',
      node('a', { lamp: lamp({ confirmed: { levelPercent: 0, reason: 'fault', timeMs: 1 } }) }),
      ['lampFault'],
    ],
    ['a command just given', node('a', { lamp: lamp({ command: command('commanded') }) }), ['lampWaiting']],
    ['a command on its way', node('a', { lamp: lamp({ command: command('waiting') }) }), ['lampWaiting']],
    ['a confirmed command', node('a', { lamp: lamp({ command: command('confirmed') }) }), []],
    ['a command over', node('a', { lamp: lamp({ command: command('ended') }) }), []],
    [
      'a command never confirmed',
      node('a', { lamp: lamp({ command: command('expired') }) }),
      ['lampExpired'],
    ],
    [
      'a lamp that spoke since its command expired',
      node('a', {
        lamp: lamp({
          command: command('expired'),
          confirmed: { levelPercent: 0, reason: 'schedule', timeMs: NOW_MS + 2 },
        }),
      }),
      [],
    ],
    ['no mains', node('a', { readings: [reading('mainsPresent', 0)] }), ['mainsLost']],
    ['mains there', node('a', { readings: [reading('mainsPresent', 1)] }), []],
  ]
  for (const [name, one, kinds] of single) {
    test(`${name}: ${kinds.join() || 'nothing'}`, () => expect(kindsOf([one])).toEqual(kinds))
  }

  test('what a node says of itself is a concern while it speaks', () => {
    const health = healthView({
      ...{ devEui: '', receivedMs: 5, resetReason: 4, supply: 1, mode: 2, clock: 0, errors: 1, brownOuts: 1 },
      ...{ crashes: 1, powerOns: 1, settingsVersion: 0xab, freeVariables: 1, batteryMillivolts: 0, held: 0 },
    })
    expect(kindsOf([node('a', { health })])).toEqual(['nodeSafe', 'outOfMemory', 'brownOut', 'batteryLow'])
    expect(kindsOf([node('a', { health, state: 'lost' })])).toEqual(['nodeLost'])
    expect(healthRows('en', health).map(([, value]) => value)).toEqual([
      'restarted because the supply failed',
      'Safe: nothing but its health, after crashes',
      'low, reports rarely',
      '1\u00a0/\u00a01\u00a0/\u00a01',
      'out of memory',
      ...['1', 'written by cable, check sum 00ab', '0', 'never told'],
    ])
  })

  test('a silent node is one concern, not one for each of its old readings', () => {
    expect(
      kindsOf([node('a', { state: 'lost', readings: [reading('ph', 7, 3), reading('power', 1, 4)] })]),
    ).toEqual(['nodeLost'])
  })

  test('the river comes first, then silence, then lamps, then readings; names in Vietnamese order', () => {
    const found = concernsOf([
      node('Ruộng 10', { readings: [reading('ph', 7, 3)] }),
      node('Ruộng 2', { readings: [reading('ph', 7, 3)] }),
      node('Đèn', { lamp: lamp({ command: command('waiting') }) }),
      node('Chợ', { state: 'lost' }),
      gauge('Cầu', { readings: [reading('waterLevel', 1, 4)] }),
    ])
    expect(found.map((concern) => concern.name)).toEqual(['Cầu', 'Chợ', 'Đèn', 'Ruộng 2', 'Ruộng 10'])
  })
})

describe('the sentence at the top', () => {
  const status = (nodes: NodeView[]): ReturnType<typeof statusOf> => statusOf(nodes, concernsOf(nodes))

  test('an empty village says so', () => expect(status([])).toMatchObject({ level: 'empty', nodes: 0 }))
  test('all well', () =>
    expect(status([node('a'), node('b')])).toMatchObject({ level: 'good', reporting: 2, others: 0 }))
  test('names the worst and counts the others', () => {
    const nodes = [node('a', { state: 'late' }), gauge('b', { state: 'lost' }), node('c', { state: 'lost' })]
    expect(status(nodes)).toMatchObject({
      level: 'bad',
      worst: { name: 'b', kind: 'gaugeLost' },
      others: 2,
      reporting: 1,
    })
  })
})

describe('the village on the page', () => {
  test('an event replaces only what it names', () => {
    const [a, b] = [node('a'), node('b')]
    const changed = node('b', { state: 'late' })
    const next = withChanged(villageOf([a, b]), [changed])
    expect(next.get(a.eui)).toBe(a)
    expect(next.get(b.eui)).toBe(changed)
  })

  test('a snapshot drops nodes that are gone', () => {
    expect([...villageOf([node('b')]).keys()]).toEqual(['eui-b'])
  })

  test('sections stand river first, empty ones are left out, names are sorted', () => {
    const sections = sectionsOf(villageOf([node('Ruộng 10'), node('Ruộng 9'), gauge('Cầu')]))
    expect(sections.map(({ profile, nodes }) => [profile, nodes.map((one) => one.name)])).toEqual([
      ['gauge', ['Cầu']],
      ['soil', ['Ruộng 9', 'Ruộng 10']],
    ])
  })

  test('a group needs two lamps', () => {
    const nodes = ['A', 'B', 'B'].map((group, index) => node(String(index), { lamp: lamp({ group }) }))
    expect(
      lampGroups([...nodes, node('x')]).map(({ name, nodes: members }) => [name, members.length]),
    ).toEqual([['B', 2]])
  })

  test('what a lamp says in words gets no row', () => {
    const names = ['lampLevel', 'relayOn', 'lampCommand', 'lampReason', 'mainsPresent', 'somethingNew']
    const rows = rowsOf(node('a', { readings: names.map((name) => reading(name, 1)) }))
    expect(rows.map((row) => row.quantity)).toEqual(['lampLevel', 'mainsPresent', 'somethingNew'])
  })

  test('columns follow the width and the text size, and there is always one', () => {
    expect([
      columnsFor(390, 18, 18),
      columnsFor(1920, 20, 18),
      columnsFor(1920, 28, 18),
      columnsFor(100, 18, 18),
    ]).toEqual([1, 5, 3, 1])
  })
})
