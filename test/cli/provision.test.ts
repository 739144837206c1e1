/** `fieldnode provision` against a real gateway and a board's console: keys, record, registration, refusals. */
import { mkdtempSync, readFileSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { drawEui } from '../../cli/board/newNode.ts'
import { boardTexts } from '../../cli/board/texts.ts'
import { OptionError } from '../../cli/options.ts'
import { run } from '../../cli/provision.ts'
import { wallClock } from '../../cli/wallClock.ts'
import { regionNamed } from '../../core/regions/index.ts'
import { decodeSettings, type Settings } from '../../core/settings.ts'
import { startGateway, type Gateway } from '../../gateway/main.ts'
import { fakeBoard } from './fakeBoard.ts'

const PIN = '482915'
const folder = mkdtempSync(join(tmpdir(), 'fieldnode-provision-'))
let gateway: Gateway
let address: string
let files = 0
const newFile = () => join(folder, `${++files}.settings`)

beforeAll(async () => {
  gateway = await startGateway({
    dataDir: ':memory:',
    region: regionNamed('AS923-2')!,
    clock: wallClock,
    udpHost: '127.0.0.1',
    udpPort: 0,
    httpHost: '127.0.0.1',
    httpPort: 0,
    operatorPin: PIN,
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

const AIR = ['--name', 'Yard', '--profile', 'air', '--latitude', '10.0342', '--longitude', '105.7881']
const settingsIn = (file: string) => decodeSettings(Uint8Array.from(readFileSync(file))) as Settings
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('keys', () => {
  test('are drawn anew each time, and EUIs are locally administered and no group', () => {
    const drawn = Array.from({ length: 200 }, drawEui)
    expect(new Set(drawn.map(hex)).size).toBe(200)
    for (const eui of drawn) expect(eui[0]! & 3).toBe(2)
  })

  test('two nodes share nothing', async () => {
    const [a, b] = [newFile(), newFile()]
    expect(await run([...AIR, '--out', a])).toBe(0)
    expect(await run([...AIR, '--out', b])).toBe(0)
    expect(hex(settingsIn(a).appKey)).not.toBe(hex(settingsIn(b).appKey))
    expect(hex(settingsIn(a).devEui)).not.toBe(hex(settingsIn(b).devEui))
  })

  test('are shown nowhere', async () => {
    const file = newFile()
    await run([...AIR, '--out', file, '--gateway', address])
    expect(said.join('\n')).not.toContain(hex(settingsIn(file).appKey))
  })
})

describe('to a file', () => {
  test('that only its owner can read, with the record of core/settings', async () => {
    const file = newFile()
    const args = [
      '--profile',
      'soil',
      '--soil-dry',
      '2500',
      '--soil-wet',
      '1200',
      '--interval',
      '600',
      '--samples',
      '3',
    ]
    const place = [
      '--name',
      'Field',
      '--latitude=-10.5',
      '--longitude=-70.1234',
      '--dev-eui',
      '0011223344556677',
    ]
    expect(await run([...args, ...place, '--join-eui', '8899AABBCCDDEEFF', '--out', file])).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const settings = settingsIn(file)
    expect([hex(settings.devEui), hex(settings.joinEui)]).toEqual(['0011223344556677', '8899aabbccddeeff'])
    expect([settings.latitudeE4, settings.longitudeE4]).toEqual([-105_000, -701_234])
    expect([settings.intervalSeconds, settings.samplesPerUplink]).toEqual([600, 3])
    expect([settings.soilDryMillivolts, settings.soilWetMillivolts]).toEqual([2500, 1200])
    expect(said).toContain(boardTexts.provision.notRegistered('0011223344556677'))
  })

  test('that does not exist yet', async () => {
    const file = newFile()
    writeFileSync(file, 'kept')
    await expect(run([...AIR, '--out', file])).rejects.toMatchObject({ where: '--out' })
    expect(readFileSync(file, 'utf8')).toBe('kept')
  })

  test('in a folder that is not there: exit 1', async () => {
    expect(await run([...AIR, '--out', join(folder, 'none', 'x')])).toBe(1)
    expect(said.at(-1)).toContain(boardTexts.provision.cannotWrite)
  })
})

describe('at a gateway', () => {
  test('the device is registered with the key of the record', async () => {
    const file = newFile()
    const light = ['--name', 'Lamp 1', '--profile', 'light', '--lamp', 'L1', '--group', 'street']
    expect(
      await run([...light, '--latitude', '10', '--longitude', '105.5', '--out', file, '--gateway', address]),
    ).toBe(0)
    const eui = hex(settingsIn(file).devEui)
    const node = gateway.nodes().find((each) => each.eui === eui)!
    expect([node.name, node.profile, node.latitude, node.longitude]).toEqual(['Lamp 1', 'light', 10, 105.5])
    expect([node.lamp!.id, node.lamp!.group]).toEqual(['L1', 'street'])
    const again = {
      devEui: eui,
      joinEui: '0'.repeat(16),
      appKey: hex(settingsIn(file).appKey),
      name: 'Lamp 1',
    }
    const same = {
      ...again,
      profile: 'light' as const,
      latitude: 10,
      longitude: 105.5,
      lamp: { id: 'L1', group: 'street' },
    }
    expect(await gateway.register(same)).toEqual({ devEui: eui, name: 'Lamp 1' })
  })

  test('a refusal is told in the words of the gateway, and no useless file stays', async () => {
    process.env['FIELDNODE_PIN'] = '000000'
    const file = newFile()
    expect(await run([...AIR, '--out', file, '--gateway', address])).toBe(1)
    expect(existsSync(file)).toBe(false)
    expect(said.at(-1)).toBe(boardTexts.provision.again)
    process.env['FIELDNODE_PIN'] = PIN
    const taken = ['--dev-eui', gateway.nodes()[0]!.eui]
    expect(await run([...AIR, ...taken, '--out', file, '--gateway', address])).toBe(1)
    expect(existsSync(file)).toBe(false)
  })

  test('no gateway, or something else at its address: exit 1', async () => {
    const other = createServer((socket) =>
      socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}'),
    )
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    for (const url of ['http://127.0.0.1:1', `http://127.0.0.1:${port}`]) {
      const file = newFile()
      expect(await run([...AIR, '--out', file, '--gateway', url])).toBe(1)
      expect(said.at(-2)).toContain(url)
      expect(existsSync(file)).toBe(false)
    }
    other.close()
  })
})

describe('to a board', () => {
  test('as its Storage file `settings`, and the node starts with it', async () => {
    const board = await fakeBoard()
    const gauge = [
      '--name',
      'Bridge',
      '--profile',
      'gauge',
      '--height-mm',
      '3500',
      '--latitude',
      '10',
      '--longitude',
      '105',
    ]
    expect(await run([...gauge, '--port', board.address, '--gateway', address])).toBe(0)
    const settings = decodeSettings(Uint8Array.from(board.files.get('settings')!)) as Settings
    expect(settings.gaugeHeightMm).toBe(3500)
    expect(board.boots).toBe(1)
    expect(gateway.nodes().some((node) => node.eui === hex(settings.devEui))).toBe(true)
    await board.close()
  })

  test('that fails: nothing is registered', async () => {
    const board = await fakeBoard({ corrupt: true })
    const before = gateway.nodes().length
    expect(await run([...AIR, '--port', board.address, '--gateway', address])).toBe(1)
    expect(gateway.nodes().length).toBe(before)
    await board.close()
  })
})

describe('wrong calls', () => {
  const without = (name: string) => AIR.filter((_, i) => AIR[i] !== name && AIR[i - 1] !== name)
  const out = ['--out', join(folder, 'never')]
  const wrong: [string, string[]][] = [
    ['--name', [...without('--name'), ...out]],
    ['--profile', [...without('--profile'), ...out]],
    ['--profile', [...AIR, '--profile', 'sea', ...out]],
    ['--latitude', [...without('--latitude'), ...out]],
    ['--latitude', [...AIR, '--latitude', '90.0001', ...out]],
    ['--latitude', [...AIR, '--latitude', '10,5', ...out]],
    ['--longitude', [...AIR, '--longitude', '1e2', ...out]],
    ['--dev-eui', [...AIR, '--dev-eui', '00', ...out]],
    ['--join-eui', [...AIR, '--join-eui', 'zz11223344556677', ...out]],
    ['--interval', [...AIR, '--interval', '86401', ...out]],
    ['--samples', [...AIR, '--samples', '17', ...out]],
    ['--soil-dry', [...AIR, '--profile', 'soil', ...out]],
    ['--soil-wet', [...AIR, '--profile', 'soil', '--soil-dry', '2500', '--soil-wet', '9999', ...out]],
    ['--height-mm', [...AIR, '--profile', 'gauge', ...out]],
    ['--lamp', [...AIR, '--profile', 'light', ...out]],
    ['--group', [...AIR, '--profile', 'light', '--lamp', 'L', ...out]],
    ['--gateway', [...AIR, '--gateway', 'ftp://x', ...out]],
    ['--port, --out', AIR],
    ['--port, --out', [...AIR, '--port', 'tcp://127.0.0.1:1', ...out]],
    ['--patience', [...AIR, '--patience', '0', ...out]],
    ['options', [...AIR, '--appkey', '00', ...out]],
  ]
  for (const [where, args] of wrong) {
    test(`${where} is named: ${args.slice(AIR.length).join(' ')}`, async () => {
      const error = await run(args).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OptionError)
      expect((error as OptionError).where).toBe(where)
      expect(existsSync(out[1]!)).toBe(false)
    })
  }

  test('a gateway without the PIN in the environment', async () => {
    delete process.env['FIELDNODE_PIN']
    await expect(run([...AIR, ...out, '--gateway', address])).rejects.toMatchObject({
      where: 'FIELDNODE_PIN',
    })
  })

  test('--help is no error', async () => {
    expect(await run(['--help'])).toBe(0)
  })
})
