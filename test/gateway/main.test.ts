/** The gateway on its own data folder, with the store it ships with: what is kept, how it is protected, and what a restart remembers. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pino } from 'pino'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { startGateway, type Gateway } from '../../gateway/main.ts'
import { ManualClock } from './manualClock.ts'
import { registration } from './site.ts'
import { group, TestDevice } from './testDevice.ts'
import { TestForwarder } from './testForwarder.ts'

let dataDir: string
let clock: ManualClock
let gateway: Gateway
let forwarder: TestForwarder

async function start(options: { operatorPin?: string; udpPort?: number } = {}): Promise<void> {
  const log = pino({ level: 'silent' })
  const ports = { udpHost: '127.0.0.1', udpPort: 0, httpHost: '127.0.0.1', httpPort: 0 }
  gateway = await startGateway({ dataDir, region: as923_2, clock, log, ...ports, ...options })
  forwarder = await TestForwarder.open('00000000000000aa', gateway.udpPort)
}

async function stop(): Promise<void> {
  forwarder.close()
  await gateway.close()
}

async function exchange(phy: Uint8Array): Promise<Uint8Array[]> {
  const before = forwarder.sent.length
  await forwarder.push(phy)
  await clock.advance(3000, () => gateway.settled())
  return forwarder.sent.slice(before).map(({ data }) => Buffer.from(data, 'base64'))
}

beforeEach(async () => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'fieldnode-data-')), 'kept')
  clock = new ManualClock()
  await start({ operatorPin: '2468' })
})
afterEach(async () => {
  await stop()
  rmSync(join(dataDir, '..'), { recursive: true, force: true })
})

/** Everything that lies in the folder, as one text. */
const kept = (): string =>
  readdirSync(dataDir)
    .map((name) => readFileSync(join(dataDir, name), 'latin1'))
    .join('\n')

test('a restart between any two steps loses nothing and repeats nothing', async () => {
  const device = new TestDevice(registration(1))
  await gateway.register(device.registration)
  const again = async (): Promise<void> => {
    await stop()
    await start()
  }
  const counters: number[] = []
  const heard = (phys: Uint8Array[]): void => void counters.push(device.open(phys[0]!).counter)
  await again()
  const request = device.joinRequest()
  device.join((await exchange(request))[0]!)
  await again()
  expect(await exchange(request)).toEqual([])
  const hello = device.hello()
  heard(await exchange(hello))
  await again()
  expect(await exchange(hello)).toEqual([])
  expect(gateway.counts()['refused.frame.replay']).toBe(1)
  for (let sequence = 0; sequence < 4; sequence++) {
    const sample = group(sequence, [3, 4, 16], [[2500 + 10 * sequence, 8000, 4000]], {
      acknowledgementWanted: true,
    })
    heard(await exchange(device.samples(sample)))
    await again()
  }
  expect(await gateway.totals()).toMatchObject({ samples: 4, readings: 12, duplicates: 0, conflicts: 0 })
  expect(new Set(counters).size).toBe(5)
  expect(gateway.nodes()[0]).toMatchObject({
    state: 'fresh',
    rssiDbm: -80,
    readings: [{ value: 2530 }, { value: 8000 }, { value: 4000 }],
  })
})

test('no key and no PIN lies in the folder as it is, and what lies there is its owner only', async () => {
  const device = new TestDevice(registration(1))
  await gateway.register(device.registration)
  device.join((await exchange(device.joinRequest()))[0]!)
  const { appKey } = device.registration
  for (const text of [kept(), kept().toLowerCase()]) {
    expect(text).not.toContain(appKey)
    expect(text).not.toContain(Buffer.from(appKey, 'hex').toString('latin1'))
    expect(text).not.toContain('2468')
  }
  expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['fieldnode.db', 'master.key', 'operator.pin']))
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  for (const name of ['master.key', 'operator.pin'])
    expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600)
})

test('the PIN stays over a restart, and a new one takes its place', async () => {
  const status = async (pin: string): Promise<number> => {
    const headers = { 'x-operator-pin': pin }
    return (
      await fetch(`http://127.0.0.1:${gateway.httpPort}/api/devices`, { method: 'POST', headers, body: '{}' })
    ).status
  }
  await stop()
  await start()
  expect([await status('2468'), await status('1357')]).toEqual([400, 401])
  await stop()
  await start({ operatorPin: '1357' })
  expect([await status('2468'), await status('1357')]).toEqual([401, 400])
})

test('a gateway does not start on a damaged master key, and leaves it as it is', async () => {
  await gateway.register(registration(1))
  await stop()
  const file = join(dataDir, 'master.key')
  const whole = readFileSync(file, 'utf8')
  const started = (): Promise<unknown> =>
    start().then(
      () => 'started',
      (error: Error) => error.message,
    )
  writeFileSync(file, 'nonsense')
  expect(await started()).toBe('vault: masterKey')
  expect(readFileSync(file, 'utf8')).toBe('nonsense')
  writeFileSync(file, 'ab'.repeat(32))
  expect(await started()).toBe('vault: sealed')
  writeFileSync(file, whole)
  expect(await started()).toBe('started')
})

test('a taken port is said at the start, and the folder is free again', async () => {
  const elsewhere = join(dataDir, '..', 'other')
  const log = pino({ level: 'silent' })
  const options = {
    dataDir: elsewhere,
    region: as923_2,
    clock,
    log,
    udpHost: '127.0.0.1',
    httpHost: '127.0.0.1',
  }
  await expect(startGateway({ ...options, udpPort: gateway.udpPort, httpPort: -1 })).rejects.toThrow(
    'EADDRINUSE',
  )
  await expect(startGateway({ ...options, udpPort: 0, httpPort: gateway.httpPort })).rejects.toThrow(
    'EADDRINUSE',
  )
  await (await startGateway({ ...options, udpPort: 0, httpPort: -1 })).close()
})

test('a frame that waits in the window when the gateway closes is stored', async () => {
  const device = new TestDevice(registration(1))
  await gateway.register(device.registration)
  device.join((await exchange(device.joinRequest()))[0]!)
  await exchange(device.hello())
  await forwarder.push(device.samples(group(0, [3, 4, 16], [[2500, 8000, 4000]])))
  await stop()
  await start()
  expect((await gateway.totals()).samples).toBe(1)
})
