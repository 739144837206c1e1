/** From decoded samples to records: their times, and the gateway's own filter over each quantity of each node.
 *  Flags are QARTOD's; the one that is published is the worse of the node's and the gateway's. */
import { FLAG } from '../core/flags.ts'
import { FILTER_WORDS, filterRow, filterStep, hasMemory } from '../core/filter/index.ts'
import type { FieldNode } from './nodes/node.ts'
import type { Packet } from './packets.ts'
import type { FilterState, Record } from './store/store.ts'

export interface Judged {
  /** One array a sample. */
  samples: Record[][]
  /** The states that moved. */
  filterStates: FilterState[]
}

/** From best to worst; `notEvaluated` says nothing, so any verdict outweighs it. */
const RANK: { readonly [flag: number]: number } = {
  [FLAG.notEvaluated]: 0,
  [FLAG.good]: 1,
  [FLAG.suspect]: 2,
  [FLAG.fail]: 3,
  [FLAG.missing]: 4,
}

export const worstFlag = (a: number, b: number): number => (RANK[b]! > RANK[a]! ? b : a)

/** Runs one value through the filter of its quantity. A value older than the last one is judged by a fresh state, so that what comes
 *  late neither is compared with the future nor moves the state back in time. No state is kept where only the range is looked at: a lamp's five quantities
 *  would else be five rows an uplink. */
function judge(
  node: FieldNode,
  quantity: number,
  value: number,
  timeMs: number,
  moved: Set<FilterState>,
): number {
  const row = filterRow(quantity)
  const state = node.filters.get(quantity)
  if (!hasMemory(row) || (state && timeMs <= state.timeMs))
    return filterStep(row, new Int32Array(FILTER_WORDS), 0, value, 0)
  const stepped = state ?? {
    devEui: node.device.devEui,
    quantity,
    words: new Int32Array(FILTER_WORDS),
    timeMs,
  }
  const verdict = filterStep(row, stepped.words, 0, value, Math.round((timeMs - stepped.timeMs) / 1000))
  stepped.timeMs = timeMs
  node.filters.set(quantity, stepped)
  moved.add(stepped)
  return verdict
}

/** The records of a packet's samples. Those already stored are not filtered again: the store keeps the first verdict. */
export function judgeSamples(
  node: FieldNode,
  packet: Packet & { kind: 'samples' },
  receivedMs: number,
): Judged {
  const { samples: decoded, epoch, received, firstSequence } = packet
  const { devEui } = node.device
  const moved = new Set<FilterState>()
  const samples = decoded.samples.map(({ values, flags }, index) => {
    const sequence = firstSequence + index
    const back = decoded.ageSeconds + (decoded.samples.length - 1 - index) * decoded.intervalSeconds
    const timeMs = receivedMs - 1000 * back
    const known = received.has(sequence)
    return decoded.quantities.map((quantity, place): Record => {
      const value = values[place]!
      const nodeFlag = flags[place]!
      const verdict =
        known || nodeFlag === FLAG.missing ? nodeFlag : judge(node, quantity, value, timeMs, moved)
      const record: Record = {
        devEui,
        epoch: epoch.epoch,
        sequence,
        quantity,
        timeMs,
        timeUncertain: decoded.ageUncertain,
        value,
        nodeFlag,
        flag: worstFlag(nodeFlag, verdict & 15),
        tests: verdict >> 4,
        receivedMs,
      }
      if (decoded.ageErrorSeconds !== undefined) record.timeErrorSeconds = decoded.ageErrorSeconds
      return record
    })
  })
  return { samples, filterStates: [...moved] }
}
