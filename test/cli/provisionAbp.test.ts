/** `fieldnode provision` for a node that never joins: the record of its session, its registration, and what is refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../cli/provision.ts'
import { wallClock } from '../../cli/wallClock.ts'
import { decodeAbp } from '../../core/abp.ts'
import { regionNamed } from '../../core/regions/index.ts'
import { startGateway, type Gateway } from '../../gateway/main.ts'
import { fakeBoard } from './fakeBoard.ts'

const PIN = '482915'
const AIR = ['--name', 'Yard', '--profile', 'air', '--latitude', '10.0342', '--longitude', '105.7881']
const folder = mkdtempSync(join(tmpdir(), 'fieldnode-provision-'))
let files = 0
const newFile = (): string => join(folder, `${++files}.settings`)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
let gateway: Gateway
let address: string

beforeAll(async () => {
  gateway = await startGateway({
    ...{ dataDir: ':memory:', region: regionNamed('AS923-2')!, clock: wallClock, operatorPin: PIN },
    ...{ udpHost: '127.0.0.1', udpPort: 0, httpHost: '127.0.0.1', httpPort: 0 },
    log: pino({ level: 'silent' }),
  })
  address = `http://127.0.0.1:${gateway.httpPort}`
})
afterAll(async () => {
  await gateway.close()
  rmSync(folder, { recursive: true })
})

let said: string[] = []
beforeEach(() => {
  said = []
  process.env['FIELDNODE_PIN'] = PIN
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line))
})
afterEach(() => {
  delete process.env['FIELDNODE_PIN']
  vi.restoreAllMocks()
})

test('the session stands in a record of its own, drawn or given', async () => {
  const [drawn, given] = [newFile(), newFile()]
  expect(await run([...AIR, '--abp', '--out', drawn, '--gateway', address])).toBe(0)
  expect(statSync(`${drawn}.abp`).mode & 0o777).toBe(0o600)
  const session = decodeAbp(Uint8Array.from(readFileSync(`${drawn}.abp`))) as Uint8Array
  // A private network's address (NetID 0).
  expect(session[0]! & 0xfe).toBe(0)
  expect(said.join('\n')).not.toContain(hex(session.subarray(4, 20)))
  const keys = ['--nwk-s-key', '5A'.repeat(16), '--app-s-key', 'a5'.repeat(16)]
  expect(await run([...AIR, '--abp', '--dev-addr', '260B1234', ...keys, '--out', given])).toBe(0)
  const record = decodeAbp(Uint8Array.from(readFileSync(`${given}.abp`))) as Uint8Array
  expect(hex(record)).toBe('260b1234' + '5a'.repeat(16) + 'a5'.repeat(16))
})

test('a session that another node has is refused by the gateway, and no file stays', async () => {
  const session = [
    '--abp',
    '--dev-addr',
    '00000007',
    '--nwk-s-key',
    '5b'.repeat(16),
    '--app-s-key',
    'b5'.repeat(16),
  ]
  expect(await run([...AIR, ...session, '--out', newFile(), '--gateway', address])).toBe(0)
  const file = newFile()
  expect(await run([...AIR, ...session, '--out', file, '--gateway', address])).toBe(1)
  expect(said.join('\n')).toContain('abp')
  expect([existsSync(file), existsSync(`${file}.abp`)]).toEqual([false, false])
})

test('on a board it goes with the settings, and goes away with the next ones', async () => {
  const board = await fakeBoard()
  expect(await run([...AIR, '--abp', '--port', board.address])).toBe(0)
  expect(decodeAbp(Uint8Array.from(board.files.get('abp')!))).toBeInstanceOf(Uint8Array)
  expect(await run([...AIR, '--port', board.address])).toBe(0)
  expect([...board.files.keys()]).toEqual(['settings'])
  await board.close()
})

const out = ['--out', join(folder, 'never')]
test.each([
  ['--abp', [...AIR, '--dev-addr', '00000001', ...out]],
  ['--dev-addr', [...AIR, '--abp', '--dev-addr', '1', ...out]],
  ['--nwk-s-key', [...AIR, '--abp', '--nwk-s-key', 'ab', ...out]],
  ['--app-s-key', [...AIR, '--abp', '--app-s-key', 'zz'.repeat(16), ...out]],
])('%s is named for %j, and nothing is written', async (where, args) => {
  await expect(run(args)).rejects.toMatchObject({ where })
  expect(existsSync(out[1]!)).toBe(false)
})
