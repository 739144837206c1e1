/** HTTP: routes, the operator's PIN before every act, named errors, security headers, and the page. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type HttpBindings, type ServerType } from '@hono/node-server'
import { Hono, type Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { Clock } from '../../core/clock.ts'
import { FLAG } from '../../core/flags.ts'
import { quantityNamed } from '../../core/quantities.ts'
import type { Counts } from '../counts.ts'
import type { Nodes } from '../nodes/nodes.ts'
import { nodeView } from '../nodes/view.ts'
import type { Store } from '../store/store.ts'
import type { Acts } from './acts.ts'
import { streamEvents } from './events.ts'
import type { Feed } from './feed.ts'
import { openApiDocument } from './openapi.ts'
import type { Page } from './pages.ts'
import type { OperatorPin, PinVerdict } from './pin.ts'
import { inputRefusal, isRefusal, refusal, type Refusal, type RefusalName } from './refusals.ts'
import { readingsQuery } from './schema.ts'
import type { ErrorAnswer, FlagValue, NodesAnswer, ReadingsAnswer, StatusAnswer } from './types.ts'

export interface ServerParts {
  nodes: Nodes
  store: Store
  acts: Acts
  pin: OperatorPin
  feed: Feed
  clock: Clock
  counts: Counts
  pages: Map<string, Page>
  simulated: boolean
  failed: (error: unknown) => void
}

type Env = { Bindings: HttpBindings }

const BODY_BYTES_MAX = 16_384
/** A bundle of 1,048,576 bytes and its ticket in base64, and the names of nodes. */
const UPDATE_BYTES_MAX = 1_700_000
const POINTS_MAX = 20_000
const LISTENERS_MAX = 100

/** The page comes from here and talks to here only. uPlot and preact set styles through the DOM, which needs no exception. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  workerSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
}

const PIN_REFUSALS: Record<Exclude<PinVerdict, 'right'>, RefusalName> = {
  wrong: 'pinWrong',
  missing: 'pinMissing',
  locked: 'pinLocked',
  unset: 'pinUnset',
}

export function makeApp(parts: ServerParts): Hono<Env> {
  const app = new Hono<Env>()
  const refuse = (context: Context, { name, status, error }: Refusal): Response => {
    parts.counts.refuse('http', name)
    return context.json({ error } satisfies ErrorAnswer, status)
  }
  app.use(secureHeaders({ contentSecurityPolicy: CONTENT_SECURITY_POLICY, referrerPolicy: 'no-referrer' }))
  app.use('/api/*', async (context, next) => {
    await next()
    context.header('Cache-Control', 'no-store')
  })
  const limit = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: (context) => refuse(context, refusal('tooLarge', `more than ${maxSize}`)),
    })
  const [ordinary, large] = [limit(BODY_BYTES_MAX), limit(UPDATE_BYTES_MAX)]
  app.use((context, next) => (context.req.path === '/api/updates' ? large : ordinary)(context, next))
  addReads(app, parts, refuse)
  addActs(app, parts, refuse)
  app.notFound((context) => {
    const page =
      context.req.method === 'GET' || context.req.method === 'HEAD'
        ? parts.pages.get(context.req.path)
        : undefined
    if (!page) return refuse(context, refusal('unknownPath', context.req.path))
    return context.body(page.body, 200, { 'Content-Type': page.type, 'Cache-Control': page.cache })
  })
  app.onError((error, context) => {
    parts.failed(error)
    return refuse(context, refusal('failure', context.req.path))
  })
  return app
}

type Refuse = (context: Context, refused: Refusal) => Response

function addReads(app: Hono<Env>, parts: ServerParts, refuse: Refuse): void {
  const { nodes, store, feed, clock, counts, simulated, acts } = parts
  const openApi = openApiDocument()
  app.get('/api/nodes', (context) => {
    const nowMs = clock.now()
    const answer: NodesAnswer = {
      nowMs,
      connected: true,
      nodes: nodes.all().map((node) => nodeView(node, nowMs)),
    }
    return context.json(answer)
  })
  app.get('/api/nodes/:eui/readings', async (context) => {
    const answer = await readings(store, nodes, context.req.param('eui'), context.req.query())
    return isRefusal(answer) ? refuse(context, answer) : context.json(answer)
  })
  app.get('/api/events', (context) => {
    if (feed.size >= LISTENERS_MAX) return refuse(context, refusal('tooMany', String(feed.size)))
    return streamEvents(context, feed, clock)
  })
  app.get('/api/status', (context) => {
    const answer: StatusAnswer = { nowMs: clock.now(), simulated, counts: counts.all() }
    return context.json(answer)
  })
  app.get('/api/updates', (context) => context.json(acts.updates()))
  app.get('/openapi.json', (context) => context.json(openApi))
}

async function readings(
  store: Store,
  nodes: Nodes,
  eui: string,
  query: object,
): Promise<ReadingsAnswer | Refusal> {
  const checked = readingsQuery.safeParse(query)
  if (!checked.success) return inputRefusal(checked.error, 'query')
  const node = nodes.byEui(eui.toLowerCase())
  if (!node) return refusal('unknownNode', eui)
  const row = quantityNamed(checked.data.quantity)
  if (!row) return refusal('quantity', checked.data.quantity)
  const { from, to } = checked.data
  const records = await store.readings(node.device.devEui, row.id, from, to, POINTS_MAX)
  const points = records.map(({ timeMs, value, flag }): ReadingsAnswer['points'][number] => {
    return [timeMs, flag === FLAG.missing ? null : value, flag as FlagValue]
  })
  return { eui: node.device.devEui, quantity: row.name, unit: row.unit, perUnit: row.perUnit, points }
}

function addActs(app: Hono<Env>, { acts, pin }: ServerParts, refuse: Refuse): void {
  /** The PIN first: who has none learns nothing, not even which lamps there are. */
  const guarded = async <T extends object>(
    context: Context<Env>,
    status: 200 | 201 | 202,
    act: (body: unknown, by: string) => Promise<T | Refusal>,
  ): Promise<Response> => {
    const address = context.env.incoming.socket.remoteAddress ?? 'unknown'
    const by = `operator ${address}`
    const verdict = await pin.check(context.req.header('x-operator-pin'), address)
    if (verdict !== 'right') {
      if (verdict === 'wrong') await acts.refused(by, verdict)
      return refuse(context, refusal(PIN_REFUSALS[verdict], verdict))
    }
    const body = context.req.method === 'DELETE' ? {} : parseJson(await context.req.text())
    if (body === undefined) return refuse(context, refusal('body', 'no JSON'))
    const answer = await act(body, by)
    return isRefusal(answer) ? refuse(context, answer) : context.json(answer, status)
  }
  app.post('/api/lamps/:id/command', (context) =>
    guarded(context, 202, (body, by) => acts.commandLamp(context.req.param('id'), body, by)),
  )
  app.post('/api/nodes/:eui/configuration', (context) =>
    guarded(context, 202, (body, by) => acts.configure(context.req.param('eui'), body, by)),
  )
  app.get('/api/nodes/:eui/configuration', (context) => {
    const answer = acts.configuration(context.req.param('eui'))
    return isRefusal(answer) ? refuse(context, answer) : context.json(answer)
  })
  app.post('/api/updates', (context) => guarded(context, 202, (body, by) => acts.update(body, by)))
  app.delete('/api/updates/:eui', (context) =>
    guarded(context, 200, (_body, by) => acts.cancelUpdate(context.req.param('eui'), by)),
  )
  app.post('/api/devices', (context) => guarded(context, 201, (body, by) => acts.register(body, by)))
}

/** The value of a JSON text, undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export interface HttpServer {
  port: number
  close(): Promise<void>
}

/** Serves `app`; rejects when the port is taken. */
export async function serveHttp(
  app: Hono<Env>,
  host: string,
  port: number,
  counts: Counts,
): Promise<HttpServer> {
  const server: ServerType = createAdaptorServer({ fetch: app.fetch, createServer })
  server.on('clientError', (_error: Error, socket: import('node:stream').Duplex) => {
    counts.refuse('http', 'malformed')
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  return { port: (server.address() as AddressInfo).port, close }
}
