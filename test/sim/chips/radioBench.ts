/** The bench that every radio chip's model stands on: a clock, and a notebook in place of the air. Each chip's own words are in its bench. */
import type { Ether, HeardFrame, SentFrame } from '../../../sim/chips/ether.ts'
import { VirtualClock } from '../../../sim/clock.ts'

export const FRAME = Uint8Array.from({ length: 23 }, (_, i) => i)

/** A chip as `build` makes it; `edges` are those of its interrupt, with their microseconds, and `air` what it asked of the air. */
export function onBench<Chip>(
  build: (clock: VirtualClock, ether: Ether, onEdge: (high: boolean) => void) => Chip,
) {
  const clock = new VirtualClock(0)
  const sent: SentFrame[] = []
  const edges: [boolean, number][] = []
  const air: { heard?: HeardFrame; asked: [number, number][]; watchers: Set<() => void> } = {
    asked: [],
    watchers: new Set(),
  }
  const ether: Ether = {
    transmit: (frame) => sent.push(frame),
    detect: (_setting, from, to) => {
      air.asked.push([from, to])
      return air.heard
    },
    watch: (run) => {
      air.watchers.add(run)
      return () => air.watchers.delete(run)
    },
  }
  const chip = build(clock, ether, (high) => edges.push([high, clock.nowMicros()]))
  return { clock, chip, sent, edges, air }
}
