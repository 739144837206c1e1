/** What an operator may bring, and every name under which something else is refused; and the command that asks. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { OptionError } from '../../../cli/options.ts'
import { run } from '../../../cli/update.ts'
import { MANIFEST_BYTES } from '../../../core/update/manifest.ts'
import { updatesAnswer } from '../../../gateway/api/schema.ts'
import { StoreError } from '../../../gateway/store/store.ts'
import { checkRelease } from '../../../gateway/update/release.ts'
import { json, refused, WebSite } from '../api/webSite.ts'
import { PIN, registration } from '../site.ts'
import { border, expectMutantsRefused, release, seed } from './mutants.ts'
import { makeRelease, otherKey, releaseKey } from './release.ts'

const EUI = registration(2).devEui

let web: WebSite
let folder: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fieldnode-update-'))
  web = await WebSite.open({ releaseKey })
  await web.site.gateway.register(registration(2, { link: 'mqtt' }))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await web.site.close()
  rmSync(folder, { recursive: true, force: true })
})

const bring = (over: object = {}, pin = PIN): Promise<Response> =>
  web.post('/api/updates', { ...release.body, nodes: [EUI], ...over }, pin)
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const turned = (bytes: Uint8Array, at: number): string => {
  const copy = Uint8Array.from(bytes)
  copy[at]! ^= 1
  return base64(copy)
}

describe('refused at the border', () => {
  const rows: [name: string, over: () => object, status: number, where: string][] = [
    ['no JSON object', () => ({ nodes: 5 }), 400, 'body.nodes'],
    ['nobody named', () => ({ nodes: [] }), 400, 'body.nodes'],
    ['both named and all', () => ({ all: true }), 400, 'body.nodes'],
    ['no base64', () => ({ bundle: '!' }), 400, 'body.bundle'],
    ['no ticket', () => ({ ticket: '' }), 400, 'ticket'],
    [
      'a manifest alone',
      () => ({ ticket: base64(release.ticket.subarray(0, MANIFEST_BYTES)) }),
      400,
      'ticket',
    ],
    ['a ticket of 17 kB', () => ({ ticket: base64(new Uint8Array(17_000)) }), 400, 'ticket'],
    ['a manifest that is none', () => ({ ticket: turned(release.ticket, 0) }), 400, 'ticket'],
    ['no bundle', () => ({ bundle: '' }), 400, 'bundle'],
    ['a bundle with a bit turned', () => ({ bundle: turned(release.bundle, 500) }), 400, 'bundle'],
    ['a bundle cut short', () => ({ bundle: base64(release.bundle.subarray(1)) }), 400, 'bundle'],
    ['a signature with a bit turned', () => ({ ticket: turned(release.ticket, 2_000) }), 400, 'ticket'],
    ['a signed version changed', () => ({ ticket: turned(release.ticket, 4) }), 400, 'ticket'],
    ['a node that nobody knows', () => ({ nodes: ['ffffffffffffffff'] }), 404, 'eui'],
    ['a node of another profile', () => ({ nodes: [web.lamp.registration.devEui] }), 409, 'nodes'],
  ]
  for (const [name, over, status, where] of rows)
    test(`${name}: ${status} ${where}`, async () => {
      expect(await refused(await bring(over()))).toEqual([status, where])
      expect(web.site.gateway.nodes().some(({ update }) => update)).toBe(false)
      expect(await web.site.store.release(release.transfer)).toBeUndefined()
      const last = (await web.site.store.audit(1))[0]!
      expect([last.action, (JSON.parse(last.detail) as { where: string }).where]).toEqual([
        'node.update',
        where,
      ])
    })

  test('without the PIN, before anything is looked at', async () => {
    expect(await refused(await bring({}, 'wrong'))).toEqual([401, 'x-operator-pin'])
    expect(await refused(await bring({ nodes: 5 }, ''))).toEqual([401, 'x-operator-pin'])
    const init = { method: 'DELETE', headers: { 'x-operator-pin': 'wrong' } }
    const response = await fetch(web.site.url(`/api/updates/${EUI}`), init)
    expect(await refused(response)).toEqual([401, 'x-operator-pin'])
  })

  test('a node by radio: not yet', async () => {
    await web.site.gateway.register(registration(3))
    expect(await refused(await bring({ nodes: [registration(3).devEui] }))).toEqual([409, 'nodes'])
    expect(web.site.count('refused.http.overLorawan')).toBe(1)
  })

  test('a version that is not above what is queued', async () => {
    const newer = makeRelease(8, 1_000)
    expect((await bring(newer.body)).status).toBe(202)
    expect(await refused(await bring())).toEqual([409, 'ticket'])
    expect(web.site.count('refused.http.old')).toBe(1)
  })

  test('all of a profile that nobody has', async () => {
    const soil = makeRelease(7, 100, { profile: 'soil' })
    expect(await refused(await bring({ ...soil.body, nodes: undefined, all: true }))).toEqual([409, 'all'])
  })

  test('another ticket of the same name', async () => {
    const { transfer, bundle } = release
    await web.site.store.write({ releases: [{ transfer, ticket: Uint8Array.of(1), bundle }] })
    expect(await refused(await bring())).toEqual([409, 'ticket'])
    expect(web.site.count('refused.http.collision')).toBe(1)
  })

  test('when the store can be neither read nor written', async () => {
    const broken = (): Promise<never> => Promise.reject(new StoreError('failed', 'disk'))
    const { release: read } = web.site.gatewayStore
    web.site.gatewayStore.release = broken
    expect(await refused(await bring())).toEqual([503, 'store'])
    web.site.gatewayStore.release = read
    web.site.gatewayStore.write = broken
    expect(await refused(await bring())).toEqual([503, 'store'])
  })

  test('a body of 2 MB', async () => {
    expect(await refused(await bring({ bundle: 'A'.repeat(2_000_000) }))).toEqual([413, 'body'])
  })
})

describe('a release', () => {
  test('of the largest bundle is taken', async () => {
    const largest = makeRelease(7, 1_048_576)
    expect((await bring(largest.body)).status).toBe(202)
  })

  test('signed by somebody else is refused by a gateway that knows the key, and taken by one that does not', () => {
    const check = (key: Uint8Array | undefined) =>
      checkRelease(release.ticket, release.bundle, { ...border, releaseKey: key })
    expect(check(otherKey)).toMatchObject({ refused: 'signature', got: 'wrong' })
    expect(check(undefined)).toMatchObject({ release: { transfer: release.transfer } })
  })

  test("for another frequency plan than this gateway's is refused", () => {
    const { ticket, bundle } = makeRelease(7, 5_000, { region: 'EU868' })
    expect(checkRelease(ticket, bundle, border)).toEqual({ refused: 'otherRegion', got: 'EU868' })
  })

  test(`200 mutated tickets are refused by name, seed ${seed}`, () => expectMutantsRefused(200))
})

describe('fieldnode update', () => {
  const printed: string[] = []
  beforeEach(() => {
    printed.length = 0
    vi.stubEnv('FIELDNODE_PIN', PIN)
    vi.spyOn(console, 'log').mockImplementation((line: string) => printed.push(line))
    vi.spyOn(console, 'error').mockImplementation((line: string) => printed.push(line))
    writeFileSync(join(folder, 'bundle'), release.bundle)
    writeFileSync(join(folder, 'ticket'), release.ticket)
  })
  const gateway = (): string[] => ['--gateway', web.site.url('/')]
  const files = (): string[] => ['--bundle', join(folder, 'bundle'), '--ticket', join(folder, 'ticket')]

  test('brings a release to one node or all, tells of it, and cancels it', async () => {
    expect(await run([...gateway(), '--status'])).toBe(0)
    expect(printed).toEqual(['No node ever had an update.'])
    expect(await run([...gateway(), ...files(), '--node', EUI.toUpperCase()])).toBe(0)
    expect(printed[1]).toBe(`${EUI}  node 2: version 7, waits for its next uplink`)
    expect(await run([...gateway(), ...files(), '--all', '--json'])).toBe(0)
    expect(JSON.parse(printed[2]!)).toMatchObject({ eui: EUI, version: 7, state: 'queued' })
    expect(await run([...gateway(), '--status', '--json'])).toBe(0)
    expect(printed[3]).toBe(printed[2])
    expect(await run([...gateway(), '--cancel', '--node', EUI])).toBe(0)
    expect(printed[4]).toContain('cancelled')
    expect(await run([...gateway(), '--cancel', '--node', EUI])).toBe(1)
    expect(printed[5]).toContain('refused: eui')
    const { updates } = updatesAnswer.parse(await json(await web.get('/api/updates')))
    expect(updates).toMatchObject([{ eui: EUI, state: 'cancelled' }])
  })

  test('says why it was refused, and that nobody answers', async () => {
    writeFileSync(join(folder, 'bundle'), 'another')
    expect(await run([...gateway(), ...files(), '--node', EUI])).toBe(1)
    expect(printed[0]).toContain('bundle: expected the bundle that the ticket is of')
    expect(await run([...gateway(), '--pin', 'wrong', '--cancel', '--node', EUI])).toBe(1)
    expect(printed[1]).toContain('x-operator-pin')
    expect(await run(['--gateway', 'http://127.0.0.1:1', '--status'])).toBe(1)
    expect(printed[2]).toContain('does not answer')
    expect(await run(['--help'])).toBe(0)
  })

  test('names the option that is wrong', async () => {
    const wrong: [string[], string][] = [
      [['--status'], '--gateway'],
      [['--gateway', 'ftp://x', '--status'], '--gateway'],
      [gateway(), 'update'],
      [[...gateway(), ...files(), '--status'], 'update'],
      [[...gateway(), ...files()], '--node'],
      [[...gateway(), ...files(), '--all', '--node', EUI], '--node'],
      [[...gateway(), ...files(), '--node', 'x'], '--node'],
      [[...gateway(), '--cancel'], '--node'],
      [[...gateway(), '--bundle', join(folder, 'bundle'), '--all'], '--ticket'],
      [[...gateway(), '--bundle', folder, '--ticket', join(folder, 'ticket'), '--all'], '--bundle'],
      [[...gateway(), '--nonsense'], 'options'],
    ]
    for (const [args, option] of wrong) {
      const error: unknown = await run(args).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(OptionError)
      expect([args, (error as OptionError).where]).toEqual([args, option])
    }
    vi.stubEnv('FIELDNODE_PIN', '')
    await expect(run([...gateway(), ...files(), '--all'])).rejects.toThrow('--pin')
  })
})
