/** TypeScript for the gate behind the real chain. In each of the first list, the line marked `// here` is what has to be refused. */

export interface Surviving {
  readonly name: string
  readonly rule: string
  readonly code: string
}

export interface Lowered {
  readonly name: string
  readonly code: string
  /** What the bundle hands to `keep`, in order. */
  readonly kept: readonly unknown[]
}

export const SURVIVING: readonly Surviving[] = [
  {
    name: 'imul',
    rule: 'missing-static',
    code: `const { floor } = Math\nkeep(floor(1.5))\nkeep(Math.imul(given(2), 3)) // here\n`,
  },
  {
    name: 'destructuredStatic',
    rule: 'missing-static',
    code: `const { trunc } = Math // here\nkeep(trunc(given(1)))\n`,
  },
  {
    name: 'map',
    rule: 'missing-global',
    code: `const rows = given([1])\nconst seen = new Map<number, number>() // here\nseen.set(1, rows[0]!)\nkeep(seen.size)\n`,
  },
  { name: 'at', rule: 'missing-method', code: `\n\nkeep(given([1, 2]).at(-1)) // here\n` },
  {
    name: 'regex',
    rule: 'regex',
    code: `export function isHex(text: string): boolean {\n  return /^(0x)?[0-9a-f]{2}$/.test(text) // here\n}\nkeep(isHex(given('0x1f')))\n`,
  },
  {
    name: 'round',
    rule: 'round-half',
    code: `function tenths(value: number): number {\n  const scaled = value * 10\n  return Math.round(scaled) // here\n}\nkeep(tenths(given(1)))\n`,
  },
  {
    name: 'text',
    rule: 'non-ascii',
    code: `const names = {\n  soil: 'soil',\n  lamp: 'đèn', // here\n}\nkeep(given(names).lamp)\n`,
  },
  { name: 'parse', rule: 'json-parse', code: `keep(\n  JSON.parse(given('1')), // here\n)\n` },
  { name: 'freeze', rule: 'object-integrity', code: `keep(Object.freeze(given([1]))) // here\n` },
  {
    name: 'forIn',
    rule: 'for-in',
    code: `const rows = given({ a: 1 })\nfor (const key in rows) // here\n  keep(key)\n`,
  },
  {
    name: 'length',
    rule: 'length-assignment',
    code: `const rows = given([1, 2])\nrows.length = 1 // here\nkeep(rows)\n`,
  },
  { name: 'fraction', rule: 'decimal-literal', code: `keep(given(2) * 0.75) // here\n` },
  {
    name: 'sort',
    rule: 'unstable-sort',
    code: `const rows = given([{ at: 1 }])\nrows.sort((a, b) => a.at - b.at) // here\nkeep(rows)\n`,
  },
  {
    name: 'interval',
    rule: 'set-interval',
    code: `declare function setInterval(run: () => void, ms: number): void\nkeep(1)\nsetInterval(() => keep(2), 5) // here\n`,
  },
  {
    name: 'twice',
    rule: 'extends-twice',
    code: `class A {\n  m(): number {\n    return given(1)\n  }\n}\nclass B extends A {\n  override m(): number {\n    return super.m() + 1\n  }\n}\nclass C extends B { // here\n  override m(): number {\n    return super.m() + 1\n  }\n}\nkeep(new C().m())\nkeep(new B().m())\n`,
  },
  {
    name: 'statics',
    rule: 'static-inheritance',
    code: `class A {\n  static made = given(1)\n}\nclass B extends A { // here\n  m(): number {\n    return B.made\n  }\n}\nkeep(new B().m())\nkeep(A.made)\n`,
  },
  {
    name: 'superArrow',
    rule: 'super-outside-method',
    code: `class A {\n  m(by: number): number {\n    return given(by)\n  }\n}\nclass B extends A {\n  all(): number[] {\n    return given([1]).map((by) => super.m(by)) // here\n  }\n}\nkeep(new B().all())\n`,
  },
  {
    name: 'fault',
    rule: 'extends-builtin',
    code: `class Fault extends Error {} // here\nkeep(new Fault(given('a')).message)\n`,
  },
  {
    name: 'label',
    rule: 'label',
    code: `const rows = given([[1]])\nouter: for (const row of rows) // here\n  for (const value of row) {\n    if (value === 1) continue outer\n    keep(value)\n  }\n`,
  },
  {
    name: 'early',
    rule: 'defined-before-use',
    code: `const table = build(given(3)) // here\nkeep(table)\nkeep(build(1))\nfunction build(length: number): number[] {\n  const rows: number[] = []\n  for (let i = 0; i < length; i++) rows.push(i)\n  return rows\n}\n`,
  },
  {
    name: 'branch',
    rule: 'defined-before-use',
    code: `function first(rows: number[]): number | undefined {\n  if (rows.length > 0) {\n    var found: number | undefined = rows[0]\n    keep(found)\n  }\n  return found // here\n}\nkeep(first(given([])))\nkeep(first(given([1])))\n`,
  },
  { name: 'bigint', rule: 'bigint', code: `keep(given(10n)) // here\n` },
  {
    name: 'generator',
    rule: 'generator',
    code: `export function* count(): Generator<number> { // here\n  yield given(1)\n}\nkeep(count())\n`,
  },
  {
    name: 'async',
    rule: 'async',
    code: `async function load(): Promise<number> { // here\n  return (await given(Promise.resolve(1))) + 1\n}\nkeep(load())\n`,
  },
  {
    name: 'hash',
    rule: 'object-integrity',
    code: `class A { // here\n  #count = given(1)\n  m(): number {\n    return this.#count++\n  }\n}\nkeep(new A().m())\n`,
  },
  {
    name: 'namedGroup',
    rule: 'regex',
    code: `const date = /(?<year>[0-9]+)-/ // here\nkeep(date.exec(given('2026-')))\n`,
  },
  {
    name: 'prototype',
    rule: 'builtin-prototype',
    code: `keep(Array.prototype.slice.call(given([1, 2]), 1)) // here\n`,
  },
  {
    name: 'instance',
    rule: 'instanceof-builtin',
    code: `keep(given<unknown>(1) instanceof Error) // here\n`,
  },
  {
    name: 'stringify',
    rule: 'ignored-argument',
    code: `keep(JSON.stringify(given({ a: 1 }), null, 2)) // here\n`,
  },
]

export const LOWERED: readonly Lowered[] = [
  {
    name: 'parameters',
    code: `function f(a: number, b = a + 1, ...rest: number[]): number[] {\n  return [a, b, ...rest]\n}\nkeep(f(given(1)))\nkeep(f(given(1), 5, 6, 7))\nkeep(Math.max(...f(given(9))))\n`,
    kept: [[1, 2], [1, 5, 6, 7], 10],
  },
  {
    name: 'destructuring',
    code: `const { a, b: [c, d = 4], ...rest } = given({ a: 1, b: [2], e: 5, f: 6 } as { a: number; b: number[]; e: number; f: number })\nkeep([a, c, d, rest.e, rest.f])\nlet x = given(1)\nlet y = given(2)\n;[x, y] = [y, x]\nkeep([x, y])\n`,
    kept: [
      [1, 2, 4, 5, 6],
      [2, 1],
    ],
  },
  {
    name: 'operators',
    code: `const row: { at?: { value: number }; n?: number | undefined } = given({})\nkeep(row.at?.value ?? 7)\nrow.n ??= 3\nrow.n ||= 4\nrow.n &&= row.n + 2\nkeep(row.n ** 2)\n`,
    kept: [7, 25],
  },
  {
    name: 'keys',
    code: `const name = given('k')\nconst row: Record<string, number> = { [name]: 1, [name + 'k']: 2, ...given({ z: 3 }) }\nkeep(Object.keys(row))\nkeep(row['kk'])\n`,
    kept: [['k', 'kk', 'z'], 2],
  },
  {
    name: 'classes',
    code: [
      'class Sensor {',
      '  readonly rows: number[] = []',
      '  private count_ = given(1)',
      '  static made = given(5)',
      '  twice = (): number => this.count_ * 2',
      '  constructor(readonly id: number) {}',
      '  get count(): number {',
      '    return this.count_',
      '  }',
      '  note(value: number): number {',
      '    this.rows.push(value)',
      '    return this.count_++',
      '  }',
      '}',
      'const one = new Sensor(1)',
      'const two = new Sensor(2)',
      'one.note(7)',
      'keep([one.rows.length, two.rows.length, one.count, two.count, one.twice(), two.id, Sensor.made])',
      'class Probe {',
      '  depth = given(3)',
      '  m(): number {',
      '    return this.depth',
      '  }',
      '}',
      'class Soil extends Probe {',
      '  dry: number[]',
      '  constructor() {',
      '    super()',
      '    this.dry = [this.depth]',
      '  }',
      '  override m(): number {',
      '    return super.m() + this.dry.length',
      '  }',
      '}',
      'keep([new Soil().m(), new Probe().m()])',
    ].join('\n'),
    kept: [
      [1, 0, 2, 1, 4, 2, 5],
      [4, 3],
    ],
  },
  {
    name: 'closures',
    code: `const all: (() => number)[] = []\nfor (let i = 0; i < 3; i++) all.push(() => i)\nfor (const value of given([7, 8])) all.push(() => value)\nkeep(all.map((each) => each()))\n`,
    kept: [[0, 1, 2, 7, 8]],
  },
  {
    name: 'enums',
    code: `enum Kind {\n  soil,\n  lamp = 5,\n}\nnamespace Wire {\n  export const bytes = given(11)\n}\nkeep([Kind.lamp, Kind[given(0)], Wire.bytes])\n`,
    kept: [[5, 'soil', 11]],
  },
  {
    name: 'recursion',
    code: `function even(n: number): boolean {\n  return n === 0 || odd(n - 1)\n}\nfunction odd(n: number): boolean {\n  return n !== 0 && even(n - 1)\n}\nkeep([even(given(4)), odd(given(4))])\n`,
    kept: [[true, false]],
  },
]
