/** What an uplink tells of its node besides its readings: that it lives, how well it is heard, how often it reports. */
import { bySignal, type Heard as HeardFrame } from '../ingest/dedup.ts'
import type { Packet } from '../packets.ts'
import type { Heard } from '../store/store.ts'
import type { FieldNode } from './node.ts'

/** Seconds between two reports: as a batch shows it, else as the hello said. */
function reportInterval(node: FieldNode, packet: Packet): number | null {
  const known = node.heard?.intervalSeconds ?? null
  if (packet.kind === 'hello') return packet.hello.intervalSeconds
  if (packet.kind === 'none') return known
  const { samples, epoch } = packet
  const interval = samples.intervalSeconds > 0 ? samples.intervalSeconds : epoch.intervalSeconds
  // A node that empties its queue sends more at a time than it does every day.
  return samples.ageSeconds === 0 ? interval * samples.samples.length : (known ?? interval)
}

/** Notes the uplink on the node and answers the row that keeps it. */
export function hear(node: FieldNode, packet: Packet, { receptions }: HeardFrame): Heard {
  const best = bySignal(receptions)[0]!
  node.heard = {
    devEui: node.device.devEui,
    lastSeenMs: receptions[0]!.receivedMs,
    rssiDbm: best.rssiDbm,
    snrDb: best.snrDb,
    intervalSeconds: reportInterval(node, packet),
  }
  return node.heard
}
