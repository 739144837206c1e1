/** Joins the simulator's GatewayPort to the real gateway, which is given virtual time and a data folder that goes when the run ends. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openInlineStore } from '../gateway/store/inline.ts'
import { startGateway, type Gateway, type GatewayOptions } from '../gateway/main.ts'
import type { GatewayPort, MakeGateway } from '../sim/gatewayPort.ts'

const OPERATOR = 'operator'
/** Linux's file system in memory. */
const MEMORY_FOLDER = '/dev/shm'

/** What a run of its own may set: the page for the demo, the log. */
export type GatewaySettings = Partial<
  Pick<GatewayOptions, 'httpHost' | 'httpPort' | 'operatorPin' | 'dashboardDir' | 'wall' | 'log'>
>

/** A new folder for what a run may forget. In memory where there is such a place: every commit is made as always, but virtual time does not stand
 *  10,000 times for a disk that is somebody's. */
function throwawayFolder(): string {
  return mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), 'fieldnode-sim-'))
}

/** A gateway that keeps nothing when it is closed. `opened` is told of the gateway. */
export function gatewayOfSimulation(
  settings: GatewaySettings = {},
  opened?: (gateway: Gateway) => void,
): MakeGateway {
  return async (clock, region) => {
    const dataDir = throwawayFolder()
    // Also when a run ends by an error that nobody catches.
    const remove = (): void => rmSync(dataDir, { recursive: true, force: true })
    process.once('exit', remove)
    const gateway = await startGateway({
      dataDir,
      region,
      clock,
      udpHost: '127.0.0.1',
      udpPort: 0,
      mqttPort: 0,
      httpHost: '127.0.0.1',
      httpPort: -1,
      simulated: true,
      openStore: () => openInlineStore(join(dataDir, 'fieldnode.db')),
      log: pino({ level: 'silent' }),
      ...settings,
    })
    opened?.(gateway)
    return portOf(gateway, () => {
      process.off('exit', remove)
      remove()
    })
  }
}

function portOf(gateway: Gateway, remove: () => void): GatewayPort {
  return {
    udpPort: gateway.udpPort,
    mqttPort: gateway.mqttPort,
    settled: () => gateway.settled(),
    register: async (device) => refuseErrors(await gateway.register(device)),
    stored: () => gateway.totals(),
    readings: (devEui) => gateway.records(devEui),
    commandLamp: async (target, levelPercent, untilMs) =>
      refuseErrors(await gateway.commandLamp(target, levelPercent, untilMs, OPERATOR)),
    close: async () => {
      await gateway.close()
      remove()
    },
  }
}

function refuseErrors(answer: object): void {
  if ('where' in answer) throw new Error(`gateway: ${JSON.stringify(answer)}`)
}
