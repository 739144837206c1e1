/** `fieldnode gateway`: the gateway for real radio forwarders, in real time. */
import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { REGION_DEFAULT } from '../core/regions/index.ts'
import { startGateway } from '../gateway/main.ts'
import { hostAndPort, OptionError, parseOptions } from './options.ts'
import { untilInterrupted } from './interrupt.ts'
import { regionOption } from './regionOption.ts'
import { signerOption } from './signerOption.ts'
import { texts } from './texts.ts'
import { wallClock } from './wallClock.ts'

/** Folder of the built page, or undefined before `npm run build`. */
export function dashboardDir(): string | undefined {
  const folder = fileURLToPath(new URL('../dist/dashboard', import.meta.url))
  return existsSync(folder) ? folder : undefined
}

/** Runs until Ctrl-C or SIGTERM; what was accepted is committed before it ends. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      data: { type: 'string' },
      region: { type: 'string', default: REGION_DEFAULT },
      http: { type: 'string', default: '127.0.0.1:8080' },
      udp: { type: 'string', default: '127.0.0.1:1700' },
      mqtt: { type: 'string' },
      signer: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.gateway.help)
    return 0
  }
  if (!values.data) throw new OptionError('--data', 'a folder', 'nothing')
  const http = hostAndPort('--http', values.http)
  const udp = hostAndPort('--udp', values.udp)
  const mqtt = values.mqtt === undefined ? undefined : hostAndPort('--mqtt', values.mqtt)
  const region = regionOption(values.region)
  mkdirSync(values.data, { recursive: true, mode: 0o700 })
  const releaseKey = signerOption(values.signer)
  const operatorPin = process.env['FIELDNODE_PIN']
  const page = dashboardDir()
  if (!page) console.error(texts.demo.noPage)
  const gateway = await startGateway({
    dataDir: values.data,
    region,
    clock: wallClock,
    udpHost: udp.host,
    udpPort: udp.port,
    ...(mqtt ? { mqttHost: mqtt.host, mqttPort: mqtt.port } : {}),
    httpHost: http.host,
    httpPort: http.port,
    ...(releaseKey ? { releaseKey } : {}),
    ...(operatorPin ? { operatorPin } : {}),
    ...(page ? { dashboardDir: page } : {}),
    log: pino(),
  })
  console.log(
    texts.gateway.ready(
      `http://${http.host}:${gateway.httpPort}`,
      `${udp.host}:${gateway.udpPort}`,
      mqtt && `${mqtt.host}:${gateway.mqttPort}`,
    ),
  )
  await untilInterrupted()
  await gateway.close()
  console.log(texts.gateway.stopped)
  return 0
}
