/** `fieldnode build`: what it prints, what it writes, and what stops it. */
import { spawnSync } from 'node:child_process'
import { runInNewContext } from 'node:vm'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { minify } from 'terser'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { build, report, write } from '../../cli/build.ts'
import { finished, literal } from '../../cli/build/bundles.ts'
import { chain, TERSER } from '../../cli/build/chain.ts'
import { bundlePlans, REGION_DEFAULT, ROOT, type BundlePlan } from '../../cli/build/plan.ts'
import { REGIONS } from '../../core/regions/index.ts'
import { LOADER_FILE, releaseOf } from '../../cli/boardFiles.ts'
import { texts } from '../../cli/texts.ts'

// Under the root: rollup's TypeScript plugin takes no other sources.
mkdirSync(join(ROOT, 'dist'), { recursive: true })
const place = mkdtempSync(join(ROOT, 'dist', 'build-'))
const folder = relative(ROOT, place)
afterAll(() => rmSync(place, { recursive: true }))

let printed: string[] = []
let errors: string[] = []
beforeEach(() => {
  printed = []
  errors = []
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line))
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line))
})
afterEach(() => vi.restoreAllMocks())

const fieldnode = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'bin/fieldnode.mjs'), 'build', ...args], {
    encoding: 'utf8',
    env: { ...process.env, FIELDNODE_LANG: 'en' },
  })

/** A board that a bundle fits as little as it fits this file. */
function withTinyBoard(plan: BundlePlan): BundlePlan {
  const budgets = { bundleBytes: 1000, functions: 5, peakVariables: 100 }
  const value = { ...plan.board.value, name: 'tiny', budgets }
  return { ...plan, board: { ...plan.board, value }, file: 'tiny.js' }
}

test('every board has a bundle for every profile, and the name says the region when it is not the default', async () => {
  const names = async (region: string) => (await bundlePlans(region)).map(({ file }) => file)
  const usual = await names(REGION_DEFAULT)
  for (const profile of ['air', 'gauge', 'light', 'soil'])
    expect(usual).toContain(`ttgo-lora32-v21-${profile}.js`)
  expect(await names('EU868')).toEqual(usual.map((file) => file.replace(/\.js$/, '-EU868.js')))
})

test('a region is written out whole: read back, its literal is the region, also where regions share', () => {
  for (const region of REGIONS) {
    const source = literal(region)
    expect(source).not.toMatch(/"\w+":/)
    expect(runInNewContext(`JSON.stringify(${source})`)).toBe(JSON.stringify(region))
  }
})

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
  const to = join(folder, 'out')
  expect(await build([plan!], { folder: to, json: true })).toBe(0)
  expect(printed).toHaveLength(1)
  const line = JSON.parse(printed[0]!) as Record<string, unknown>
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
  expect(errors).toEqual([])
})

test('one over its budgets or with a trap is refused with its line and not written', async () => {
  const [plan] = await bundlePlans()
  const trap = `export const trap = {\n  drawn: Math.imul(E.hwRand(), 3),\n}\n`
  writeFileSync(join(place, 'trap.ts'), trap)
  const entry = {
    name: 'trap.js',
    code: `import { trap } from './${folder}/trap.ts'\nprint(trap.drawn)`,
  }
  const [small] = await chain([entry])
  const long = { ...small!, shipped: small!.shipped + 'function f(a) { print(a) }\n'.repeat(99) }
  const to = { folder: join(folder, 'refused'), json: true }
  expect(write([finished(plan!, small!), finished(withTinyBoard(plan!), long)], to)).toBe(1)
  expect([printed, readdirSync(join(ROOT, to.folder))]).toEqual([[], []])
  const [first, second, bytes, functions] = errors
  for (const line of [first, second])
    expect(line).toMatch(new RegExp(`^${folder}/trap\\.ts:2: .*missing-static`))
  const { file } = plan!.board
  expect(bytes).toMatch(new RegExp(`^${file}:1: \\d{4} bytes, the budget of tiny is 1000 `))
  expect(functions).toMatch(new RegExp(`^${file}:1: \\d+ live functions, the budget of tiny is 5 `))
  expect(errors).toHaveLength(4)
})

test('without --json the line is for people', () => {
  const bundle = {
    board: 'b',
    profile: 'p',
    region: 'r',
    file: 'b-p.js',
    bytes: 1234,
    functions: 56,
    code: '',
    findings: [],
  }
  report(bundle, { folder, json: false })
  expect(printed).toEqual([texts.build.made(`${folder}/b-p.js`, 1234, 56)])
})

test('a fault of the sources stops the build with file and line, without a stack', async () => {
  const [plan] = await bundlePlans()
  writeFileSync(join(place, 'bad.ts'), `\nexport const bad = = 1\n`)
  const profile = { ...plan!.profile, file: `${folder}/bad.ts`, exported: 'bad' }
  expect(await build([{ ...plan!, profile }], { folder, json: true })).toBe(1)
  expect(printed).toEqual([])
  expect(errors).toEqual([`${folder}/bad.ts:2: Unexpected token`])
})

test('an unknown region is an argument error with the regions there are', async () => {
  const names = REGIONS.map(({ name }) => name)
  const { status, stdout, stderr } = fieldnode('--region', 'XX123', '--json')
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(`--region: expected ${names.join(' | ')}, got XX123`)
})

test('an option that is not there is an argument error', () => {
  const { status, stderr } = fieldnode('--fast')
  expect(status).toBe(2)
  expect(stderr).toContain('--fast')
  expect(stderr).not.toContain('    at ')
})
