/** Sends the pieces that nodes want, each once a want, under counters that are kept as used before a frame goes.
 *  A node has at most one round, of at most 64 pieces: a new want takes the place of what is left of the one before. Rounds go side by side up to a
 *  number, the others wait in their order; a gap after every piece leaves the way to lamp commands and acknowledgements. */
import type { Clock } from '../../core/clock.ts'
import { DOWNLINK_PORT } from '../../core/packet/index.ts'
import { encodePiece } from '../../core/update/message.ts'
import type { Activity } from '../activity.ts'
import type { Counts } from '../counts.ts'
import { sealPayload } from '../lorawan/sealPayload.ts'
import { inTurn, type FieldNode, type LiveSession } from '../nodes/node.ts'
import { sessionRow } from '../nodes/nodes.ts'
import type { Store } from '../store/store.ts'
import { pieceOf } from './pieces.ts'
import { Streams } from './streams.ts'

export interface RoundsParts {
  store: Store
  clock: Clock
  activity: Activity
  counts: Counts
  failed: (error: unknown) => void
}

interface Round {
  transfer: number
  /** Still to be sent. */
  indices: number[]
  running: boolean
}

/** From one piece of a node to its next: an interpreter at 240 MHz opens a frame of 230 bytes in well under that. */
export const PIECE_GAP_MS = 100
/** Side by side: 160 pieces a second, some 40 kB, leave most of a village's line to the others. */
export const ROUNDS_MAX = 16

export class Rounds {
  private readonly rounds = new Map<FieldNode, Round>()
  private readonly timers = new Set<() => void>()
  private readonly streams: Streams
  private running = 0

  constructor(private readonly parts: RoundsParts) {
    this.streams = new Streams(parts.store)
  }

  /** The node wants these pieces and no others. */
  want(node: FieldNode, transfer: number, indices: number[]): void {
    const round = this.rounds.get(node)
    if (round) Object.assign(round, { transfer, indices })
    else this.rounds.set(node, { transfer, indices, running: false })
    this.fill()
  }

  /** Sends the node nothing more. */
  drop(node: FieldNode): void {
    const round = this.rounds.get(node)
    if (round) round.indices = []
  }

  /** What was not sent is wanted again. */
  close(): void {
    for (const cancel of this.timers) cancel()
    this.timers.clear()
    this.rounds.clear()
  }

  /** Begins rounds while there is room for them. */
  private fill(): void {
    for (const [node, round] of this.rounds) {
      if (this.running >= ROUNDS_MAX) return
      if (round.running) continue
      round.running = true
      this.running++
      this.step(node, round, 0)
    }
  }

  private step(node: FieldNode, round: Round, delayMs: number): void {
    const { clock, activity } = this.parts
    const cancel = clock.setTimer(delayMs, () => {
      this.timers.delete(cancel)
      void activity.during(() => inTurn(node, () => this.turn(node, round)))
    })
    this.timers.add(cancel)
  }

  /** One piece, in the node's turn; the round ends when there is none left or it did not go. */
  private async turn(node: FieldNode, round: Round): Promise<void> {
    const sent = await this.say(node, round).catch((error: unknown) => (this.parts.failed(error), false))
    // After close() there is nobody to send to.
    if (this.rounds.get(node) !== round) return
    if (sent && round.indices.length > 0) return this.step(node, round, PIECE_GAP_MS)
    this.rounds.delete(node)
    this.running--
    this.fill()
  }

  private async say(node: FieldNode, round: Round): Promise<boolean> {
    const { transfer, indices } = round
    const { session, sayNow } = node
    if (!session || !sayNow || indices.length === 0) return false
    const stream = await this.streams.of(transfer)
    if (!stream) return false
    await this.reserve(node, session, indices.length)
    // A want that came meanwhile stands in the node's turn behind this one, but a cancellation does not.
    const index = round.indices.shift()
    if (index === undefined) return false
    const payload = encodePiece(transfer, index, pieceOf(stream, index))
    if (!(await sayNow(sealPayload(session, DOWNLINK_PORT.update, payload)))) return false
    this.parts.counts.add('downlinks.update')
    return true
  }

  /** One commit keeps the counters of what is left of a round as used. Rejects when it fails, and then no frame goes. */
  private async reserve(node: FieldNode, session: LiveSession, frames: number): Promise<void> {
    if (session.counterDown < session.keptDown) return
    const keptDown = session.counterDown + frames
    await this.parts.store.write({ sessions: [{ ...sessionRow(node), counterDown: keptDown + 1 }] })
    session.keptDown = keptDown
  }
}
