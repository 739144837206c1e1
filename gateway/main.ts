/** The gateway's composition root: one process that is network server, filter, store, light desk and web page.
 *  `startGateway` builds every part and joins them; nothing else in this room makes a concrete store, socket or server. */
import type { Logger } from 'pino'
import type { Clock } from '../core/clock.ts'
import type { Region } from '../core/regions/region.ts'
import type { ApiError, DeviceAnswer, DeviceRequest, LampCommandAnswer, NodeView } from './api/types.ts'
import type { Store, Totals } from './store/store.ts'

export interface GatewayOptions {
  /** A folder of this gateway's own (made when missing), or ':memory:' for nothing kept. */
  dataDir: string
  region: Region
  /** Time of readings, receive windows and commands; the simulator's is virtual. */
  clock: Clock
  /** Time of people at the page (heartbeat, rate limit of PIN tries); `clock` when left out. */
  wall?: Clock
  udpHost: string
  /** 0 = any free one. */
  udpPort: number
  httpHost: string
  /** 0 = any free one, -1 = no HTTP. */
  httpPort: number
  /** Sets the operator's PIN (kept as a scrypt hash in the data folder); without one the kept PIN stays in force. */
  operatorPin?: string
  /** The built page, `dist/dashboard`; without it only the API is served. */
  dashboardDir?: string
  /** Shown in /api/status. */
  simulated?: boolean
  log: Logger
  /** Another store than the libsql file of the data folder (tests). */
  openStore?: () => Promise<Store>
}

export interface Gateway {
  udpPort: number
  /** -1 without HTTP. */
  httpPort: number
  /** Resolves when every datagram received so far is processed and committed and each PULL_RESP has its TX_ACK.
   *  What waits for a timer of the Clock (the deduplication window) is not waited for. */
  settled(): Promise<void>
  /** As POST /api/devices, without the PIN: for composition roots. */
  register(device: DeviceRequest): Promise<DeviceAnswer | ApiError>
  /** As POST /api/lamps/:id/command, without the PIN: `by` stands in the audit log. */
  commandLamp(target: string, levelPercent: number, untilMs: number, by: string): Promise<LampCommandAnswer | ApiError>
  nodes(): NodeView[]
  /** Everything counted since the start, by name; refusals stand under `refused.<reason>`. */
  counts(): Record<string, number>
  totals(): Promise<Totals>
  /** Finishes what was begun, frees ports and files; calling it again is harmless. */
  close(): Promise<void>
}

export declare function startGateway(options: GatewayOptions): Promise<Gateway>
