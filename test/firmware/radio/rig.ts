/** A node that has joined its network, and how it sends: the beginning of most tests of the MAC. */
import type { SendResult } from '../../../firmware/radio/mac.ts'
import { bytes } from '../../core/lorawan/hex.ts'
import { Network } from './network.ts'
import { Bench, type Device } from './node.ts'

export const HELLO = bytes('0102030405060708090a0b')

export function joined(bench = new Bench()): { bench: Bench; network: Network; mac: Device } {
  const network = new Network(bench)
  const mac = bench.boot()
  if (!bench.join(mac)) throw new Error('the first join failed')
  return { bench, network, mac }
}

/** Waits as the law wants, then sends. */
export function send(bench: Bench, mac: Device, payload = HELLO, port = 1): SendResult {
  bench.nowMs += mac.waitMs()
  return bench.uplink(mac, port, payload)
}
