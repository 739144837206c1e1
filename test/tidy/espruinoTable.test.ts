/** docs/HACKING.md, "What Espruino refuses": every trap has a home, every home exists, and every rule stands in the table. */
import { describe, expect, test } from 'vitest'
import { GATE_RULES } from '../../cli/build/gate.ts'
import { LINT_RULES } from '../../lint/plugin.ts'
import { text } from './tree.ts'

const NUMBERED_TRAPS = 29

/** Features that fail loudly, by the words of their rows. */
const LOUD =
  `default parameters; rest and spread; destructuring; ?.; ??=; computed keys; async; generators; new.target; tagged templates; BigInt literals;
  #private; static blocks; a class field without a value; methods named by a keyword; labels; case; hoisting; a var read; super;
  static methods; extends Error; Array.prototype.slice; Map Set WeakMap WeakRef Symbol Proxy Reflect BigInt Intl; finally of a Promise;
  typed .from; BYTES_PER_ELEMENT; arr.length = n; back references; \\u{41} in a text`
    .split(';')
    .map((each) => each.trim().replace(/\s+/g, ' '))

const section = text('docs/HACKING.md').split('## What Espruino refuses')[1]!.split(/^## /m)[0]!
const [loud, silent] = section
  .split('### Silently wrong')
  .map((part) => [...part.matchAll(/^\| (.*) \|$/gm)].map((row) => row[1]!.split(/(?<!\\) \| /)))
const rows = [...loud!, ...silent!].filter((cells) => !['home', '---'].includes(cells.at(-1)!))

/** What a row's last cell says: `gate: \`a\`` becomes kind gate and name a; the other kinds give their reason. */
function homeOf(cells: readonly string[]): { kind: string; what: string } {
  const [, kind = '', what = ''] = /^(\w+): (.+)$/.exec(cells.at(-1)!) ?? []
  return { kind, what: ['gate', 'lint'].includes(kind) ? what.replace(/^`(.*)`$/, '$1') : what }
}
const named = (kind: string) => [
  ...new Set(rows.map(homeOf).flatMap((home) => (home.kind === kind ? [home.what] : []))),
]

test('every row has one home', () => {
  const homeless = rows.filter((cells) => !['gate', 'lint', 'types', 'none'].includes(homeOf(cells).kind))
  expect(homeless).toEqual([])
})

test('a row without a rule says why, or what TypeScript calls it', () => {
  const silentReasons = rows.map(homeOf).filter(({ kind, what }) => kind === 'none' && what.length < 30)
  expect(silentReasons).toEqual([])
  for (const { kind, what } of rows.map(homeOf)) if (kind === 'types') expect(what).toMatch(/^TS\d+/)
})

describe.each([
  ['gate', GATE_RULES],
  ['lint', LINT_RULES],
])('rules of the %s', (kind, rules) => {
  test('that the table names exist', () => expect(named(kind).filter((id) => !(id in rules))).toEqual([]))

  test('stand in the table', () =>
    expect(Object.keys(rules).filter((id) => !named(kind).includes(id))).toEqual([]))

  test('say what to write instead', () => {
    for (const [id, instead] of Object.entries(rules)) expect(instead.length, id).toBeGreaterThan(10)
  })
})

test('no trap has two homes by one name', () =>
  expect(Object.keys(GATE_RULES).filter((id) => id in LINT_RULES)).toEqual([]))

test('every feature that fails loudly is there', () => {
  const features = loud!.map((cells) => cells[0]!.replace(/`/g, ''))
  expect(LOUD.filter((each) => !features.some((feature) => feature.includes(each)))).toEqual([])
})

test('every silent trap is there by its number', () => {
  const numbers = new Set(silent!.map((cells) => cells[0]))
  const missing = Array.from({ length: NUMBERED_TRAPS }, (_, at) => String(at + 1)).filter(
    (each) => !numbers.has(each),
  )
  expect(missing).toEqual([])
})
