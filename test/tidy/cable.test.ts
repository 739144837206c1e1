/** docs/CABLE.md and the firmware have the same lines: a technician looks up what a node says, and finds nothing that none says. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const FIRMWARE = new URL('firmware/', ROOT)

/** The beginnings of the lines that the sources print, in the words of the table: up to the first thing that varies. */
function saidWords(): string[] {
  const found = new Set<string>()
  for (const name of readdirSync(FIRMWARE, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue
    const text = readFileSync(new URL(name, FIRMWARE), 'utf8')
    for (const [, line] of text.matchAll(/\.log\('([^']*)'/g)) found.add(line!.trim())
  }
  return [...found]
}

/** First cells of the tables. */
function tableWords(): string[] {
  const text = readFileSync(new URL('docs/CABLE.md', ROOT), 'utf8')
  return [...text.matchAll(/^\| `([^`]*)`/gm)].map(([, line]) => line!.replace(/ ?<.*$/, ''))
}

test('each line that a node prints stands in the table, and no other', () => {
  const said = saidWords()
  const table = tableWords()
  expect(table.length).toBeGreaterThan(15)
  const known = (line: string): boolean => table.some((word) => line === word || line.startsWith(`${word} `))
  expect(said.filter((line) => !known(line))).toEqual([])
  expect(table.filter((word) => !said.some((line) => line === word || line.startsWith(`${word} `)))).toEqual(
    [],
  )
})
