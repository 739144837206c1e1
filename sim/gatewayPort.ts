/** What the simulator asks of a gateway. The composition (cli) fulfils it with the real one; the simulator knows no other. */
import type { Clock } from '../core/clock.ts'
import type { Region } from '../core/regions/index.ts'

/** A node as it is registered at the gateway before it first speaks. */
export interface Registration {
  /** 16 lower-case hex digits. */
  devEui: string
  joinEui: string
  /** 32 hex digits. */
  appKey: string
  name: string
  profile: 'soil' | 'air' | 'gauge' | 'light'
  latitude: number
  longitude: number
  lamp?: { id: string; group: string }
  link: 'lorawan' | 'mqtt'
}

/** One reading as the gateway keeps it; what the trace and the balance of a run are made of. */
export interface StoredReading {
  epoch: number
  sequence: number
  quantity: number
  timeMs: number
  value: number
  nodeFlag: number
  flag: number
  tests: number
}

export interface StoredTotals {
  samples: number
  readings: number
  /** Samples that came more than once with the same content. */
  duplicates: number
  /** Samples whose key came again with other content. */
  conflicts: number
}

export interface GatewayPort {
  /** Port on 127.0.0.1 where it listens for forwarders. */
  readonly udpPort: number
  /** Port on 127.0.0.1 of its MQTT broker. */
  readonly mqttPort: number
  /** Resolves when all that reached the gateway so far is processed and committed, and every downlink it handed over was answered. */
  settled(): Promise<void>
  register(device: Registration): Promise<void>
  stored(): Promise<StoredTotals>
  /** Everything stored of one node, in any order. */
  readings(devEui: string): Promise<StoredReading[]>
  /** `target` is a lamp's id or `group:<name>`; rejects when the gateway refuses. */
  commandLamp(target: string, levelPercent: number, untilMs: number): Promise<void>
  close(): Promise<void>
}

/** Makes the gateway of a run. All it knows of time is `clock`; `region` is the one of the nodes and of the air. */
export type MakeGateway = (clock: Clock, region: Region) => Promise<GatewayPort>
