/** A node that listens always: what it takes, what it refuses, and what it answers by itself. The tables of scripts/classC.md show when it listens. */
import { describe, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { sealData, type DataFrame } from '../../../core/lorawan/frame.ts'
import { groupSession } from '../../../core/lorawan/multicast.ts'
import { encodeGroupSetup, type GroupSetup } from '../../../core/packet/index.ts'
import { in865 } from '../../../core/regions/in865.ts'
import { listenAlways } from '../../../firmware/radio/classC.ts'
import type { MacHost } from '../../../firmware/radio/mac.ts'
import { AT_GROUP_COUNTER } from '../../../firmware/radio/macState.ts'
import { joinGroup } from '../../../firmware/radio/multicast.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { Network, type DownlinkWish } from './network.ts'
import { Bench, type Device } from './node.ts'
import { HELLO } from './rig.ts'

const GROUP: GroupSetup = {
  address: 0xfe000001,
  key: bytes('000102030405060708090a0b0c0d0e0f'),
  nextCounter: 5,
}
const OTHER_KEY = bytes('ff'.repeat(16))

/** A joined node of India, where no duty cycle makes it wait. */
class Listener {
  readonly bench = new Bench(in865)
  readonly network = new Network(this.bench)
  readonly heard: string[] = []
  mac: Device

  constructor() {
    this.mac = this.boot()
    if (!this.bench.join(this.mac)) throw new Error('the first join failed')
  }

  boot(): Device {
    const more: Partial<MacHost> = {
      opened: (mac) => listenAlways(mac, (port, payload) => this.heard.push(`${port} ${hex(payload)}`)),
    }
    return (this.mac = this.bench.boot(more))
  }

  /** Puts a frame on the air where the node listens, now; then a minute passes. */
  air(frame: Uint8Array): void {
    const { bench } = this
    const { frequencyHz, dataRate } = in865.rx2
    bench.send(frame, { frequencyHz, ...in865.dataRates[dataRate]! }, bench.nowMs)
    bench.after(60_000, () => undefined)
    bench.run()
  }

  say(wish: DownlinkWish): void {
    this.air(this.network.seal(wish))
  }

  send(): void {
    this.bench.nowMs += this.mac.waitMs()
    this.bench.uplink(this.mac, 1, HELLO)
  }

  tell(group: GroupSetup): boolean {
    const payload = new Uint8Array(24)
    encodeGroupSetup(group, payload)
    return joinGroup(this.mac.mac, payload)
  }
}

/** A downlink for the group. */
function groupFrame(counter: number, more: Partial<DataFrame> = {}, key = GROUP.key): Uint8Array {
  return sealData(groupSession(tableAes, key, GROUP.address), {
    confirmed: false,
    downlink: true,
    devAddr: GROUP.address,
    adr: false,
    adrAckReq: false,
    ack: false,
    pending: false,
    counter,
    options: new Uint8Array(0),
    port: 2,
    payload: bytes('c0ffee'),
    ...more,
  })
}

describe('a downlink between two uplinks', () => {
  test('is taken once, also when it is played back after a restart', () => {
    const node = new Listener()
    const frame = node.network.seal({ port: 2, payload: bytes('01') })
    node.air(frame)
    node.air(frame)
    node.boot()
    node.air(frame)
    expect(node.heard).toEqual(['2 01'])
  })

  test('of another node, of another key, cut short or of noise is not taken, and the node listens on', () => {
    const node = new Listener()
    const own = node.network.seal({ port: 2, payload: bytes('01') })
    const forged = new Uint8Array(own)
    forged[9]! ^= 1
    const stranger = new Uint8Array(own)
    stranger[1]! ^= 1
    for (const frame of [forged, stranger, own.subarray(0, 11), bytes('60'), bytes('ff'.repeat(60))])
      node.air(frame)
    expect(node.heard).toEqual([])
    node.air(own)
    expect(node.heard).toEqual(['2 01'])
  })

  test('is none of ADR: only the windows of class A end a silence', () => {
    const node = new Listener()
    for (let i = 0; i < 64; i++) node.send()
    node.say({ port: 2, payload: bytes('01') })
    node.send()
    expect(node.network.frames.map((frame) => frame.adrAckReq).indexOf(true)).toBe(64)
  })

  test('comes in the middle of a repetition: it is taken, and the repetition goes on', () => {
    const node = new Listener()
    node.network.queue.push({ options: bytes('0352070003') })
    node.send()
    node.bench.answer = (uplink) => {
      const count = node.bench.uplinks.length
      node.network.counterUp = 1
      node.network.hear(uplink)
      // Behind the second window of the first transmission, before the next one.
      if (count !== 3) return
      const { frequencyHz, dataRate } = in865.rx2
      const modulation = { frequencyHz, ...in865.dataRates[dataRate]! }
      node.bench.send(node.network.seal({ port: 2, payload: bytes('aa') }), modulation, uplink.endMs + 500)
    }
    node.send()
    expect(node.heard).toEqual(['2 aa'])
    expect(node.bench.uplinks.length).toBe(5)
  })
})

describe('a confirmed downlink', () => {
  const acks = (node: Listener): boolean[] => node.network.frames.map((frame) => frame.ack)

  test('is acknowledged by an uplink of its own within 3 s, once', () => {
    const node = new Listener()
    const heardMs = node.bench.nowMs
    node.say({ port: 2, payload: bytes('01'), confirmed: true })
    expect(acks(node)).toEqual([true])
    const afterMs = node.bench.uplinks.at(-1)!.startMs - heardMs
    expect(afterMs).toBeGreaterThan(1_000)
    expect(afterMs).toBeLessThan(4_000)
    node.send()
    expect(acks(node)).toEqual([true, false])
  })

  test('is acknowledged by another uplink that goes before, and then by none of its own', () => {
    const node = new Listener()
    node.bench.noise = 2_000
    node.bench.after(500, () => node.mac.send(1, HELLO, () => undefined))
    node.say({ port: 2, payload: bytes('01'), confirmed: true })
    expect(acks(node)).toEqual([true])
  })

  test('whose acknowledgement had no way out for 8 s gets none any more', () => {
    const node = new Listener()
    node.bench.radioAnswers = false
    node.say({ port: 2, payload: bytes('01'), confirmed: true })
    node.bench.radioAnswers = true
    node.send()
    expect(acks(node)).toEqual([false])
  })
})

describe('a multicast group', () => {
  test('is heard on RX2, each counter once and in order, over restarts and joins', () => {
    const node = new Listener()
    node.air(groupFrame(5))
    expect(node.heard).toEqual([])
    expect(node.tell(GROUP)).toBe(true)
    for (const counter of [4, 5, 5, 7, 6]) node.air(groupFrame(counter))
    expect(node.heard).toEqual(['2 c0ffee', '2 c0ffee'])
    node.boot()
    node.air(groupFrame(7))
    node.air(groupFrame(8))
    node.network.accept.joinNonce = 2
    expect(node.bench.join(node.mac)).toBe(true)
    node.air(groupFrame(8))
    node.air(groupFrame(9))
    expect(node.heard.length).toBe(4)
  })

  test('passes 65,535', () => {
    const node = new Listener()
    node.tell({ ...GROUP, nextCounter: 65_535 })
    for (const counter of [65_535, 65_536, 65_535, 0]) node.air(groupFrame(counter))
    expect(node.heard.length).toBe(2)
    expect(node.mac.mac.state.getUint32(AT_GROUP_COUNTER)).toBe(65_537)
  })

  test('is heard in the windows of class A too, and the second window opens still', () => {
    const node = new Listener()
    node.tell(GROUP)
    node.bench.answer = (uplink) => node.network.reply(uplink, groupFrame(5), 1)
    node.send()
    expect(node.heard).toEqual(['2 c0ffee'])
    expect(node.bench.windows.length).toBe(3)
  })

  test.each<[string, Uint8Array]>([
    ['confirmed', groupFrame(5, { confirmed: true })],
    ['with the ACK bit', groupFrame(5, { ack: true })],
    ['with MAC commands', groupFrame(5, { options: bytes('06') })],
    ['for port 0', groupFrame(5, { port: 0, payload: bytes('06') })],
    ["for a port that is no lamp command: a setup under the group's own key", groupFrame(5, { port: 3 })],
    ['without a port', groupFrame(5, { port: -1, payload: new Uint8Array(0) })],
    ['under another key', groupFrame(5, {}, OTHER_KEY)],
    ['that is an uplink', groupFrame(5, { downlink: false })],
  ])('a frame %s is refused and spends no counter', (_name, frame) => {
    const node = new Listener()
    node.tell(GROUP)
    node.air(frame)
    expect(node.heard).toEqual([])
    node.air(groupFrame(5))
    expect(node.heard).toEqual(['2 c0ffee'])
    expect(node.network.frames).toEqual([])
  })

  test('told again it keeps its counter; another key begins anew; address 0 leaves', () => {
    const node = new Listener()
    node.tell(GROUP)
    node.air(groupFrame(20))
    node.tell(GROUP)
    node.air(groupFrame(20))
    expect(node.heard.length).toBe(1)
    node.tell({ ...GROUP, key: OTHER_KEY })
    node.air(groupFrame(6, {}, OTHER_KEY))
    expect(node.heard.length).toBe(2)
    node.tell({ ...GROUP, address: 0 })
    node.air(groupFrame(30, {}, OTHER_KEY))
    expect(node.heard.length).toBe(2)
  })

  test('who comes back to a group does not hear again what was heard before', () => {
    const node = new Listener()
    node.tell(GROUP)
    node.air(groupFrame(20))
    node.tell({ ...GROUP, address: 0 })
    node.tell(GROUP)
    node.air(groupFrame(20))
    expect(node.heard.length).toBe(1)
    node.air(groupFrame(21))
    expect(node.heard.length).toBe(2)
  })

  test('a setup of another length changes nothing', () => {
    const node = new Listener()
    node.tell(GROUP)
    for (const length of [0, 23, 25, 200]) expect(joinGroup(node.mac.mac, new Uint8Array(length))).toBe(false)
    node.air(groupFrame(5))
    expect(node.heard.length).toBe(1)
  })

  test('power that fails while the counter is saved never lets a frame in twice', () => {
    for (const when of ['before', 'after'] as const) {
      const node = new Listener()
      node.tell(GROUP)
      const { bench } = node
      bench.onSave = (at) => {
        if (at === when) throw new Error('cut')
      }
      expect(() => node.air(groupFrame(5))).toThrow('cut')
      bench.onSave = () => undefined
      node.boot()
      node.air(groupFrame(5))
      expect(node.heard.length).toBe(when === 'before' ? 1 : 0)
    }
  })
})
