/** Acting over HTTP: who may, what is refused by what name, and that no input stops the gateway. */
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as schema from '../../../gateway/api/schema.ts'
import { PIN, registration, Site } from '../site.ts'
import { HOUR_MS, MINUTE_MS, refused, WebSite } from './webSite.ts'

let web: WebSite
beforeEach(async () => {
  web = await WebSite.open()
})
afterEach(() => web.site.close())

describe('acting', () => {
  test('a command is accepted, and counted as commanded', async () => {
    const response = await web.post('/api/lamps/L1/command', web.command())
    expect(response.status).toBe(202)
    const answer = schema.lampCommandAnswer.parse(await response.json())
    expect(answer.command).toMatchObject({
      id: 1,
      levelPercent: 60,
      state: 'commanded',
      by: 'operator 127.0.0.1',
    })
    expect((await web.post('/api/lamps/group:market/command', web.command())).status).toBe(202)
    expect(
      (await web.post(`/api/lamps/${encodeURIComponent('group:market')}/command`, web.command())).status,
    ).toBe(202)
  })

  test('a device is registered once; the same again changes nothing, other data is refused', async () => {
    const body = registration(7)
    expect((await web.post('/api/devices', body)).status).toBe(201)
    expect((await web.post('/api/devices', { ...body, devEui: body.devEui.toUpperCase() })).status).toBe(201)
    expect(await refused(await web.post('/api/devices', { ...body, appKey: 'ff'.repeat(16) }))).toEqual([
      409,
      'devEui',
    ])
    expect(await refused(await web.post('/api/devices', { ...body, name: 'other' }))).toEqual([409, 'devEui'])
    const twin = registration(8, { profile: 'light', lamp: { id: 'L1', group: 'x' } })
    expect(await refused(await web.post('/api/devices', twin))).toEqual([409, 'lamp.id'])
    expect(web.site.gateway.nodes()).toHaveLength(2)
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
        expect(await refused(await web.post(path, web.command(), pin))).toEqual([status, where])
        expect(web.site.gateway.nodes()[0]!.lamp!.command).toBeNull()
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
      expect((await web.post('/api/devices', {}, `${round}`)).status).toBe(401)
    expect(await refused(await web.post('/api/lamps/L1/command', web.command()))).toEqual([
      429,
      'x-operator-pin',
    ])
    await web.wall.advance(MINUTE_MS)
    expect((await web.post('/api/lamps/L1/command', web.command())).status).toBe(202)
    const audit = (await web.site.store.audit(100)).filter(({ action }) => action === 'pin.refused')
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
      [lampPath, web.command({ levelPercent: 101 }), 400, 'body.levelPercent'],
      [lampPath, web.command({ levelPercent: 1.5 }), 400, 'body.levelPercent'],
      [lampPath, web.command({ untilMs: '1' }), 400, 'body.untilMs'],
      [lampPath, web.command({ forever: true }), 400, 'body'],
      [lampPath, web.command({ untilMs: web.site.clock.now() }), 410, 'untilMs'],
      [lampPath, web.command({ untilMs: web.site.clock.now() + 8 * 24 * HOUR_MS }), 400, 'untilMs'],
      ['/api/lamps/L9/command', web.command(), 404, 'id'],
      ['/api/lamps/group:nobody/command', web.command(), 404, 'id'],
      ['/api/devices', { ...registration(5), devEui: '123' }, 400, 'body.devEui'],
      ['/api/devices', { ...registration(5), appKey: 'xy' }, 400, 'body.appKey'],
      ['/api/devices', { ...registration(5), latitude: 91 }, 400, 'body.latitude'],
      ['/api/devices', { ...registration(5), profile: 'siren' }, 400, 'body.profile'],
      ['/api/devices', { ...registration(5), lamp: { id: 'group:a', group: 'b' } }, 400, 'body.lamp.id'],
      [lampPath, 'x'.repeat(20_000), 413, 'body'],
    ]
    for (const [path, body, status, where] of bad) {
      expect([body, ...(await refused(await web.post(path, body)))]).toEqual([body, status, where])
    }
  })

  test('other methods find nothing', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'POST']) {
      expect((await fetch(web.site.url('/api/nodes'), { method })).status).toBe(404)
      expect((await fetch(web.site.url('/'), { method })).status).toBe(404)
    }
  })
})

describe('any bytes at all', () => {
  test('what is no HTTP is refused, counted, and stops nothing', async () => {
    expect(await web.raw('HELLO\r\n\r\n')).toContain('400')
    expect(web.site.count('refused.http.malformed')).toBe(1)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await web.raw(bytes)
      }),
      { numRuns: 200 },
    )
    expect((await web.get('/api/nodes')).status).toBe(200)
  })
})
