/** Whatever the power does, no DevNonce and no uplink counter is on the air twice, and no downlink is taken twice. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseData } from '../../../core/lorawan/frame.ts'
import { parseJoinRequest } from '../../../core/lorawan/join.ts'
import { Network } from './network.ts'
import { Bench, type Device, PowerCut } from './node.ts'

/** A key of every frame on the air: what must never come twice under the same keys. */
function spent(bench: Bench): string[] {
  let session = -1
  return bench.uplinks.map(({ frame }) => {
    const join = parseJoinRequest(frame)
    if (typeof join !== 'string') {
      session = join.devNonce
      return `nonce ${join.devNonce}`
    }
    const data = parseData(frame)
    return typeof data === 'string'
      ? data
      : `session ${session} address ${data.devAddr} counter ${data.counter}`
  })
}

test.each(['before', 'after'] as const)('a cut %s the save of a join', (when) => {
  const bench = new Bench()
  const network = new Network(bench)
  let armed = true
  bench.onSave = (now) => {
    if (armed && now === when) {
      armed = false
      throw new PowerCut()
    }
  }
  expect(() => bench.join(bench.boot())).toThrow(PowerCut)
  expect(bench.uplinks).toEqual([])
  bench.nowMs += 100_000
  expect(bench.join(bench.boot())).toBe(true)
  expect(network.devNonces).toEqual([when === 'before' ? 0 : 1])
})

test('random cuts at saves and between: nothing is used twice', () => {
  const step = fc.record({
    what: fc.constantFrom('join', 'send', 'send', 'send', 'reboot', 'cut'),
    cut: fc.constantFrom('none', 'none', 'before', 'after'),
    answered: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const bench = new Bench()
      const network = new Network(bench)
      const taken: string[] = []
      let mac: Device = bench.boot()
      let cut = 'none'
      bench.onSave = (when) => {
        if (cut === when) {
          cut = 'none'
          throw new PowerCut()
        }
      }
      let sent = 0
      for (const { what, cut: wish, answered } of steps) {
        if (what === 'cut') bench.nowMs = 0
        if (what === 'cut' || what === 'reboot') mac = bench.boot()
        cut = wish
        bench.nowMs += Math.max(0, mac.waitMs())
        if (answered) network.queue = [{ port: 2, payload: new Uint8Array([++sent, sent >> 8]) }]
        try {
          if (what === 'join') {
            network.accept.joinNonce++
            bench.join(mac)
          } else if (what === 'send') {
            const { received } = bench.uplink(mac, 1, new Uint8Array(3))
            if (received) taken.push(received.payload.join())
          }
        } catch (error) {
          if (!(error instanceof PowerCut)) throw error
          bench.nowMs = 0
          mac = bench.boot()
        }
        cut = 'none'
      }
      const keys = spent(bench)
      expect(new Set(keys).size).toBe(keys.length)
      expect(new Set(taken).size).toBe(taken.length)
    }),
    { numRuns: 300 },
  )
})

test('a wait of before a power cut ends, however often the node wakes in it', () => {
  const bench = new Bench()
  new Network(bench)
  let mac = bench.boot()
  bench.nowMs = 40_000_000
  expect(bench.join(mac)).toBe(true)
  expect(mac.waitMs()).toBeGreaterThan(0)
  bench.nowMs = 0
  mac = bench.boot()
  const waitMs = mac.waitMs()
  expect(waitMs).toBeGreaterThan(0)
  for (bench.nowMs = 500; bench.nowMs < waitMs; bench.nowMs += 500) {
    mac = bench.boot()
    expect(Math.abs(mac.waitMs() - (waitMs - bench.nowMs))).toBeLessThan(1_000)
  }
  bench.nowMs = waitMs
  expect(bench.boot().waitMs()).toBe(0)
})

test('a damaged or foreign record is not believed', () => {
  for (const flash of [
    new Uint8Array(0),
    new Uint8Array(1),
    new Uint8Array(500),
    new Uint8Array(120).fill(0xff),
  ]) {
    const bench = new Bench()
    new Network(bench)
    bench.flash = flash
    const mac = bench.boot()
    expect(mac.joined()).toBe(false)
    expect(bench.join(mac)).toBe(true)
  }
})
