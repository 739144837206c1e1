/** `fieldnode build` with the whole chain: what it prints and writes, what the gate refuses, and what stops it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { minify } from 'terser'
import { expect, test } from 'vitest'
import { LOADER_FILE, releaseOf } from '../../cli/boardFiles.ts'
import { build, write } from '../../cli/build.ts'
import { finished } from '../../cli/build/bundles.ts'
import { chain, TERSER } from '../../cli/build/chain.ts'
import { bundlePlans, ROOT } from '../../cli/build/plan.ts'
import { BuildFolder, withTinyBoard } from './buildFolder.ts'

const its = BuildFolder.forEachTest()

test("however many variables there are, none takes the name of one of Espruino's", async () => {
  const lines = Array.from({ length: 4_000 }, (_, i) => `var v${i} = getTime(); print(v${i}, v${i})`)
  const { code } = await minify(lines.join('\n'), TERSER)
  const names = new Set(code!.match(/[\w$]+/g))
  expect([names.has('D'), names.has('e0')]).toEqual([true, true])
  expect(['E', 'D0', 'D9', 'D13', 'D39'].filter((name) => names.has(name))).toEqual([])
})

test('prints a line of JSON a bundle', async () => {
  const [plan] = await bundlePlans('EU868', 7)
  const { board, profile, file } = plan!
  const to = join(its.folder, 'out')
  expect(await build([plan!], { folder: to, json: true })).toBe(0)
  expect(its.printed).toHaveLength(1)
  const line = JSON.parse(its.printed[0]!) as Record<string, unknown>
  expect(Object.keys(line)).toEqual(['board', 'profile', 'region', 'file', 'bytes', 'functions'])
  const names = { board: board.value.name, profile: profile.value.name, region: 'EU868' }
  expect(line).toMatchObject({ ...names, file: `${to}/${file}` })
  expect(readFileSync(join(ROOT, to, file)).length).toBe(line['bytes'])
  expect(line['bytes']).toBeLessThanOrEqual(board.value.budgets.bundleBytes)
  expect(line['functions']).toBeGreaterThan(5)
  expect(readdirSync(join(ROOT, to)).sort()).toEqual([file, LOADER_FILE])
  // One region's channels, and nothing of how regions are put together.
  const code = readFileSync(join(ROOT, to, file), 'utf8')
  expect(['8681e5', '9214e5', '9232e5'].map((hz) => code.split(hz).length - 1)).toEqual([1, 0, 0])
  expect(code).not.toContain('Object.assign')
  expect(releaseOf(Buffer.from(code))).toBe(7)
  expect(its.errors).toEqual([])
})

test('one over its budgets or with a trap is refused with its line and not written', async () => {
  const [plan] = await bundlePlans()
  const trap = `export const trap = {\n  drawn: Math.imul(E.hwRand(), 3),\n}\n`
  writeFileSync(join(its.place, 'trap.ts'), trap)
  const entry = {
    name: 'trap.js',
    code: `import { trap } from './${its.folder}/trap.ts'\nprint(trap.drawn)`,
  }
  const [small] = await chain([entry])
  const long = { ...small!, shipped: small!.shipped + 'function f(a) { print(a) }\n'.repeat(99) }
  const to = { folder: join(its.folder, 'refused'), json: true }
  expect(write([finished(plan!, small!), finished(withTinyBoard(plan!), long)], to)).toBe(1)
  expect([its.printed, readdirSync(join(ROOT, to.folder))]).toEqual([[], []])
  const [first, second, bytes, functions] = its.errors
  for (const line of [first, second])
    expect(line).toMatch(new RegExp(`^${its.folder}/trap\\.ts:2: .*missing-static`))
  const { file } = plan!.board
  expect(bytes).toMatch(new RegExp(`^${file}:1: \\d{4} bytes, the budget of tiny is 1000 `))
  expect(functions).toMatch(new RegExp(`^${file}:1: \\d+ live functions, the budget of tiny is 5 `))
  expect(its.errors).toHaveLength(4)
})

test('a fault of the sources stops the build with file and line, without a stack', async () => {
  const [plan] = await bundlePlans()
  writeFileSync(join(its.place, 'bad.ts'), `\nexport const bad = = 1\n`)
  const profile = { ...plan!.profile, file: `${its.folder}/bad.ts`, exported: 'bad' }
  expect(await build([{ ...plan!, profile }], { folder: its.folder, json: true })).toBe(1)
  expect(its.printed).toEqual([])
  expect(its.errors).toEqual([`${its.folder}/bad.ts:2: Unexpected token`])
})
