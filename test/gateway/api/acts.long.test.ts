/** Acting and looking over HTTP: any input is refused by name or accepted. */
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as schema from '../../../gateway/api/schema.ts'
import { WebSite } from './webSite.ts'

let web: WebSite
beforeEach(async () => {
  web = await WebSite.open()
})
afterEach(() => web.site.close())

test('any JSON as a body is refused by name or accepted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/api/lamps/L1/command', '/api/devices'),
      fc.json(),
      async (path, body) => {
        const response = await web.post(path, body)
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
      const response = await web.get(`/api/nodes/${path}?${query}`)
      expect([200, 400, 404]).toContain(response.status)
      await response.text()
    }),
    { numRuns: 200 },
  )
})
