/** A node that never joins: its session is there from the beginning and for ever, and its counters with it (LoRaWAN 1.0.4, 4.3.1.5). */
import { describe, expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { makeSession } from '../../../core/lorawan/frame.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import {
  AT_COUNTER_DOWN,
  AT_COUNTER_UP,
  AT_JOINED,
  AT_VERSION,
  PERSONAL,
} from '../../../firmware/radio/macState.ts'
import { bytes } from '../../core/lorawan/hex.ts'
import { Network } from './network.ts'
import { Bench, PowerCut, settings, type Device } from './node.ts'
import { joined, send } from './rig.ts'

const DEV_ADDR = 0x260b1234
const NWK_S_KEY = '5a'.repeat(16)
const OTHER_KEY = '77'.repeat(16)
const APP_S_KEY = 'a5'.repeat(16)
const own = bytes('260b1234' + NWK_S_KEY + APP_S_KEY)
const other = bytes('260b1234' + OTHER_KEY + APP_S_KEY)

/** A bench whose network knows the session. */
function personal(bench = new Bench(), nwkSKey = NWK_S_KEY): { bench: Bench; network: Network } {
  const network = new Network(bench)
  network.session = makeSession(tableAes, DEV_ADDR, bytes(nwkSKey), bytes(APP_S_KEY))
  network.sessions.push(network.session)
  return { bench, network }
}

const stateOf = (bench: Bench): DataView => new DataView(bench.flash!.buffer)
const countersOf = ({ frames }: Network): number[] => frames.map(({ counter }) => counter)

/** Sends once under another AppKey, and under the old one afterwards. */
function withAppKey(appKey: string, run: () => void): void {
  const kept = settings.appKey
  settings.appKey = bytes(appKey)
  try {
    run()
  } finally {
    settings.appKey = kept
  }
}

describe('a node with a session of its own', () => {
  test('is let in at once, without a word, and sends on the channels of its region', () => {
    const { bench, network } = personal()
    const mac = bench.boot({ personal: own })
    expect(mac.joined()).toBe(true)
    expect(bench.join(mac)).toBe(true)
    expect(bench.uplinks).toEqual([])
    for (let i = 0; i < 6; i++) {
      bench.noise = i
      expect(send(bench, mac).sent).toBe(true)
    }
    expect(countersOf(network)).toEqual([0, 1, 2, 3, 4, 5])
    expect(network.frames.every(({ devAddr }) => devAddr === DEV_ADDR)).toBe(true)
    for (const { modulation } of bench.uplinks) expect(as923_2.channelsHz).toContain(modulation.frequencyHz)
    expect(bench.join(mac)).toBe(true)
    expect(network.devNonces).toEqual([])
  })

  test('listens one second behind its uplink, then where its region has the second window', () => {
    for (const window of [1, 2] as const) {
      const { bench, network } = personal()
      network.window = window
      network.queue.push({ port: 9, payload: bytes('0102') })
      const result = send(bench, bench.boot({ personal: own }))
      expect(result.received).toEqual({ port: 9, payload: bytes('0102') })
      const [uplink] = bench.uplinks
      const seen = bench.windows.at(-1)!
      expect((seen.openMs - uplink!.endMs) / 1000).toBeCloseTo(window, 1)
      if (window === 2) expect(seen.modulation.frequencyHz).toBe(as923_2.rx2.frequencyHz)
      expect(stateOf(bench).getUint32(AT_COUNTER_DOWN)).toBe(1)
    }
  })

  test('goes on where it was after a reset, another version, another region, and when its record is lost', () => {
    const { bench, network } = personal()
    send(bench, bench.boot({ personal: own }))
    send(bench, bench.boot({ personal: own }))
    send(bench, bench.boot())
    stateOf(bench).setUint8(AT_VERSION, 1)
    send(bench, bench.boot({ personal: own }))
    expect(countersOf(network)).toEqual([0, 1, 2, 3])
    const moved = personal(new Bench(eu868))
    moved.network.counterUp = network.counterUp
    moved.bench.flash = bench.flash
    moved.bench.nowMs = bench.nowMs + 3_600_000
    expect(send(moved.bench, moved.bench.boot({ personal: own })).sent).toBe(true)
    expect(countersOf(moved.network)).toEqual([4])
    expect(eu868.channelsHz).toContain(moved.bench.uplinks[0]!.modulation.frequencyHz)
  })

  test('goes on where it was under another AppKey', () => {
    const { bench, network } = personal()
    send(bench, bench.boot({ personal: own }))
    withAppKey('ee'.repeat(16), () => send(bench, bench.boot({ personal: own })))
    expect(countersOf(network)).toEqual([0, 1])
  })

  test('begins at 0 with other keys', () => {
    const { bench } = personal()
    send(bench, bench.boot({ personal: own }))
    const { network } = personal(bench, OTHER_KEY)
    send(bench, bench.boot({ personal: other }))
    expect(countersOf(network)).toEqual([0])
  })

  test('counts past 65,535, and sends nothing behind the last counter', () => {
    const { bench, network } = personal()
    send(bench, bench.boot({ personal: own }))
    stateOf(bench).setUint32(AT_COUNTER_UP, 0xffff)
    network.counterUp = 0xffff
    const mac = bench.boot({ personal: own })
    send(bench, mac)
    send(bench, mac)
    expect(countersOf(network)).toEqual([0, 0xffff, 0x10000])
    stateOf(bench).setUint32(AT_COUNTER_UP, 0xffffffff)
    const last = bench.boot({ personal: own })
    expect(send(bench, last).sent).toBe(false)
    expect(bench.join(last)).toBe(true)
    expect(stateOf(bench).getUint32(AT_COUNTER_UP)).toBe(0xffffffff)
  })

  test('uses no counter twice when the power fails before or behind any save', () => {
    const { bench, network } = personal()
    for (let cut = 0; cut < 40; cut++) {
      let saves = cut % 5
      bench.onSave = (when) => {
        if (when === (cut % 2 ? 'before' : 'after') && saves-- === 0) throw new PowerCut()
      }
      try {
        const mac = bench.boot({ personal: cut % 3 ? own : undefined })
        if (mac.joined()) for (let i = 0; i < 4; i++) send(bench, mac)
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error
      }
    }
    const counters = countersOf(network)
    expect(counters.length).toBeGreaterThan(50)
    expect(new Set(counters).size).toBe(counters.length)
    expect(network.devNonces).toEqual([])
  })
})

describe('a node becomes one', () => {
  const sends = (bench: Bench, mac: Device): boolean => send(bench, mac).sent

  test('that never joins, and one that does', () => {
    const { bench, network } = joined()
    sends(bench, bench.boot())
    const known = personal(bench)
    expect(sends(bench, bench.boot({ personal: own }))).toBe(true)
    expect(countersOf(known.network)).toEqual([0])
    // A technician who wants a node that joins writes another AppKey, and no session.
    withAppKey('dd'.repeat(16), () => {
      const mac = bench.boot()
      expect(mac.joined()).toBe(false)
      bench.nowMs += 3_600_000
      network.accept.joinNonce = 1
      const again = new Network(bench)
      expect(bench.join(mac)).toBe(true)
      expect(stateOf(bench).getUint8(AT_JOINED)).not.toBe(PERSONAL)
      expect(sends(bench, mac)).toBe(true)
      expect(countersOf(again)).toEqual([0])
    })
  })
})
