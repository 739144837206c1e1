/** The way back by radio: one of the two windows that a class A node opens after its uplink. */
import type { Region } from '../../core/regions/region.ts'
import { bySignal, type Heard } from '../ingest/dedup.ts'
import type { Back, Downlink, Uplink } from '../uplink.ts'
import { ORDINARY_SHARE_PERCENT } from './duty.ts'
import type { Transmitter } from './transmit.ts'
import { dataWindows, joinWindows, type Window } from './windows.ts'

class RadioBack implements Back {
  readonly arrivesMs: number

  constructor(
    private readonly heard: Heard,
    private readonly transmitter: Transmitter,
    private readonly region: Region,
  ) {
    this.arrivesMs = heard.receptions[0]!.receivedMs + 1000 * region.receiveDelaySeconds
  }

  roomBytes(dwell: boolean): number | undefined {
    return this.open(dwell)[0]?.payloadBytesMax
  }

  send({ phy, bytes, dwell, urgent }: Downlink): Promise<boolean> {
    const windows = this.open(dwell).filter((window) => window.payloadBytesMax >= bytes)
    const sharePercent = urgent ? 100 : ORDINARY_SHARE_PERCENT
    return this.transmitter.send(this.heard, { phy, windows, sharePercent })
  }

  accept(phy: Uint8Array): Promise<boolean> {
    const windows = joinWindows(this.region, this.heard.receptions[0]!)
    return this.transmitter.send(this.heard, { phy, windows, sharePercent: 100 })
  }

  sayNow(phy: Uint8Array): Promise<boolean> {
    return this.transmitter.sendNow(bySignal(this.heard.receptions)[0]!.gateway, phy)
  }

  private open(dwell: boolean): Window[] {
    const best = bySignal(this.heard.receptions)[0]!
    return this.transmitter.open(this.heard, dataWindows(this.region, best, dwell))
  }
}

/** A deduplicated frame, with its way back. */
export function radioUplink(heard: Heard, transmitter: Transmitter, region: Region): Uplink {
  const { phy, receptions } = heard
  const { receivedMs } = receptions[0]!
  return {
    phy,
    link: 'lorawan',
    receivedMs,
    receptions,
    back: new RadioBack(heard, transmitter, region),
  }
}
