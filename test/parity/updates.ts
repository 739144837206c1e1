/** The small network's half of an update over the air (docs/PACKET.md, port 6): it offers a release until the node takes it up, sends the pieces that the node
 *  wants at the gateway's pace, and hears what became of it. Written on core alone, as network.ts is. */
import { DOWNLINK_PORT } from '../../core/packet/index.ts'
import {
  decodeUpdateUplink,
  encodeOffer,
  encodePiece,
  PIECE_BYTES_MAX,
  type UpdateState,
  type Wanted,
} from '../../core/update/message.ts'
import type { VirtualClock } from '../../sim/clock.ts'
import type { TestRelease } from '../gateway/update/release.ts'
import type { Answer } from './answers.ts'

/** As the gateway has them (gateway/update). */
const PIECE_GAP_MICROS = 100_000
const OFFER_AGAIN_MS = 30_000
const ROUND_PIECES = 64

export class Updates {
  /** What the node said of its states, in order. */
  readonly states: UpdateState[] = []
  /** Pieces that were sent. */
  sent = 0
  private spokeMs = -Infinity

  constructor(
    private readonly clock: VirtualClock,
    private readonly update: { readonly release: TestRelease; readonly version: number },
    private readonly say: (payload: Uint8Array) => void,
  ) {}

  /** The offer, in answer to an uplink; undefined where the node knows of it. */
  offer(): Answer | undefined {
    if (this.states.length > 0 || this.clock.now() - this.spokeMs < OFFER_AGAIN_MS) return undefined
    this.spokeMs = this.clock.now()
    const { release, version } = this.update
    const { transfer, ticket, bundle } = release
    const offer = { transfer, version, pieceBytes: PIECE_BYTES_MAX }
    const payload = encodeOffer({ ...offer, ticketBytes: ticket.length, bundleBytes: bundle.length })
    return { port: DOWNLINK_PORT.update, payload }
  }

  /** Takes what the node says on the update's port. */
  hear(payload: Uint8Array): void {
    const message = decodeUpdateUplink(payload)
    if (typeof message === 'string') throw new Error(`update: ${message}`)
    if (message.kind === 'state') this.states.push(message)
    else this.round(message)
  }

  private round({ first, mask }: Wanted): void {
    this.spokeMs = this.clock.now()
    const { stream, transfer } = this.update.release
    let atMicros = this.clock.nowMicros()
    for (let bit = 0; bit < ROUND_PIECES; bit++) {
      if (!(mask[bit >> 3]! & (0x80 >> (bit & 7)))) continue
      const start = (first + bit) * PIECE_BYTES_MAX
      const piece = encodePiece(transfer, first + bit, stream.subarray(start, start + PIECE_BYTES_MAX))
      this.clock.at((atMicros += PIECE_GAP_MICROS), () => {
        this.sent++
        this.say(piece)
      })
    }
  }
}
