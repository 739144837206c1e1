/** Says to a lamp at once what the desk wants it to hear: by radio lamps listen on RX2 between their uplinks (class C), over Wi-Fi always.
 *  A lamp that does not confirm hears it again, then a third time; whatever
 *  happens, the command also waits for its next uplink. */
import type { Clock } from '../../core/clock.ts'
import { airtimeMicroseconds } from '../../core/lorawan/airtime.ts'
import type { Region } from '../../core/regions/region.ts'
import type { Activity } from '../activity.ts'
import { sealPayload } from '../lorawan/sealPayload.ts'
import { inTurn, type FieldNode } from '../nodes/node.ts'
import { sessionRow } from '../nodes/nodes.ts'
import type { Store } from '../store/store.ts'
import type { LightDesk } from './desk.ts'

export interface PromptParts {
  store: Store
  region: Region
  clock: Clock
  activity: Activity
  desk: LightDesk
  failed: (error: unknown) => void
}

/** From the command, and from one time to the next: a lamp confirms within seconds where its duty cycle allows. */
const WAITS_MS = [50, 20_000, 60_000]
/** A lamp is deaf on RX2 while it sends and while its windows are open: RX2 ends 2 s behind the delay, a gateway hears of the uplink 0.2 s late. */
const DEAF_MS = 3_000
/** From the end of a command to the lamp's answer on the air: its contact settles, its radio starts. */
const REACTION_MS = 200

export class Prompt {
  /** When the transmitter is free again: frames sent at once must not meet each other. */
  private freeMs = 0
  private readonly timers = new Set<() => void>()

  constructor(private readonly parts: PromptParts) {}

  /** These lamps have got a command. */
  begin(lamps: readonly FieldNode[]): void {
    this.round(
      lamps.map((node) => [node, node.command?.id] as const),
      0,
    )
  }

  /** What was not said yet waits for the lamps' next uplinks. */
  close(): void {
    for (const cancel of this.timers) cancel()
    this.timers.clear()
  }

  private after(delayMs: number, run: () => void): void {
    const cancel = this.parts.clock.setTimer(delayMs, () => {
      this.timers.delete(cancel)
      run()
    })
    this.timers.add(cancel)
  }

  private round(lamps: (readonly [FieldNode, number | undefined])[], index: number): void {
    const { clock, desk } = this.parts
    const waitMs = WAITS_MS[index]
    if (waitMs === undefined || lamps.length === 0) return
    this.after(waitMs, () => {
      // A lamp that has confirmed, or has another command by now, needs nothing of this one.
      const open = lamps.filter(
        ([node, id]) => node.command?.id === id && desk.payloadFor(node, clock.now()) !== undefined,
      )
      for (const [node] of open) this.later(node)
      // Not before all of this round have been told.
      this.after(Math.max(0, this.freeMs - clock.now()), () => this.round(open, index + 1))
    })
  }

  /** In its turn at the transmitter, and when the lamp is not deaf. */
  private later(node: FieldNode): void {
    const { activity, failed } = this.parts
    const waitMs = node.device.link === 'mqtt' ? 0 : this.turnMs(node)
    this.after(waitMs, () => {
      void activity.during(() => inTurn(node, () => this.say(node).catch(failed)))
    })
  }

  /** Until the transmitter is free and the lamp not deaf; the transmitter's time is taken. */
  private turnMs(node: FieldNode): number {
    const { clock, region } = this.parts
    const heardMs = node.heard?.lastSeenMs ?? 0
    const atMs = Math.max(clock.now(), this.freeMs, heardMs + DEAF_MS)
    // A forwarder that sends hears nothing: without a pause for the answer a street that is switched would deafen it to all its lamps.
    const answerMs = REACTION_MS + onAirMs(region, region.joinDataRate, ANSWER_BYTES)
    this.freeMs = atMs + onAirMs(region, region.rx2.dataRate, FRAME_BYTES) + answerMs
    return atMs - clock.now()
  }

  /** Seals under the next counter, which is committed as used before the frame goes. */
  private async say(node: FieldNode): Promise<void> {
    const { store, clock, desk } = this.parts
    const { session, sayNow } = node
    const payload = desk.payloadFor(node, clock.now())
    if (!session || !sayNow || !payload) return
    const phy = sealPayload(session, payload.port, payload.bytes)
    await store.write({ sessions: [sessionRow(node)] })
    if (!(await sayNow(phy))) return
    node.lastDownlinkPort = payload.port
    await desk.handed(node)
  }
}

/** Of a lamp's command: header, port, six bytes, code. */
const FRAME_BYTES = 8 + 1 + 6 + 4
/** Of a lamp's sample. */
const ANSWER_BYTES = 8 + 1 + 11 + 4

function onAirMs(region: Region, dataRate: number, bytes: number): number {
  const { spreadingFactor, bandwidthHz } = region.dataRates[dataRate]!
  return airtimeMicroseconds(bytes, spreadingFactor, bandwidthHz) / 1000
}
