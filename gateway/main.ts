/** The gateway's composition root: one process that is network server, filter, store, light desk and web page.
 *  `startGateway` builds every part and joins them; nothing else in this room makes a concrete store, socket or server. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import type { Region } from '../core/regions/region.ts'
import { Activity } from './activity.ts'
import { makeActs, type Acts } from './api/acts.ts'
import { Feed } from './api/feed.ts'
import { readPages } from './api/pages.ts'
import { OperatorPin } from './api/pin.ts'
import { isRefusal, type Refusal } from './api/refusals.ts'
import { makeApp, serveHttp, type HttpServer } from './api/server.ts'
import type { ApiError, DeviceAnswer, DeviceRequest, LampCommandAnswer, NodeView } from './api/types.ts'
import { ConfigurationDesk } from './configuration/desk.ts'
import { Counts } from './counts.ts'
import { Dedup } from './ingest/dedup.ts'
import { Forwarders } from './ingest/forwarders.ts'
import { MqttIngest } from './ingest/mqtt.ts'
import { verifyAudit } from './lights/audit.ts'
import { LightDesk } from './lights/desk.ts'
import { Prompt } from './lights/prompt.ts'
import { DutyBudget } from './lorawan/duty.ts'
import { radioUplink } from './lorawan/radioBack.ts'
import { Transmitter } from './lorawan/transmit.ts'
import type { FieldNode } from './nodes/node.ts'
import { Nodes } from './nodes/nodes.ts'
import { nodeView } from './nodes/view.ts'
import { makePipeline, type Pipeline } from './pipeline.ts'
import { openLibsqlStore } from './store/libsql.ts'
import {
  StoreError,
  type Changes,
  type Record as StoredRecord,
  type Store,
  type Totals,
} from './store/store.ts'
import { UpdateDesk } from './update/desk.ts'
import { Rounds } from './update/rounds.ts'
import { openVault, throwawayVault } from './vault.ts'

export interface GatewayOptions {
  /** A folder of this gateway's own (made when missing), or ':memory:' for nothing kept. */
  dataDir: string
  region: Region
  /** Time of readings, receive windows and commands; the simulator's is virtual. */
  clock: Clock
  /** Time of people at the page (heartbeat, rate limit of PIN tries); `clock` when left out. */
  wall?: Clock
  /** 127.0.0.1 when left out: forwarders on other machines need an address of this one. */
  udpHost?: string
  /** 0 = any free one. */
  udpPort: number
  /** 127.0.0.1 when left out. */
  mqttHost?: string
  /** Of the broker for nodes with Wi-Fi: 0 = any free one, -1 or left out = no broker. */
  mqttPort?: number
  /** 127.0.0.1 when left out: the PIN travels in clear, so let a proxy with TLS stand in front of anything wider. */
  httpHost?: string
  /** 0 = any free one, -1 = no HTTP. */
  httpPort: number
  /** Sets the operator's PIN (kept as a scrypt hash in the data folder); without one the kept PIN stays in force. */
  operatorPin?: string
  /** The built page, `dist/dashboard`; without it only the API is served. */
  dashboardDir?: string
  /** LMS public key of the releases (core/lms); without it their signatures are left to the nodes. */
  releaseKey?: Uint8Array
  /** Shown in /api/status. */
  simulated?: boolean
  log: Logger
  /** Another store than the libsql file of the data folder (tests). */
  openStore?: () => Promise<Store>
}

export interface Gateway {
  udpPort: number
  /** -1 without a broker. */
  mqttPort: number
  /** -1 without HTTP. */
  httpPort: number
  /** Resolves when every datagram received so far is processed, what is answered or asked is committed, and each PULL_RESP has its TX_ACK.
   *  A few commits that nothing depends on may still be under way; every read of the store comes after them.
   *  What waits for a timer of the Clock (the deduplication window) is not waited for. */
  settled(): Promise<void>
  /** As POST /api/devices, without the PIN: for composition roots. */
  register(device: DeviceRequest): Promise<DeviceAnswer | ApiError>
  /** As POST /api/lamps/:id/command, without the PIN: `by` stands in the audit log. */
  commandLamp(
    target: string,
    levelPercent: number,
    untilMs: number,
    by: string,
  ): Promise<LampCommandAnswer | ApiError>
  nodes(): NodeView[]
  /** Everything counted since the start, by name; refusals stand under `refused.<reason>`. */
  counts(): Record<string, number>
  totals(): Promise<Totals>
  /** Every reading kept of one node, quantity by quantity, oldest first. */
  records(devEui: string): Promise<StoredRecord[]>
  /** Finishes what was begun, frees ports and files; calling it again is harmless. */
  close(): Promise<void>
}

const MEMORY = ':memory:'
const LOCAL = '127.0.0.1'
const OWNER_ONLY = 0o700
/** The last moment a Date can name. */
const TIME_MAX_MS = 8_640_000_000_000_000

/** What every part needs, made before any of them. */
interface Ground {
  store: Store
  nodes: Nodes
  counts: Counts
  activity: Activity
  /** Counts and logs what went wrong inside; nothing stops. */
  failed: (error: unknown) => void
  /** Commits; false when the store refused, which is counted. */
  write: (changes: Changes) => Promise<boolean>
}

/** Opens the data folder and what is kept in it. Rejects with a StoreError or VaultError: a gateway without its data must not start. */
async function openGround({ dataDir, openStore, region, log }: GatewayOptions): Promise<Ground> {
  const folder = dataDir === MEMORY ? undefined : dataDir
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: OWNER_ONLY })
  const store = await (openStore
    ? openStore()
    : openLibsqlStore(folder === undefined ? MEMORY : join(folder, 'fieldnode.db')))
  const counts = new Counts()
  const activity = new Activity()
  const failed = (error: unknown): void => {
    counts.refuse(
      error instanceof StoreError ? 'store' : 'gateway',
      error instanceof StoreError ? error.reason : 'failure',
    )
    log.error({ error }, 'failure')
  }
  const write = (changes: Changes): Promise<boolean> =>
    activity.during(() =>
      store.write(changes).then(
        () => true,
        (error: unknown) => (failed(error), false),
      ),
    )
  try {
    const nodes = await Nodes.load(store, folder === undefined ? throwawayVault() : openVault(folder), region)
    await checkAudit(store, counts, log)
    return { store, nodes, counts, activity, failed, write }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A broken audit log is cried out, not a reason to leave the lamps alone. */
async function checkAudit(store: Store, counts: Counts, log: Logger): Promise<void> {
  const broken = await verifyAudit(store)
  if (broken === undefined) return
  counts.refuse('audit', 'broken')
  log.error({ row: broken }, 'audit log broken')
}

/** The radio's side: forwarders and deduplication. */
async function openRadio(options: GatewayOptions, ground: Ground, pipeline: Pipeline) {
  const { clock, region, udpHost = LOCAL, udpPort } = options
  const { counts, activity } = ground
  // The socket is open before the transmitter is: what comes in between waits in the window.
  const dedup = new Dedup(clock, counts, (heard) => void pipeline(radioUplink(heard, transmitter, region)))
  const forwarders = await Forwarders.open({
    host: udpHost,
    port: udpPort,
    clock,
    activity,
    counts,
    heard: (received) => dedup.push(received),
  })
  const transmitter = new Transmitter(forwarders, new DutyBudget(region), region, clock, counts)
  return { dedup, forwarders }
}

/** The side of the nodes with Wi-Fi. */
async function openBroker(
  { mqttHost = LOCAL, mqttPort = -1, clock }: GatewayOptions,
  ground: Ground,
  pipeline: Pipeline,
  changed: (node: FieldNode) => void,
): Promise<MqttIngest | undefined> {
  if (mqttPort < 0) return undefined
  return MqttIngest.open({ ...ground, host: mqttHost, port: mqttPort, clock, pipeline, changed })
}

async function openHttp(
  options: GatewayOptions,
  ground: Ground,
  acts: Acts,
  feed: Feed,
): Promise<HttpServer | undefined> {
  const {
    httpHost = LOCAL,
    httpPort,
    dataDir,
    operatorPin,
    clock,
    wall = clock,
    dashboardDir,
    simulated = false,
  } = options
  if (httpPort < 0) return undefined
  const pin = OperatorPin.open(dataDir === MEMORY ? undefined : dataDir, operatorPin, wall)
  const app = makeApp({ ...ground, acts, pin, feed, clock, pages: readPages(dashboardDir), simulated })
  return serveHttp(app, httpHost, httpPort, ground.counts)
}

async function records(store: Store, devEui: string): Promise<StoredRecord[]> {
  const newest = await store.latest(devEui)
  const all = newest.map(({ quantity }) =>
    store.readings(devEui, quantity, 0, TIME_MAX_MS, Number.MAX_SAFE_INTEGER),
  )
  return (await Promise.all(all)).flat()
}

const bare = <T extends object>(answer: T | Refusal): T | ApiError =>
  isRefusal(answer) ? answer.error : answer

/** Starts a gateway; resolves when its ports are open. Rejects when a port is taken or the data folder cannot be used. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { clock, wall = clock, log } = options
  const ground = await openGround(options)
  const { nodes, store, counts, activity, write } = ground
  const feed = new Feed(clock, wall, () => nodes.all())
  const changed = (node: FieldNode): void => feed.changed(node)
  const desk = new LightDesk({ nodes, clock, write, changed, given: (lamps) => prompt.begin(lamps) })
  const prompt = new Prompt({ ...ground, clock, region: options.region, desk })
  const configurations = new ConfigurationDesk(clock, write)
  const rounds = new Rounds({ ...ground, clock })
  const updates = new UpdateDesk({ nodes, clock, counts, write, changed, rounds })
  const border = { releaseKey: options.releaseKey, region: options.region.name }
  const acts = makeActs({ nodes, desk, configurations, updates, border, store, clock, write, changed })
  const closing: (() => unknown)[] = [
    () => feed.close(),
    () => prompt.close(),
    () => rounds.close(),
    () => desk.close(),
    () => activity.idle(),
    () => store.close(),
  ]
  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    for (const step of closing) await step()
    log.info('closed')
  }
  try {
    const pipeline = makePipeline({
      ...ground,
      clock,
      region: options.region,
      desk,
      configurations,
      updates,
      changed,
    })
    const { dedup, forwarders } = await openRadio(options, ground, pipeline)
    closing.unshift(
      () => dedup.close(),
      () => forwarders.close(),
    )
    const broker = await openBroker(options, ground, pipeline, changed)
    if (broker) closing.unshift(() => broker.close())
    const http = await openHttp(options, ground, acts, feed)
    if (http)
      closing.unshift(
        () => feed.close(),
        () => http.close(),
      )
    const ports = { udpPort: forwarders.port, mqttPort: broker?.port ?? -1, httpPort: http?.port ?? -1 }
    log.info({ ...ports, region: options.region.name }, 'started')
    return {
      ...ports,
      settled: () => activity.settled(),
      register: async (device) => bare(await acts.register(device, 'console')),
      commandLamp: async (target, levelPercent, untilMs, by) =>
        bare(await acts.commandLamp(target, { levelPercent, untilMs }, by)),
      nodes: () => nodes.all().map((node) => nodeView(node, clock.now())),
      counts: () => counts.all(),
      totals: () => store.totals(),
      records: (devEui) => records(store, devEui),
      close: () => (closed ??= close()),
    }
  } catch (error) {
    await close()
    throw error
  }
}
