/** `npm run test:espruino`: the suite in the real interpreter. With `--json` the named bundles live through 1,000 wakes, and what goes to the standard
 *  output is a line a bundle; the suite's own words go to the standard error. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const json = process.argv.includes('--json')
const rest = process.argv.slice(2).filter((each) => each !== '--json')
const folder = mkdtempSync(join(tmpdir(), 'fieldnode-lines-'))
const lines = join(folder, 'lines')
writeFileSync(lines, '')
const env = json ? { FIELDNODE_WAKES: '1000', ...process.env, FIELDNODE_LINES: lines } : process.env
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--config', 'test/espruino/vitest.config.ts', ...rest],
  {
    env,
    stdio: ['ignore', json ? 2 : 'inherit', 'inherit'],
  },
)
process.stdout.write(readFileSync(lines))
rmSync(folder, { recursive: true })
process.exitCode = status ?? 1
