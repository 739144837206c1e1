/** Sends a sealed downlink in the first window and through the best forwarder that can still take it; or at once.
 *  A forwarder schedules by its own counter: the frame goes out at the uplink's `tmst` plus the window's delay, modulo 2^32 us. */
import { airtimeMicroseconds } from '../../core/lorawan/airtime.ts'
import type { Region } from '../../core/regions/region.ts'
import type { Clock } from '../../core/clock.ts'
import type { Counts } from '../counts.ts'
import { bySignal, type Heard } from '../ingest/dedup.ts'
import type { Forwarders } from '../ingest/forwarders.ts'
import type { Reception } from '../ingest/rxpk.ts'
import type { DutyBudget } from './duty.ts'
import type { Window } from './windows.ts'

/** A frame must be with the forwarder this long before it goes on the air: to be read, queued and programmed. */
const LEAD_MS = 40
/** The strongest row of the power tables that forwarders are shipped with (tx_lut of Lora-net packet_forwarder); they refuse more. */
const FORWARDER_DBM_MAX = 27

export interface Downlink {
  phy: Uint8Array
  windows: Window[]
  /** The part of the forwarder's duty budget that it may use, in percent. */
  sharePercent: number
}

type Place = Pick<Window, 'frequencyHz' | 'spreadingFactor' | 'bandwidthHz'>

export class Transmitter {
  constructor(
    private readonly forwarders: Forwarders,
    private readonly duty: DutyBudget,
    private readonly region: Region,
    private readonly clock: Clock,
    private readonly counts: Counts,
  ) {}

  /** The windows that a frame handed over now would still meet, by the best forwarder. */
  open(heard: Heard, windows: Window[]): Window[] {
    const reception = this.ways(heard)[0]
    return reception ? windows.filter((window) => this.inTime(reception, window)) : []
  }

  /** Tries window after window, forwarder after forwarder, until one takes the frame; false when none does. */
  async send(heard: Heard, downlink: Downlink): Promise<boolean> {
    for (const window of downlink.windows) {
      for (const reception of this.ways(heard)) {
        if (await this.sendOnce(reception, window, downlink)) return true
      }
    }
    this.counts.add('downlinks.failed')
    return false
  }

  /** Sends a frame at once on RX2, where a lamp listens between its uplinks, with the whole of the duty budget; false when it was not taken. */
  async sendNow(gateway: string, phy: Uint8Array): Promise<boolean> {
    const { frequencyHz, dataRate } = this.region.rx2
    const place = { frequencyHz, ...this.region.dataRates[dataRate]! }
    const taken = await this.hand(gateway, phy, place, undefined, 100)
    if (taken) this.counts.add('downlinks.classC')
    return taken
  }

  private async sendOnce(
    reception: Reception,
    window: Window,
    { phy, sharePercent }: Downlink,
  ): Promise<boolean> {
    if (!this.inTime(reception, window)) return this.refused('late')
    const tmst = (reception.tmst + 1000 * window.delayMs) % 0x100000000
    const taken = await this.hand(reception.gateway, phy, window, tmst, sharePercent)
    if (taken) this.counts.add(`downlinks.${window.name}`)
    return taken
  }

  /** Hands a frame to a forwarder within the law, for a moment of its counter or for now. */
  private async hand(
    gateway: string,
    phy: Uint8Array,
    { frequencyHz, spreadingFactor, bandwidthHz }: Place,
    tmst: number | undefined,
    sharePercent: number,
  ): Promise<boolean> {
    const airtimeUs = airtimeMicroseconds(phy.length, spreadingFactor, bandwidthHz, { crc: false })
    if (!this.duty.allows(gateway, frequencyHz, this.clock.now(), airtimeUs, sharePercent))
      return this.refused('duty')
    const powerDbm = Math.min(this.region.eirpDbmMax, FORWARDER_DBM_MAX)
    const frame = { tmst, frequencyHz, powerDbm, spreadingFactor, bandwidthHz, phy }
    const result = await this.forwarders.send(gateway, frame)
    if (result !== 'NONE') return this.refused(result)
    this.duty.spend(gateway, frequencyHz, this.clock.now(), airtimeUs)
    return true
  }

  private refused(reason: string): false {
    this.counts.refuse('downlink', reason)
    return false
  }

  private inTime(reception: Reception, window: Window): boolean {
    const leadMs = LEAD_MS + this.forwarders.rttMs(reception.gateway)
    return this.clock.now() + leadMs <= reception.receivedMs + window.delayMs
  }

  private ways(heard: Heard): Reception[] {
    return bySignal(heard.receptions).filter(({ gateway }) => this.forwarders.reachable(gateway))
  }
}
