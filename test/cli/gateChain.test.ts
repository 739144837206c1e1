/** The gate behind the real chain: TypeScript through rollup, Babel and terser; what is refused is named by its file and line. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chain, type Chained, type Entry } from '../../cli/build/chain.ts'
import { BuildError } from '../../cli/build/fault.ts'
import { gate } from '../../cli/build/gate.ts'
import { ROOT } from '../../cli/build/plan.ts'
import { LOWERED, SURVIVING } from './gateSources.ts'

// Sources have to lie under the root: rollup's TypeScript plugin takes no others.
mkdirSync(join(ROOT, 'dist'), { recursive: true })
const folder = mkdtempSync(join(ROOT, 'dist', 'gate-'))
afterAll(() => rmSync(folder, { recursive: true }))

const fileOf = (name: string): string => relative(ROOT, join(folder, `${name}.ts`))

/** Writes sources with a tsconfig of their own beside what they may call: `keep(value)` notes it, `given(n)` is unknown to terser. */
function written(place: string, sources: Record<string, string>): { entries: Entry[]; tsconfig: string } {
  const inside = join(folder, place)
  mkdirSync(inside)
  const config = {
    extends: join(ROOT, 'tsconfig.base.json'),
    compilerOptions: { moduleDetection: 'force' },
    include: ['./*.ts'],
  }
  writeFileSync(join(inside, 'tsconfig.json'), JSON.stringify(config))
  const given = 'declare function keep(value: unknown): void\ndeclare function given<T>(value: T): T\n'
  writeFileSync(join(inside, 'given.d.ts'), given)
  for (const [name, code] of Object.entries(sources)) writeFileSync(join(inside, `${name}.ts`), code)
  const entries = Object.keys(sources).map((name) => ({
    name: `${name}.js`,
    code: `import './${fileOf(`${place}/${name}`)}'`,
  }))
  return { entries, tsconfig: join(inside, 'tsconfig.json') }
}

const chained = new Map<string, Chained>()
beforeAll(async () => {
  const rows = [...SURVIVING, ...LOWERED]
  const { entries, tsconfig } = written(
    'good',
    Object.fromEntries(rows.map(({ name, code }) => [name, code])),
  )
  const made = await chain(entries, { tsconfig })
  rows.forEach(({ name }, at) => chained.set(name, made[at]!))
})

describe('what survives Babel and terser', () => {
  test.each(SURVIVING)('$rule is refused in $name', ({ name, rule, code }) => {
    const { code: bundle, map } = chained.get(name)!
    const line = code.split('\n').findIndex((each) => each.includes('// here')) + 1
    const found = gate(bundle, map).map((each) => `${each.file}:${each.line}: ${each.rule}`)
    expect(found).toContain(`${fileOf(`good/${name}`)}:${line}: ${rule}`)
  })
})

describe('what Babel lowers', () => {
  test.each(LOWERED)('$name passes the gate and comes to the same', ({ name, kept }) => {
    const { code: bundle, map } = chained.get(name)!
    expect(gate(bundle, map)).toEqual([])
    const values: unknown[] = []
    runInNewContext(bundle, {
      keep: (value: unknown) => values.push(value),
      given: (value: unknown) => value,
    })
    expect(values).toEqual(kept)
  })

  test('ends no line but in a template: Espruino reads on after `return` and before `++`', () => {
    for (const [name, { code }] of chained) expect(code.trimEnd().split('\n').length, name).toBe(1)
  })
})

describe('a build of wrong sources stops and names file and line', () => {
  const linesOf = async (place: string, sources: Record<string, string>): Promise<readonly string[]> => {
    const { entries, tsconfig } = written(place, sources)
    const error = await chain(entries, { tsconfig }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof BuildError)) throw error
    return error.lines
  }

  test('for every type error, an undeclared name and a module that is not there', async () => {
    const lines = await linesOf('types', {
      one: `const a: number = given('x')\nkeep(a)\nundeclared = 1\n`,
      two: `import { b } from './three.ts'\n\nkeep(b.length + 1 - 'x')\n`,
      three: `export const b = 'b'\n`,
      four: `import { c } from './nowhere.ts'\nkeep(c)\n`,
    })
    expect(lines).toContain(
      `${fileOf('types/one')}:1: TS2322: Type 'string' is not assignable to type 'number'.`,
    )
    expect(lines).toContain(`${fileOf('types/one')}:3: TS2304: Cannot find name 'undeclared'.`)
    expect(lines.filter((line) => line.startsWith(`${fileOf('types/two')}:3: TS2363:`))).toHaveLength(1)
    expect(lines.filter((line) => line.startsWith(`${fileOf('types/four')}:1: TS2307:`))).toHaveLength(1)
  })

  test('for a derived class with a field and no constructor, which Babel cannot lower', async () => {
    const lines = await linesOf('derived', {
      six: `class A {\n  a = 1\n}\nclass B extends A {\n  b = 2\n}\nkeep(new B())\n`,
    })
    expect(lines[0]).toMatch(/^dist\/gate-\w+\/derived\/six\.ts:\d+: .*super\(\)/)
  })

  test('for a syntax error', async () => {
    const lines = await linesOf('syntax', { five: `keep(1)\nconst a = = 2\n` })
    expect(lines[0]).toBe(`${fileOf('syntax/five')}:2: TS1109: Expression expected.`)
  })
})
