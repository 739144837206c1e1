/** The UDP server with the window behind it, and forwarders that ask it. */
import { afterEach, beforeEach } from 'vitest'
import { Activity } from '../../../gateway/activity.ts'
import { Counts } from '../../../gateway/counts.ts'
import { Dedup, type Heard } from '../../../gateway/ingest/dedup.ts'
import { Forwarders } from '../../../gateway/ingest/forwarders.ts'
import { ManualClock } from '../manualClock.ts'
import { TestForwarder } from '../testForwarder.ts'

export class ForwardersSite {
  clock!: ManualClock
  activity!: Activity
  counts!: Counts
  server!: Forwarders
  /** What came through the window. */
  heard: Heard[] = []
  private readonly opened: TestForwarder[] = []

  /** Opened before each test of a file, and closed after it, twice. */
  static forEachTest(): ForwardersSite {
    const its = new ForwardersSite()
    beforeEach(() => its.open())
    afterEach(async () => {
      for (const forwarder of its.opened.splice(0)) forwarder.close()
      await its.server.close()
      await its.server.close()
    })
    return its
  }

  private async open(): Promise<void> {
    this.clock = new ManualClock()
    this.activity = new Activity()
    this.counts = new Counts()
    this.heard = []
    const { clock, activity, counts } = this
    const dedup = new Dedup(clock, counts, (frame) => this.heard.push(frame))
    const ports = { host: '127.0.0.1', port: 0 }
    const parts = { ...ports, clock, activity, counts }
    this.server = await Forwarders.open({ ...parts, heard: (frame) => dedup.push(frame) })
  }

  async forwarder(eui: string): Promise<TestForwarder> {
    const opened = await TestForwarder.open(eui, this.server.port)
    this.opened.push(opened)
    return opened
  }
}
