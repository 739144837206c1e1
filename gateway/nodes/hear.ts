/** What an uplink tells of its node besides its readings: that it lives, how well it is heard, how often it reports. */
import { bySignal } from '../ingest/dedup.ts'
import type { Packet } from '../packets.ts'
import type { Heard } from '../store/store.ts'
import type { Uplink } from '../uplink.ts'
import type { FieldNode } from './node.ts'

/** Seconds between two reports, as the node's last hello said. */
function reportSeconds(node: FieldNode, packet: Packet): number | null {
  if (packet.kind === 'hello') return packet.hello.reportSeconds
  if (packet.kind === 'samples') return packet.epoch.reportSeconds
  return node.heard?.reportSeconds ?? null
}

/** Notes the uplink on the node and answers the row that keeps it. */
export function hear(node: FieldNode, packet: Packet, uplink: Uplink): Heard {
  const best = bySignal(uplink.receptions)[0]
  node.brokenMs = undefined
  node.sayNow = (phy) => uplink.back.sayNow(phy)
  node.heard = {
    devEui: node.device.devEui,
    lastSeenMs: uplink.receivedMs,
    rssiDbm: best?.rssiDbm ?? null,
    snrDb: best?.snrDb ?? null,
    reportSeconds: reportSeconds(node, packet),
  }
  return node.heard
}
