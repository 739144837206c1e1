/** What an uplink tells of its node besides its readings: that it lives, how well it is heard, how often it reports. */
import { bySignal, type Heard as HeardFrame } from '../ingest/dedup.ts'
import type { Packet } from '../packets.ts'
import type { Heard } from '../store/store.ts'
import type { FieldNode } from './node.ts'

/** Seconds between two reports, as the node's last hello said. */
function reportSeconds(node: FieldNode, packet: Packet): number | null {
  if (packet.kind === 'hello') return packet.hello.reportSeconds
  if (packet.kind === 'samples') return packet.epoch.reportSeconds
  return node.heard?.reportSeconds ?? null
}

/** Notes the uplink on the node and answers the row that keeps it. */
export function hear(node: FieldNode, packet: Packet, { receptions }: HeardFrame): Heard {
  const best = bySignal(receptions)[0]!
  node.gateway = best.gateway
  node.heard = {
    devEui: node.device.devEui,
    lastSeenMs: receptions[0]!.receivedMs,
    rssiDbm: best.rssiDbm,
    snrDb: best.snrDb,
    reportSeconds: reportSeconds(node, packet),
  }
  return node.heard
}
