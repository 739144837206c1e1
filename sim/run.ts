/** A run: world, air, forwarder and nodes put together around a gateway, one event at a time.
 *  After an event in which something was sent to the gateway, or in which one of its timers rang, virtual time stands until it has settled; so
 *  nothing depends on the machine's speed. `openSimulation` is for who wants to pace it (the demo), `runScenario` for a run from end to end. */
import type { Clock } from '../core/clock.ts'
import { as923_2 } from '../core/regions/as923_2.ts'
import type { Region } from '../core/regions/index.ts'
import { ttgoLora32V21 } from '../boards/ttgoLora32V21.ts'
import type { Hal } from '../firmware/hal/index.ts'
import { Air } from './air.ts'
import { balanceOf, type Balance } from './balance.ts'
import { VirtualClock } from './clock.ts'
import { scaledCosts, type Costs } from './costs.ts'
import { Forwarder } from './forwarder.ts'
import type { GatewayPort, MakeGateway, StoredReading } from './gatewayPort.ts'
import { SimNode } from './node.ts'
import { Random } from './random.ts'
import type { Act, Scenario } from './scenarios/scenario.ts'
import { Wire } from './tcp.ts'
import { Trace } from './trace.ts'
import type { Series } from './world/replay.ts'
import type { Flood } from './world/river.ts'
import { commissionAtBench } from './workbench.ts'
import { World, type Replayable } from './world/world.ts'

export interface RunOptions {
  scenario: Scenario
  nodes: number
  seed: number
  /** Unix time at which the run begins; by default midnight of 12 October 2026 in Viet Nam. */
  startMs?: number
  /** Of nodes, air, forwarder and gateway; Viet Nam's by default. */
  region?: Region
  /** Times the costs of costs.ts. */
  costFactor?: number
  /** In place of the costs of costs.ts. */
  costs?: Costs
  flood?: Flood
  replay?: Partial<Record<Replayable, Series>>
  /** In place of the firmware's sources, as NodeWorld has it. */
  program?: (node: SimNode, hal: Hal) => void
  /** What the nodes write to their technician's cable. */
  log?: (node: string, line: string) => void
}

export interface RunResult {
  nodes: number
  virtualHours: number
  wallSeconds: number
  readingsTaken: number
  readingsStored: number
  heldByNodes: number
  lost: number
  duplicated: number
  uplinksSent: number
  uplinksReceived: number
  downlinks: number
  traceSha256: string
}

/** The last hour of a run takes no readings, so that queues drain. How: before it, a technician walks from node to node and sets each one's interval to
 *  a day and its uplinks to one sample, by the settings record and a restart as `fieldnode provision` does. A node takes the one sample that is still
 *  due on its old cadence, sends what it has, and then has nothing to measure until the run is over. */
const QUIET_MS = 3_600_000
/** The technician's walk takes this long; nodes that restarted in one beat would send in one beat. */
const WALK_MS = 15 * 60_000
const QUIET_SETTINGS = { intervalSeconds: 86_400, samplesPerUplink: 1 }

const START_MS = Date.UTC(2026, 9, 11, 17)
const HOUR_MS = 3_600_000
/** Of the houses: the same name and password, so that one record serves every node. */
const ACCESS_POINT = { ssid: 'Nha van hoa', password: 'khong co lu' }
/** Type of a message (MQTT 3.1.1, 2.2.1). */
export const MQTT_PUBLISH = 3
const ANTENNA = { gatewayAntennaDbi: 3, nodeAntennaDbi: 0 }

export interface Simulation {
  readonly clock: VirtualClock
  readonly nodes: readonly SimNode[]
  readonly world: World
  readonly air: Air
  readonly forwarder: Forwarder
  readonly gateway: GatewayPort
  readonly trace: Trace
  readonly startMs: number
  /** Lets virtual time come to `untilMs` as fast as the machine allows. */
  runUntil(untilMs: number): Promise<void>
  /** Ends the taking of readings by `atMs`, as a technician would. */
  quietenBy(atMs: number): void
  result(): Promise<RunResult>
  close(): Promise<void>
}

/** Puts a run together; virtual time stands at its start. */
export async function openSimulation(options: RunOptions, makeGateway: MakeGateway): Promise<Simulation> {
  const began = performance.now()
  const { scenario, seed, region = as923_2 } = options
  const startMs = options.startMs ?? START_MS
  const clock = new VirtualClock(startMs)
  const gate = new Gate(clock)
  const gateway = await makeGateway(gate.clock, region)
  const { latitude, longitude } = scenario
  const { flood, replay } = options
  const world = new World({ seed, startMs, latitude, longitude, flood, replay })
  const channelsHz = [...region.channelsHz, ...region.extraChannelsHz]
  const air = new Air(clock, { channelsHz, ...ANTENNA })
  const trace = new Trace()
  const forwarder = new Forwarder(clock, air, {
    eui: scenario.gatewayEui,
    udpPort: gateway.udpPort,
    tmstStart: new Random(seed, 'tmst').uint32(),
    powerDbmMax: 27,
    bandHz: [region.fromHz, region.toHz],
  })
  air.onSent = (link, frame) => trace.frame(frame.startMicros, link.name, 'up', frame.bytes)
  forwarder.onDownlink = (bytes) => trace.frame(clock.nowMicros(), scenario.gatewayEui, 'down', bytes)
  const wire = new Wire(() => gateway.settled())
  const wifi = { wire, settings: { ...ACCESS_POINT, host: '127.0.0.1', port: gateway.mqttPort } }
  const shared = {
    wifi,
    clock,
    world,
    air,
    board: ttgoLora32V21,
    region,
    costs: options.costs ?? scaledCosts(options.costFactor ?? 1),
    seed,
    log: options.log ?? (() => undefined),
    ...(options.program ? { program: options.program } : {}),
  }
  const nodes = scenario
    .planNodes(options.nodes, new Random(seed, 'plan'))
    .map((plan) => new SimNode(plan, shared))
  if (scenario.commissionedAtBench)
    for (const node of nodes) commissionAtBench(node, new Random(seed, `${node.plan.devEui}/bench`))
  for (const node of nodes) traceWifi(node, trace)
  gate.open(gateway, forwarder, wire)
  for (const node of nodes) await registerNode(gateway, node)
  await forwarder.open()
  await gateway.settled()
  for (const node of nodes) clock.setTimer(node.plan.powerOnMs, () => node.powerOn())
  const lamps = new Set(nodes.flatMap(({ plan: { lamp } }) => (lamp ? [lamp.id, `group:${lamp.group}`] : [])))
  for (const act of scenario.acts) if (lamps.has(act.target)) gate.schedule(act, gateway)
  return {
    clock,
    nodes,
    world,
    air,
    forwarder,
    gateway,
    trace,
    startMs,
    runUntil: (untilMs) => clock.run(untilMs, gate.afterEach),
    quietenBy: (atMs) => quietenBy(clock, nodes, atMs),
    result: () => summarize({ clock, nodes, air, forwarder, gateway, trace, startMs, began }),
    close: async () => {
      forwarder.close()
      await gateway.close()
    },
  }
}

/** Runs a scenario for `hours` and sums it up. */
export async function runScenario(
  options: RunOptions & { hours: number },
  makeGateway: MakeGateway,
): Promise<RunResult> {
  const simulation = await openSimulation(options, makeGateway)
  try {
    const endMs = simulation.startMs + options.hours * HOUR_MS
    simulation.quietenBy(endMs - QUIET_MS)
    await simulation.runUntil(endMs)
    return await simulation.result()
  } finally {
    await simulation.close()
  }
}

/** Writes down what a node with Wi-Fi has to say. Not what it acknowledges: that has a number which the broker drew. */
function traceWifi({ network, plan }: SimNode, trace: Trace): void {
  if (!network) return
  network.onWrite = (bytes, micros) => {
    if (bytes[0]! >> 4 === MQTT_PUBLISH) trace.frame(micros, plan.devEui, 'up', bytes)
  }
}

async function registerNode(gateway: GatewayPort, { plan, board }: SimNode): Promise<void> {
  const { devEui, joinEui, appKey, name, latitude, longitude, lamp } = plan
  const { link } = board
  const device = { devEui, joinEui, appKey, name, profile: plan.profile.name, latitude, longitude, link }
  await gateway.register(lamp ? { ...device, lamp } : device)
}

/** Plans the technician's walk: it ends early enough for the last sample that each node still has due. */
function quietenBy(clock: VirtualClock, nodes: readonly SimNode[], atMs: number): void {
  const intervalMs = 1000 * Math.max(...nodes.map((node) => node.intervalSeconds))
  const fromMs = atMs - intervalMs - WALK_MS - 60_000
  nodes.forEach((node, index) => {
    const visitMs = fromMs + (index * WALK_MS) / nodes.length
    clock.setTimer(visitMs - clock.now(), () => node.provision(QUIET_SETTINGS))
  })
}

/** Holds virtual time while the gateway works. */
class Gate {
  /** The gateway's clock: it notices when one of its timers rings. */
  readonly clock: Clock
  private touched = false
  private acting: Promise<void> | undefined
  private gateway: GatewayPort | undefined
  private forwarder: Forwarder | undefined
  private wire: Wire | undefined

  constructor(private readonly virtual: VirtualClock) {
    this.clock = {
      now: () => virtual.now(),
      setTimer: (delayMs, run) =>
        virtual.setTimer(delayMs, () => {
          this.touched = true
          run()
        }),
    }
  }

  open(gateway: GatewayPort, forwarder: Forwarder, wire: Wire): void {
    this.gateway = gateway
    this.forwarder = forwarder
    this.wire = wire
  }

  /** Something a person does at the gateway in the course of a run. */
  schedule(act: Act, gateway: GatewayPort): void {
    this.virtual.setTimer(act.atHours * HOUR_MS, () => {
      const untilMs = this.virtual.now() + act.forHours * HOUR_MS
      this.acting = gateway.commandLamp(act.target, act.levelPercent, untilMs)
    })
  }

  readonly afterEach = (): Promise<void> | undefined => {
    const answered = this.forwarder!.answered()
    const wired = this.wire!.answered()
    if (!answered && !wired && !this.touched && !this.acting) return undefined
    return this.settle(answered, wired)
  }

  private async settle(answered?: Promise<void>, wired?: Promise<void>): Promise<void> {
    const { acting } = this
    this.touched = false
    this.acting = undefined
    await acting
    await answered
    await wired
    await this.gateway!.settled()
    // What the gateway has just said may be on its way to a node with Wi-Fi.
    await this.wire!.answered()
  }
}

type Summed = Pick<Simulation, 'clock' | 'nodes' | 'air' | 'forwarder' | 'gateway' | 'trace' | 'startMs'>

async function summarize(run: Summed & { began: number }): Promise<RunResult> {
  const stored = new Map<string, readonly StoredReading[]>()
  const sum: Balance = { taken: 0, stored: 0, duplicated: 0, held: 0, lost: 0 }
  const read = run.nodes.map(async (node) => {
    const rows = await run.gateway.readings(node.plan.devEui)
    stored.set(node.plan.devEui, rows)
    const balance = balanceOf(node, rows)
    for (const name of Object.keys(sum) as (keyof Balance)[]) sum[name] += balance[name]
  })
  await Promise.all(read)
  return {
    nodes: run.nodes.length,
    virtualHours: (run.clock.now() - run.startMs) / HOUR_MS,
    wallSeconds: Math.round(performance.now() - run.began) / 1000,
    readingsTaken: sum.taken,
    readingsStored: sum.stored,
    heldByNodes: sum.held,
    lost: sum.lost,
    duplicated: sum.duplicated,
    uplinksSent: run.air.sent,
    uplinksReceived: run.air.received,
    downlinks: run.forwarder.counts.sent,
    traceSha256: run.trace.digest(stored),
  }
}
