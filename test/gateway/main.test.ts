/** The gateway on its own data folder, with the store it ships with: what is kept, how it is protected, and what a restart remembers. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pino } from 'pino'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { startGateway } from '../../gateway/main.ts'
import { KeptGateway } from './keptGateway.ts'
import { registration } from './site.ts'
import { group, TestDevice } from './testDevice.ts'

const its = KeptGateway.forEachTest()

/** Everything that lies in the folder, as one text. */
const kept = (): string =>
  readdirSync(its.dataDir)
    .map((name) => readFileSync(join(its.dataDir, name), 'latin1'))
    .join('\n')

test('no key and no PIN lies in the folder as it is, and what lies there is its owner only', async () => {
  const device = new TestDevice(registration(1))
  await its.gateway.register(device.registration)
  device.join((await its.exchange(device.joinRequest()))[0]!)
  const { appKey } = device.registration
  for (const text of [kept(), kept().toLowerCase()]) {
    expect(text).not.toContain(appKey)
    expect(text).not.toContain(Buffer.from(appKey, 'hex').toString('latin1'))
    expect(text).not.toContain('2468')
  }
  expect(readdirSync(its.dataDir)).toEqual(
    expect.arrayContaining(['fieldnode.db', 'master.key', 'operator.pin']),
  )
  expect(statSync(its.dataDir).mode & 0o777).toBe(0o700)
  for (const name of ['master.key', 'operator.pin'])
    expect(statSync(join(its.dataDir, name)).mode & 0o777).toBe(0o600)
})

test('the PIN stays over a restart, and a new one takes its place', async () => {
  const status = async (pin: string): Promise<number> => {
    const headers = { 'x-operator-pin': pin }
    return (
      await fetch(`http://127.0.0.1:${its.gateway.httpPort}/api/devices`, {
        method: 'POST',
        headers,
        body: '{}',
      })
    ).status
  }
  await its.stop()
  await its.start()
  expect([await status('2468'), await status('1357')]).toEqual([400, 401])
  await its.stop()
  await its.start({ operatorPin: '1357' })
  expect([await status('2468'), await status('1357')]).toEqual([401, 400])
})

test('a gateway does not start on a damaged master key, and leaves it as it is', async () => {
  await its.gateway.register(registration(1))
  await its.stop()
  const file = join(its.dataDir, 'master.key')
  const whole = readFileSync(file, 'utf8')
  const started = (): Promise<unknown> =>
    its.start().then(
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
  const elsewhere = join(its.dataDir, '..', 'other')
  const log = pino({ level: 'silent' })
  const options = {
    dataDir: elsewhere,
    region: as923_2,
    clock: its.clock,
    log,
    udpHost: '127.0.0.1',
    httpHost: '127.0.0.1',
  }
  await expect(startGateway({ ...options, udpPort: its.gateway.udpPort, httpPort: -1 })).rejects.toThrow(
    'EADDRINUSE',
  )
  await expect(startGateway({ ...options, udpPort: 0, httpPort: its.gateway.httpPort })).rejects.toThrow(
    'EADDRINUSE',
  )
  await (await startGateway({ ...options, udpPort: 0, httpPort: -1 })).close()
})

test('a frame that waits in the window when the gateway closes is stored', async () => {
  const device = new TestDevice(registration(1))
  await its.gateway.register(device.registration)
  device.join((await its.exchange(device.joinRequest()))[0]!)
  await its.exchange(device.hello())
  await its.forwarder.push(device.samples(group(0, [3, 4, 16], [[2500, 8000, 4000]])))
  await its.stop()
  await its.start()
  expect((await its.gateway.totals()).samples).toBe(1)
})
