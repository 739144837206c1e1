/** The HTTP API over a real port: what it answers, what it refuses and by what name, and who may act. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as schema from '../../../gateway/api/schema.ts'
import type { ErrorAnswer, NodesAnswer } from '../../../gateway/api/types.ts'
import { PIN, registration, Site } from '../site.ts'
import { group, type TestDevice } from '../testDevice.ts'
import { ManualClock } from '../manualClock.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

let dashboardDir: string
let site: Site
let wall: ManualClock
let lamp: TestDevice

beforeAll(() => {
  dashboardDir = mkdtempSync(join(tmpdir(), 'fieldnode-page-'))
  mkdirSync(join(dashboardDir, 'assets'))
  writeFileSync(join(dashboardDir, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(dashboardDir, 'assets', 'page-1a2b.js'), 'export {}')
  writeFileSync(join(dashboardDir, 'assets', 'page-1a2b.css'), 'body {}')
})
afterAll(() => rmSync(dashboardDir, { recursive: true, force: true }))

beforeEach(async () => {
  wall = new ManualClock()
  site = await Site.open({ httpPort: 0, operatorPin: PIN, dashboardDir, wall, simulated: true })
  lamp = await site.device(1, { profile: 'light', lamp: { id: 'L1', group: 'market' } })
})
afterEach(() => site.close())

const json = async <T>(response: Response): Promise<T> => (await response.json()) as T
const get = (path: string): Promise<Response> => fetch(site.url(path))

function post(path: string, body: unknown, pin: string | undefined = PIN): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (pin !== '') headers['x-operator-pin'] = pin
  return fetch(site.url(path), {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const command = (rest: object = {}): object => ({
  levelPercent: 60,
  untilMs: site.clock.now() + HOUR_MS,
  ...rest,
})

/** Status and place of a refusal. */
async function refused(response: Response): Promise<[number, string]> {
  const { error } = schema.errorAnswer.parse(await response.json()) satisfies ErrorAnswer
  expect(error.expected).not.toBe('')
  return [response.status, error.where]
}

describe('reading', () => {
  test('GET /api/nodes is as its schema says', async () => {
    await site.exchange(lamp.hello({ setId: 4 }))
    await site.exchange(lamp.samples(group(0, [18, 23, 29, 30, 22], [[70, 1, 0, 2, 1]])))
    const answer = schema.nodesAnswer.parse(await json(await get('/api/nodes')))
    expect(answer.nowMs).toBe(site.clock.now())
    expect(answer.nodes[0]!.lamp!.confirmed).toMatchObject({ levelPercent: 70, reason: 'doubt' })
    expect(await json(await get('/api/nodes'))).not.toHaveProperty('nodes.0.appKey')
    expect(JSON.stringify(answer)).not.toContain(lamp.registration.appKey)
  })

  test('a silent node becomes late, then lost', async () => {
    const state = async (): Promise<string> =>
      (await json<NodesAnswer>(await get('/api/nodes'))).nodes[0]!.state
    expect(await state()).toBe('never')
    await site.exchange(lamp.hello({ intervalSeconds: 600 }))
    expect(await state()).toBe('fresh')
    await site.pass(20 * MINUTE_MS)
    expect(await state()).toBe('late')
    await site.pass(40 * MINUTE_MS)
    expect(await state()).toBe('lost')
  })

  test('GET /api/nodes/:eui/readings gives points, oldest first', async () => {
    await site.exchange(lamp.hello({ setId: 2 }))
    const sent = site.clock.now()
    const batch = group(
      0,
      [3, 4, 16],
      [
        [2500, 8000, 4000],
        [2510, 8010, 4000],
      ],
    )
    batch.samples[1]!.flags[0] = 9
    await site.exchange(lamp.samples(batch))
    const { devEui } = lamp.registration
    const path = `/api/nodes/${devEui.toUpperCase()}/readings?quantity=airTemperature`
    const answer = schema.readingsAnswer.parse(await json(await get(path)))
    expect(answer).toEqual({
      eui: devEui,
      quantity: 'airTemperature',
      unit: 'degC',
      perUnit: 100,
      points: [
        [sent - 600_000, 2500, 1],
        [sent, null, 9],
      ],
    })
    const part = await json<{ points: unknown[] }>(await get(`${path}&from=${sent - 1}&to=${sent + 1}`))
    expect(part.points).toHaveLength(1)
  })

  test('bad questions are refused by name', async () => {
    const eui = lamp.registration.devEui
    const bad: [string, number, string][] = [
      ['/api/nodes/0000000000000000/readings?quantity=airTemperature', 404, 'eui'],
      [`/api/nodes/${eui}/readings?quantity=taste`, 404, 'quantity'],
      [`/api/nodes/${eui}/readings`, 400, 'query.quantity'],
      [`/api/nodes/${eui}/readings?quantity=airTemperature&from=yesterday`, 400, 'query.from'],
      [`/api/nodes/${eui}/readings?quantity=airTemperature&to=-1`, 400, 'query.to'],
      ['/api/nothing', 404, 'path'],
      ['/nothing', 404, 'path'],
    ]
    for (const [path, status, where] of bad)
      expect([path, ...(await refused(await get(path)))]).toEqual([path, status, where])
  })

  test('GET /api/status counts', async () => {
    const answer = schema.statusAnswer.parse(await json(await get('/api/status')))
    expect(answer).toMatchObject({ simulated: true, counts: { joins: 1 } })
  })

  test('/openapi.json names every route, and its references lead somewhere', async () => {
    const document = await json<{ openapi: string; paths: object; components: { schemas: object } }>(
      await get('/openapi.json'),
    )
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toEqual([
      '/api/nodes',
      '/api/nodes/{eui}/readings',
      '/api/lamps/{id}/command',
      '/api/devices',
      '/api/events',
      '/api/status',
    ])
    const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1]!,
    )
    expect(references.length).toBeGreaterThan(20)
    expect(references.filter((name) => !(name in document.components.schemas))).toEqual([])
  })
})

describe('acting', () => {
  test('a command is accepted, and counted as commanded', async () => {
    const response = await post('/api/lamps/L1/command', command())
    expect(response.status).toBe(202)
    const answer = schema.lampCommandAnswer.parse(await response.json())
    expect(answer.command).toMatchObject({
      id: 1,
      levelPercent: 60,
      state: 'commanded',
      by: 'operator 127.0.0.1',
    })
    expect((await post('/api/lamps/group:market/command', command())).status).toBe(202)
    expect((await post(`/api/lamps/${encodeURIComponent('group:market')}/command`, command())).status).toBe(
      202,
    )
  })

  test('a device is registered once; the same again changes nothing, other data is refused', async () => {
    const body = registration(7)
    expect((await post('/api/devices', body)).status).toBe(201)
    expect((await post('/api/devices', { ...body, devEui: body.devEui.toUpperCase() })).status).toBe(201)
    expect(await refused(await post('/api/devices', { ...body, appKey: 'ff'.repeat(16) }))).toEqual([
      409,
      'devEui',
    ])
    expect(await refused(await post('/api/devices', { ...body, name: 'other' }))).toEqual([409, 'devEui'])
    const twin = registration(8, { profile: 'light', lamp: { id: 'L1', group: 'x' } })
    expect(await refused(await post('/api/devices', twin))).toEqual([409, 'lamp.id'])
    expect(site.gateway.nodes()).toHaveLength(2)
  })

  const matrix: [what: string, pin: string, status: number, where: string][] = [
    ['without a PIN', '', 401, 'x-operator-pin'],
    ['with a wrong PIN', 'wrong', 401, 'x-operator-pin'],
    ['with half the PIN', PIN.slice(0, -1), 401, 'x-operator-pin'],
    ['with a PIN of 10,000 digits', '1'.repeat(10_000), 401, 'x-operator-pin'],
  ]
  for (const [what, pin, status, where] of matrix) {
    for (const path of ['/api/lamps/L1/command', '/api/lamps/L9/command', '/api/devices']) {
      test(`POST ${path} ${what}: ${status}`, async () => {
        expect(await refused(await post(path, command(), pin))).toEqual([status, where])
        expect(site.gateway.nodes()[0]!.lamp!.command).toBeNull()
      })
    }
  }

  test('nobody acts on a gateway that has no PIN', async () => {
    const open = await Site.open({ httpPort: 0 })
    const headers = { 'x-operator-pin': '' }
    for (const pin of ['', '0000']) {
      const response = await fetch(open.url('/api/devices'), {
        method: 'POST',
        headers: { ...headers, 'x-operator-pin': pin },
        body: '{}',
      })
      expect(await refused(response)).toEqual([401, 'x-operator-pin'])
    }
    await open.close()
  })

  test('ten wrong PINs a minute lock the address out, the right one too', async () => {
    for (let round = 0; round < 10; round++)
      expect((await post('/api/devices', {}, `${round}`)).status).toBe(401)
    expect(await refused(await post('/api/lamps/L1/command', command()))).toEqual([429, 'x-operator-pin'])
    await wall.advance(MINUTE_MS)
    expect((await post('/api/lamps/L1/command', command())).status).toBe(202)
    const audit = (await site.store.audit(100)).filter(({ action }) => action === 'pin.refused')
    expect(audit).toHaveLength(10)
    expect(audit[0]!.who).toBe('operator 127.0.0.1')
  })

  test('bad bodies are refused by name', async () => {
    const lampPath = '/api/lamps/L1/command'
    const bad: [string, unknown, number, string][] = [
      [lampPath, '{', 400, 'body'],
      [lampPath, '', 400, 'body'],
      [lampPath, 'null', 400, 'body'],
      [lampPath, [], 400, 'body'],
      [lampPath, {}, 400, 'body.levelPercent'],
      [lampPath, command({ levelPercent: 101 }), 400, 'body.levelPercent'],
      [lampPath, command({ levelPercent: 1.5 }), 400, 'body.levelPercent'],
      [lampPath, command({ untilMs: '1' }), 400, 'body.untilMs'],
      [lampPath, command({ forever: true }), 400, 'body'],
      [lampPath, command({ untilMs: site.clock.now() }), 410, 'untilMs'],
      [lampPath, command({ untilMs: site.clock.now() + 8 * 24 * HOUR_MS }), 400, 'untilMs'],
      ['/api/lamps/L9/command', command(), 404, 'id'],
      ['/api/lamps/group:nobody/command', command(), 404, 'id'],
      ['/api/devices', { ...registration(5), devEui: '123' }, 400, 'body.devEui'],
      ['/api/devices', { ...registration(5), appKey: 'xy' }, 400, 'body.appKey'],
      ['/api/devices', { ...registration(5), latitude: 91 }, 400, 'body.latitude'],
      ['/api/devices', { ...registration(5), profile: 'siren' }, 400, 'body.profile'],
      ['/api/devices', { ...registration(5), lamp: { id: 'group:a', group: 'b' } }, 400, 'body.lamp.id'],
      [lampPath, 'x'.repeat(20_000), 413, 'body'],
    ]
    for (const [path, body, status, where] of bad) {
      expect([body, ...(await refused(await post(path, body)))]).toEqual([body, status, where])
    }
  })

  test('other methods find nothing', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'POST']) {
      expect((await fetch(site.url('/api/nodes'), { method })).status).toBe(404)
      expect((await fetch(site.url('/'), { method })).status).toBe(404)
    }
  })
})

describe('the page', () => {
  test('is served with its types and for as long as it stays the same', async () => {
    const pages: [string, string, string][] = [
      ['/', 'text/html; charset=utf-8', 'no-cache'],
      ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
      ['/assets/page-1a2b.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
      ['/assets/page-1a2b.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ]
    for (const [path, type, cache] of pages) {
      const response = await get(path)
      expect([
        path,
        response.status,
        response.headers.get('content-type'),
        response.headers.get('cache-control'),
      ]).toEqual([path, 200, type, cache])
    }
  })

  test('every answer says what a browser may do with it', async () => {
    for (const path of ['/', '/api/nodes', '/nothing', '/openapi.json']) {
      const { headers } = await get(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
    expect((await get('/api/nodes')).headers.get('cache-control')).toBe('no-store')
  })

  test('no path leads out of its folder', async () => {
    const outside = [
      '/../secret',
      '/%2e%2e/secret',
      '/..%2fsecret',
      '/assets/..%2f..%2fmaster.key',
      '/assets/%2e%2e/%2e%2e/x',
      '//etc/passwd',
      '/\\..\\x',
    ]
    writeFileSync(join(dashboardDir, '..', 'secret'), 'secret')
    for (const path of outside) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      expect(['400', '404']).toContain(answer.slice(9, 12))
    }
    rmSync(join(dashboardDir, '..', 'secret'))
  })
})

/** What the port answers to any bytes at all. */
function raw(bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(site.gateway.httpPort, '127.0.0.1')
    let text = ''
    socket.on('data', (part) => (text += part.toString('latin1')))
    socket.on('close', () => resolve(text))
    socket.on('error', () => resolve(text))
    socket.end(bytes)
  })
}

describe('any bytes at all', () => {
  test('what is no HTTP is refused, counted, and stops nothing', async () => {
    expect(await raw('HELLO\r\n\r\n')).toContain('400')
    expect(site.count('refused.http.malformed')).toBe(1)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await raw(bytes)
      }),
      { numRuns: 200 },
    )
    expect((await get('/api/nodes')).status).toBe(200)
  })

  test('any JSON as a body is refused by name or accepted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/api/lamps/L1/command', '/api/devices'),
        fc.json(),
        async (path, body) => {
          const response = await post(path, body)
          expect([201, 202, 400, 404, 410, 413]).toContain(response.status)
          if (response.status >= 400) schema.errorAnswer.parse(await response.json())
        },
      ),
      { numRuns: 40 },
    )
  })

  test('any path is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.webQueryParameters(), async (path, query) => {
        const response = await get(`/api/nodes/${path}?${query}`)
        expect([200, 400, 404]).toContain(response.status)
        await response.text()
      }),
      { numRuns: 200 },
    )
  })
})
