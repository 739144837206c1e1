/** The device MAC against a network server that follows a script, in virtual time: every table of scripts/ is what has to be seen, to the last cell. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Player } from './scriptPlayer.ts'
import { parseScripts, print } from './scriptTable.ts'

const FOLDER = join(import.meta.dirname, 'scripts')
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.md'))

test('there are scripts', () => expect(files.length).toBeGreaterThan(4))

describe.each(files)('%s', (file) => {
  const scripts = parseScripts(readFileSync(join(FOLDER, file), 'utf8'))

  test.each(scripts.map((script) => [script.name, script] as const))('%s', (_name, script) => {
    const seen = print(new Player(script).play())
    expect('\n' + seen).toBe('\n' + print(script.rows))
  })
})
