/** A joined node that is told MAC commands. */
import { encodeLinkAdrReq } from '../../../core/lorawan/commands.ts'
import type { Region } from '../../../core/regions/region.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { Network } from './network.ts'
import { Bench, type Device } from './node.ts'

export const SMALL = bytes('00')

export function joined(region?: Region): { bench: Bench; network: Network; mac: Device } {
  const bench = new Bench(region)
  const network = new Network(bench)
  const mac = bench.boot()
  bench.join(mac)
  return { bench, network, mac }
}

/** Sends an uplink, then as many more as there are lists; answers what the node said in the last. */
export function tell(rig: ReturnType<typeof joined>, list: string, byPort0 = false): string {
  const { bench, network } = rig
  network.queue.push(byPort0 ? { port: 0, payload: bytes(list) } : { options: bytes(list) })
  for (let i = 0; i < 2; i++) {
    bench.nowMs += rig.mac.waitMs()
    bench.uplink(rig.mac, 1, SMALL)
  }
  return hex(network.frames.at(-1)!.options)
}

/** A LinkADRReq that keeps everything but what is named. */
export const adr = (change: Partial<Parameters<typeof encodeLinkAdrReq>[0]>): string =>
  hex(
    encodeLinkAdrReq({
      dataRate: 15,
      powerIndex: 15,
      channelMask: 3,
      maskControl: 0,
      transmissions: 1,
      ...change,
    }),
  )
