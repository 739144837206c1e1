/** Reading over HTTP: what the API and the page answer, and what is refused by what name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as schema from '../../../gateway/api/schema.ts'
import type { NodesAnswer } from '../../../gateway/api/types.ts'
import { group } from '../testDevice.ts'
import { json, MINUTE_MS, refused, WebSite } from './webSite.ts'

let dashboardDir: string
beforeAll(() => {
  dashboardDir = mkdtempSync(join(tmpdir(), 'fieldnode-page-'))
  mkdirSync(join(dashboardDir, 'assets'))
  writeFileSync(join(dashboardDir, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(join(dashboardDir, 'assets', 'page-1a2b.js'), 'export {}')
  writeFileSync(join(dashboardDir, 'assets', 'page-1a2b.css'), 'body {}')
})
afterAll(() => rmSync(dashboardDir, { recursive: true, force: true }))

let web: WebSite
beforeEach(async () => {
  web = await WebSite.open({ dashboardDir })
})
afterEach(() => web.site.close())

describe('reading', () => {
  test('GET /api/nodes is as its schema says', async () => {
    await web.site.exchange(web.lamp.hello({ setId: 4 }))
    await web.site.exchange(web.lamp.samples(group(0, [18, 23, 29, 30, 22], [[70, 1, 0, 2, 1]])))
    const answer = schema.nodesAnswer.parse(await json(await web.get('/api/nodes')))
    expect(answer.nowMs).toBe(web.site.clock.now())
    expect(answer.nodes[0]!.lamp!.confirmed).toMatchObject({ levelPercent: 70, reason: 'doubt' })
    expect(await json(await web.get('/api/nodes'))).not.toHaveProperty('nodes.0.appKey')
    expect(JSON.stringify(answer)).not.toContain(web.lamp.registration.appKey)
  })

  test('a silent node becomes late, then lost', async () => {
    const state = async (): Promise<string> =>
      (await json<NodesAnswer>(await web.get('/api/nodes'))).nodes[0]!.state
    expect(await state()).toBe('never')
    await web.site.exchange(web.lamp.hello({ reportSeconds: 600 }))
    expect(await state()).toBe('fresh')
    await web.site.pass(20 * MINUTE_MS)
    expect(await state()).toBe('late')
    await web.site.pass(40 * MINUTE_MS)
    expect(await state()).toBe('lost')
  })

  test('GET /api/nodes/:eui/readings gives points, oldest first', async () => {
    await web.site.exchange(web.lamp.hello({ setId: 2 }))
    const sent = web.site.clock.now()
    const batch = group(
      0,
      [3, 4, 16],
      [
        [2500, 8000, 4000],
        [2510, 8010, 4000],
      ],
    )
    batch.readings.flags[3] = 9
    await web.site.exchange(web.lamp.samples(batch))
    const { devEui } = web.lamp.registration
    const path = `/api/nodes/${devEui.toUpperCase()}/readings?quantity=airTemperature`
    const answer = schema.readingsAnswer.parse(await json(await web.get(path)))
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
    const part = await json<{ points: unknown[] }>(await web.get(`${path}&from=${sent - 1}&to=${sent + 1}`))
    expect(part.points).toHaveLength(1)
  })

  test('bad questions are refused by name', async () => {
    const eui = web.lamp.registration.devEui
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
      expect([path, ...(await refused(await web.get(path)))]).toEqual([path, status, where])
  })

  test('GET /api/status counts', async () => {
    const answer = schema.statusAnswer.parse(await json(await web.get('/api/status')))
    expect(answer).toMatchObject({ simulated: true, counts: { joins: 1 } })
  })

  test('/openapi.json names every route, and its references lead somewhere', async () => {
    const document = await json<{ openapi: string; paths: object; components: { schemas: object } }>(
      await web.get('/openapi.json'),
    )
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toEqual([
      '/api/nodes',
      '/api/nodes/{eui}/readings',
      '/api/nodes/{eui}/configuration',
      '/api/lamps/{id}/command',
      '/api/updates',
      '/api/updates/{eui}',
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

describe('the page', () => {
  test('is served with its types and for as long as it stays the same', async () => {
    const pages: [string, string, string][] = [
      ['/', 'text/html; charset=utf-8', 'no-cache'],
      ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
      ['/assets/page-1a2b.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
      ['/assets/page-1a2b.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ]
    for (const [path, type, cache] of pages) {
      const response = await web.get(path)
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
      const { headers } = await web.get(path)
      expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
    expect((await web.get('/api/nodes')).headers.get('cache-control')).toBe('no-store')
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
      const answer = await web.raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
      expect(['400', '404']).toContain(answer.slice(9, 12))
    }
    rmSync(join(dashboardDir, '..', 'secret'))
  })
})
