/** A gateway on a data folder of its own, with the store it ships with and a forwarder, to be stopped and started again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach } from 'vitest'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { startGateway, type Gateway } from '../../gateway/main.ts'
import { ManualClock } from './manualClock.ts'
import { TestForwarder } from './testForwarder.ts'

export class KeptGateway {
  dataDir!: string
  clock!: ManualClock
  gateway!: Gateway
  forwarder!: TestForwarder

  /** Started on an empty folder before each test of a file; stopped after it, and the folder removed. */
  static forEachTest(): KeptGateway {
    const its = new KeptGateway()
    beforeEach(async () => {
      its.dataDir = join(mkdtempSync(join(tmpdir(), 'fieldnode-data-')), 'kept')
      its.clock = new ManualClock()
      await its.start({ operatorPin: '2468' })
    })
    afterEach(async () => {
      await its.stop()
      rmSync(join(its.dataDir, '..'), { recursive: true, force: true })
    })
    return its
  }

  async start(options: { operatorPin?: string; udpPort?: number } = {}): Promise<void> {
    const log = pino({ level: 'silent' })
    const ports = { udpHost: '127.0.0.1', udpPort: 0, httpHost: '127.0.0.1', httpPort: 0 }
    const { dataDir, clock } = this
    this.gateway = await startGateway({ dataDir, region: as923_2, clock, log, ...ports, ...options })
    this.forwarder = await TestForwarder.open('00000000000000aa', this.gateway.udpPort)
  }

  async stop(): Promise<void> {
    this.forwarder.close()
    await this.gateway.close()
  }

  /** Sends a frame; answers those that are sent back. */
  async exchange(phy: Uint8Array): Promise<Uint8Array[]> {
    const before = this.forwarder.sent.length
    await this.forwarder.push(phy)
    await this.clock.advance(3000, () => this.gateway.settled())
    return this.forwarder.sent.slice(before).map(({ data }) => Buffer.from(data, 'base64'))
  }
}
