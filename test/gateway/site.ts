/** A site for tests: a gateway over a store that outlives it, forwarders and devices, all in manual time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { as923_2 } from '../../core/regions/as923_2.ts'
import type { DeviceRequest } from '../../gateway/api/types.ts'
import { startGateway, type Gateway, type GatewayOptions } from '../../gateway/main.ts'
import { openMemoryStore } from '../../gateway/store/memory.ts'
import type { Store } from '../../gateway/store/store.ts'
import { ManualClock } from './manualClock.ts'
import { TestDevice } from './testDevice.ts'
import { TestForwarder, type RxpkOptions } from './testForwarder.ts'

export const PIN = '4711-test'

export function registration(number: number, rest: Partial<DeviceRequest> = {}): DeviceRequest {
  const hex = number.toString(16).padStart(4, '0')
  return {
    devEui: `70b3d57ed005${hex}`,
    joinEui: '70b3d57ed0000001',
    appKey: `000102030405060708090a0b0c0d${hex}`,
    name: `node ${number}`,
    profile: 'air',
    latitude: 10.77,
    longitude: 106.7,
    ...rest,
  }
}

export class Site {
  gateway!: Gateway
  /** The gateway's view of the store: a test may break it. */
  gatewayStore!: Store
  forwarders: TestForwarder[] = []

  private constructor(
    readonly clock: ManualClock,
    readonly store: Store,
    readonly folder: string,
    private readonly options: Partial<GatewayOptions>,
  ) {}

  static async open(options: Partial<GatewayOptions> = {}, store?: Store): Promise<Site> {
    const folder = mkdtempSync(join(tmpdir(), 'fieldnode-site-'))
    const site = new Site(new ManualClock(), store ?? (await openMemoryStore()), folder, options)
    await site.start()
    return site
  }

  get forwarder(): TestForwarder {
    return this.forwarders[0]!
  }

  /** Ends the gateway as a power cut would between two datagrams, and starts another on the same data. */
  async restart(): Promise<void> {
    await this.gateway.close()
    for (const forwarder of this.forwarders) forwarder.close()
    await this.start()
  }

  /** A registered device that has joined. */
  async device(number: number, rest: Partial<DeviceRequest> = {}): Promise<TestDevice> {
    const device = new TestDevice(registration(number, rest))
    const answer = await this.gateway.register(device.registration)
    if (!('devEui' in answer)) throw new Error(JSON.stringify(answer))
    device.join((await this.exchange(device.joinRequest())).at(-1)!)
    return device
  }

  /** Sends a frame through the forwarders, lets the window pass, and answers the downlinks that came of it; not those that went out at once. */
  async exchange(
    phy: Uint8Array,
    options: RxpkOptions = {},
    through = [this.forwarder],
  ): Promise<Uint8Array[]> {
    const before = this.forwarders.map(({ sent }) => sent.length)
    for (const forwarder of through) await forwarder.push(phy, options)
    await this.pass(3000)
    return this.forwarders.flatMap(({ sent }, index) =>
      sent
        .slice(before[index])
        .filter(({ imme }) => !imme)
        .map(({ data }) => Buffer.from(data, 'base64')),
    )
  }

  pass(ms: number): Promise<void> {
    return this.clock.advance(ms, () => this.gateway.settled())
  }

  count(name: string): number {
    return this.gateway.counts()[name] ?? 0
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.gateway.httpPort}${path}`
  }

  async close(): Promise<void> {
    await this.gateway.close()
    for (const forwarder of this.forwarders) forwarder.close()
    await this.store.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async start(): Promise<void> {
    // The store is the site's: the gateway may close its own view of it only.
    const store = { ...this.store, close: () => Promise.resolve() }
    this.gatewayStore = store
    this.gateway = await startGateway({
      dataDir: this.folder,
      region: as923_2,
      clock: this.clock,
      udpHost: '127.0.0.1',
      udpPort: 0,
      httpHost: '127.0.0.1',
      httpPort: -1,
      log: pino({ level: 'silent' }),
      openStore: () => Promise.resolve(store),
      ...this.options,
    })
    const port = this.gateway.udpPort
    this.forwarders = [
      await TestForwarder.open('00000000000000aa', port),
      await TestForwarder.open('00000000000000bb', port),
    ]
  }
}
