/** `fieldnode build`: what it prints and writes of bundles that are made already; build.long.test.ts makes them. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { report, write } from '../../cli/build.ts'
import { finished, literal, type Bundle } from '../../cli/build/bundles.ts'
import { bundlePlans, REGION_DEFAULT, ROOT } from '../../cli/build/plan.ts'
import { REGIONS } from '../../core/regions/index.ts'
import { texts } from '../../cli/texts.ts'
import { BuildFolder, withTinyBoard } from './buildFolder.ts'

const its = BuildFolder.forEachTest()

const fieldnode = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'bin/fieldnode.mjs'), 'build', ...args], {
    encoding: 'utf8',
    env: { ...process.env, FIELDNODE_LANG: 'en' },
  })

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

const bundle: Bundle = {
  ...{ board: 'b', profile: 'p', region: 'r', file: 'b-p.js' },
  ...{ bytes: 8, functions: 56, code: 'print(1)', findings: [] },
}

test('a line of JSON a bundle that the gate takes; one that it refuses is named with its line and not written', () => {
  const folder = join(its.folder, 'out')
  const finding = { rule: 'missing-static', file: 'core/x.ts', line: 7, message: 'no such thing' } as const
  const refused: Bundle = { ...bundle, file: 'b-q.js', findings: [finding] }
  expect(write([refused, bundle], { folder, json: true })).toBe(1)
  const file = `${folder}/b-p.js`
  expect(its.printed).toEqual([
    `{"board":"b","profile":"p","region":"r","file":"${file}","bytes":8,"functions":56}`,
  ])
  expect(its.errors).toEqual([
    texts.build.refused('b-q.js', 'core/x.ts:7', 'no such thing', 'missing-static'),
  ])
  expect(readdirSync(join(ROOT, folder))).toEqual(['b-p.js'])
  expect(readFileSync(join(ROOT, file), 'utf8')).toBe('print(1)')
  expect(write([bundle], { folder, json: true })).toBe(0)
})

test('one over its budgets has a finding a budget', async () => {
  const [plan] = await bundlePlans()
  const shipped = 'function f(a) { print(a) }\n'.repeat(99)
  const map = JSON.stringify({ version: 3, sources: [], names: [], mappings: '' })
  const { bytes, findings } = finished(withTinyBoard(plan!), { code: 'print(1)', shipped, map })
  expect(bytes).toBe(`${shipped}//${plan!.release}`.length)
  expect(findings.map(({ rule, file, line }) => [rule, file, line])).toEqual([
    ['budget', plan!.board.file, 1],
    ['budget', plan!.board.file, 1],
  ])
})

test('without --json the line is for people', () => {
  report(bundle, { folder: its.folder, json: false })
  expect(its.printed).toEqual([texts.build.made(`${its.folder}/b-p.js`, 8, 56)])
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
