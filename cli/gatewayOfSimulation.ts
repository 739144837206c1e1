/** Joins the simulator's GatewayPort to the real gateway, which is given virtual time and a store in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { as923_2 } from '../core/regions/as923_2.ts'
import { startGateway, type Gateway, type GatewayOptions } from '../gateway/main.ts'
import { storeOf, type Ask, type Engine } from '../gateway/store/engine.ts'
import { SqliteEngine, storeErrorOf } from '../gateway/store/sqlite.ts'
import type { Store } from '../gateway/store/store.ts'
import type { GatewayPort, MakeGateway, StoredReading } from '../sim/gatewayPort.ts'

const ROWS_MAX = 100_000_000
const OPERATOR = 'operator'

/** What a run of its own may set: the page for the demo, the log. */
export type GatewaySettings = Partial<
  Pick<GatewayOptions, 'httpHost' | 'httpPort' | 'operatorPin' | 'dashboardDir' | 'wall' | 'log'>
>

/** Linux's file system in memory. */
const MEMORY_FOLDER = '/dev/shm'

/** A new folder for what a run may forget. In memory where there is such a place: every commit is made as always, but the simulator, which lets the
 *  gateway finish one event before the next, does not wait for a disk 10,000 times. */
function throwawayFolder(): string {
  try {
    return mkdtempSync(join(MEMORY_FOLDER, 'fieldnode-'))
  } catch {
    return mkdtempSync(join(tmpdir(), 'fieldnode-'))
  }
}

/** The gateway's own SQLite engine with its transactions, but on this thread: in the simulator nobody waits for a receive window while virtual time
 *  stands, and a message to another thread and back would cost more than the commit. */
function openStoreHere(file: string): Store {
  const engine = new SqliteEngine(file)
  const ask: Ask = async (method, ...parameters) => {
    const run = engine[method] as (...given: unknown[]) => ReturnType<Engine[typeof method]>
    try {
      engine.begin()
      const answer = run.apply(engine, parameters)
      engine.commit()
      return answer
    } catch (error) {
      engine.rollback()
      throw storeErrorOf(error)
    }
  }
  return storeOf(ask, async () => engine.close())
}

/** A gateway that keeps nothing when it is closed: its folder is removed. `opened` is told of the gateway. */
export function gatewayOfSimulation(
  settings: GatewaySettings = {},
  opened?: (gateway: Gateway) => void,
): MakeGateway {
  return async (clock) => {
    const dataDir = throwawayFolder()
    let store: Store | undefined
    const gateway = await startGateway({
      dataDir,
      region: as923_2,
      clock,
      udpHost: '127.0.0.1',
      udpPort: 0,
      httpHost: '127.0.0.1',
      httpPort: -1,
      simulated: true,
      log: pino({ level: 'silent' }),
      openStore: async () => (store = openStoreHere(join(dataDir, 'fieldnode.db'))),
      ...settings,
    })
    opened?.(gateway)
    return portOf(gateway, store!, dataDir)
  }
}

function portOf(gateway: Gateway, store: Store, dataDir: string): GatewayPort {
  return {
    udpPort: gateway.udpPort,
    settled: () => gateway.settled(),
    register: async (device) => refuseErrors(await gateway.register(device)),
    stored: () => gateway.totals(),
    readings: (devEui) => allReadings(store, devEui),
    commandLamp: async (target, levelPercent, untilMs) =>
      refuseErrors(await gateway.commandLamp(target, levelPercent, untilMs, OPERATOR)),
    close: async () => {
      await gateway.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function refuseErrors(answer: object): void {
  if ('where' in answer) throw new Error(`gateway: ${JSON.stringify(answer)}`)
}

async function allReadings(store: Store, devEui: string): Promise<StoredReading[]> {
  const latest = await store.latest(devEui)
  const series = await Promise.all(
    latest.map(({ quantity }) => store.readings(devEui, quantity, 0, Number.MAX_SAFE_INTEGER, ROWS_MAX)),
  )
  return series.flat()
}
