/** `fieldnode provision` for a node with Wi-Fi: the second record, and what it refuses. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../cli/provision.ts'
import { decodeNetworkSettings } from '../../core/networkSettings.ts'

const folder = mkdtempSync(join(tmpdir(), 'fieldnode-provision-wifi-'))
afterAll(() => rmSync(folder, { recursive: true }))
let said: string[] = []
beforeEach(() => {
  said = []
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line))
})
afterEach(() => vi.restoreAllMocks())

const AIR = ['--name', 'Yard', '--profile', 'air', '--latitude', '10.0342', '--longitude', '105.7881']
let files = 0
const newFile = (): string => join(folder, `${++files}.settings`)

test.each([
  [['--ssid', 'Nhà', '--wifi-password', 'mot hai ba', '--broker', '192.168.1.2:1884'], 'mot hai ba', 1884],
  [['--ssid', 'Nhà', '--broker', '192.168.1.2'], '', 1883],
])(
  '%j: a record that only its owner can read, and no word of the password',
  async (options, password, port) => {
    const file = newFile()
    expect(await run([...AIR, ...options, '--out', file])).toBe(0)
    const network = decodeNetworkSettings(Uint8Array.from(readFileSync(`${file}.wifi`)))
    expect(network).toEqual({
      ssid: Buffer.from('Nhà').toString('latin1'),
      password,
      host: '192.168.1.2',
      port,
    })
    expect(statSync(`${file}.wifi`).mode & 0o777).toBe(0o600)
    expect(said.join('\n')).not.toContain('mot hai ba')
  },
)

test('without a word of Wi-Fi there is no such record', async () => {
  const file = newFile()
  expect(await run([...AIR, '--out', file])).toBe(0)
  expect([existsSync(file), existsSync(`${file}.wifi`)]).toEqual([true, false])
})

test.each([
  ['--ssid', ['--broker', 'a']],
  ['--broker', ['--ssid', 'x']],
  ['--ssid', ['--ssid', 'x'.repeat(33), '--broker', 'a']],
  ['--wifi-password', ['--ssid', 'x', '--wifi-password', 'short', '--broker', 'a']],
  ['--broker', ['--ssid', 'x', '--broker', 'mqtt://a']],
  ['--broker', ['--ssid', 'x', '--broker', 'a:0']],
  ['--broker', ['--ssid', 'x', '--broker', 'a:1:2']],
])('%s is named for %j, and nothing is written', async (where, options) => {
  const file = newFile()
  await expect(run([...AIR, ...options, '--out', file])).rejects.toMatchObject({ where })
  expect([existsSync(file), existsSync(`${file}.wifi`)]).toEqual([false, false])
})
