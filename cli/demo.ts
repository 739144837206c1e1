/** `fieldnode demo`: a village in accelerated time, with its gateway and its page. The last 24 hours are computed first. */
import { createServer } from 'node:net'
import { openSimulation, type Simulation } from '../sim/run.ts'
import { commune } from '../sim/scenarios/commune.ts'
import { dashboardDir } from './gateway.ts'
import { gatewayOfSimulation } from './gatewayOfSimulation.ts'
import { untilInterrupted } from './interrupt.ts'
import { parseOptions, wholeNumber } from './options.ts'
import { texts } from './texts.ts'
import { wallClock } from './wallClock.ts'

/** Printed at the start; a demo keeps nothing that a PIN would have to guard. */
const PIN = '2468'
const HISTORY_MS = 24 * 3_600_000
/** How often virtual time is brought up to the wall's. */
const STEP_MS = 50
const HOST = '127.0.0.1'

/** Whether a server may listen on the port. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, HOST, () => probe.close(() => resolve(true)))
  })
}

async function choosePort(wanted: number): Promise<number> {
  if (wanted === 0 || (await isFree(wanted))) return wanted
  console.log(texts.demo.portTaken(wanted))
  return 0
}

/** Lets `speed` virtual seconds pass a second until `ended`. A machine that cannot keep up falls behind and does not hurry after. */
async function pace(simulation: Simulation, speed: number, ended: () => boolean): Promise<void> {
  let lastMs = wallClock.now()
  while (!ended()) {
    await new Promise<void>((resolve) => wallClock.setTimer(STEP_MS, resolve))
    const nowMs = wallClock.now()
    const passedMs = Math.min(nowMs - lastMs, 4 * STEP_MS)
    lastMs = nowMs
    await simulation.runUntil(simulation.clock.now() + passedMs * speed)
  }
}

/** Runs until Ctrl-C. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      port: { type: 'string', default: '8080' },
      nodes: { type: 'string', default: '14' },
      speed: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.demo.help)
    return 0
  }
  const nodes = wholeNumber('--nodes', values.nodes, 12, 500)
  const speed = wholeNumber('--speed', values.speed, 1, 3600)
  const seed = wholeNumber('--seed', values.seed, 0, 2_147_483_647)
  const port = await choosePort(wholeNumber('--port', values.port, 0, 65_535))
  const page = dashboardDir()
  if (!page) {
    console.error(texts.demo.noPage)
    return 1
  }
  let ended = false
  const interrupted = untilInterrupted().then(() => (ended = true))
  let httpPort = 0
  const simulation = await openSimulation(
    { scenario: commune, nodes, seed, startMs: wallClock.now() - HISTORY_MS },
    gatewayOfSimulation(
      { httpPort: port, httpHost: HOST, operatorPin: PIN, dashboardDir: page, wall: wallClock },
      (gateway) => (httpPort = gateway.httpPort),
    ),
  )
  await simulation.runUntil(simulation.startMs + HISTORY_MS)
  console.log(`\n${texts.demo.ready(`http://localhost:${httpPort}`)}\n`)
  console.log(texts.demo.simulated(nodes, speed))
  console.log(texts.demo.pin(PIN))
  console.log(`${texts.demo.stop}\n`)
  await Promise.all([pace(simulation, speed, () => ended), interrupted])
  await simulation.close()
  console.log(texts.demo.stopped)
  return 0
}
