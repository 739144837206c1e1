/** The documents say what the tree holds. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, text } from './tree.ts'

const packageJson = JSON.parse(text('package.json')) as Record<string, Record<string, string>>
const dependencies = Object.keys({
  ...packageJson['dependencies'],
  ...packageJson['devDependencies'],
  ...packageJson['optionalDependencies'],
})

test('every dependency is justified in docs/DESIGN.md', () => {
  const design = text('docs/DESIGN.md')
  expect(dependencies.filter((name) => !design.includes(`| \`${name}\``))).toEqual([])
})

test('docs/DESIGN.md justifies nothing that is not installed', () => {
  const section = text('docs/DESIGN.md').split('## Dependencies')[1] ?? ''
  const named = [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!)
  expect(named.filter((name) => !dependencies.includes(name))).toEqual([])
})

test('versions are pinned exactly', () => {
  const loose = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
    Object.entries(packageJson[kind] ?? {}).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    ),
  )
  expect(loose).toEqual([])
})

test('the README has a row for every room', () => {
  const rooms = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules|dist|data)/.test(entry.name))
    .map((entry) => entry.name)
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  expect(rooms.filter((name) => !readme.includes(`| \`${name}/\``))).toEqual([])
})

test('the README has the two commands', () => {
  expect(text('README.md')).toContain('npm ci && npm run demo')
  expect(text('README.md')).toContain('npm ci && npm test')
})
