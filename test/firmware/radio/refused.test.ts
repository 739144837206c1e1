/** Frames that are forged, spoilt, replayed or for another port, at a real MAC: each is refused by name or handed on whole, and the next uplink goes out. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { in865 } from '../../../core/regions/in865.ts'
import { listenAlways } from '../../../firmware/radio/classC.ts'
import { Network } from './network.ts'
import { Bench } from './node.ts'
import { HELLO } from './rig.ts'

const SEED = 20_264
const LENGTH_MAX = 51

interface Rig {
  /** What was handed on of a frame, as port and length; and what was said. */
  hear: (make: (network: Network) => Uint8Array) => { heard: string[]; logs: string[] }
}

/** A node that hears a frame in the first window of its uplink. */
function classA(): Rig {
  const bench = new Bench(in865)
  const network = new Network(bench)
  const mac = bench.boot()
  expect(bench.join(mac)).toBe(true)
  return {
    hear: (make) => {
      bench.logs.length = 0
      const frame = make(network)
      bench.answer = (uplink) => network.reply(uplink, frame, 1)
      bench.nowMs += mac.waitMs()
      const { sent, received } = bench.uplink(mac, 1, HELLO)
      expect(sent).toBe(true)
      return { heard: received ? [`${received.port} ${received.payload.length}`] : [], logs: [...bench.logs] }
    },
  }
}

/** A node that listens always, in the midst of nothing. */
function classC(): Rig {
  const bench = new Bench(in865)
  const network = new Network(bench)
  const heard: string[] = []
  const mac = bench.boot({
    opened: (parts) => listenAlways(parts, (port, payload) => heard.push(`${port} ${payload.length}`)),
  })
  expect(bench.join(mac)).toBe(true)
  const { frequencyHz, dataRate } = in865.rx2
  return {
    hear: (make) => {
      bench.logs.length = heard.length = 0
      bench.send(make(network), { frequencyHz, ...in865.dataRates[dataRate]! }, bench.nowMs)
      bench.after(60_000, () => undefined)
      bench.run()
      const found = { heard: [...heard], logs: [...bench.logs] }
      bench.nowMs += mac.waitMs()
      expect(bench.uplink(mac, 1, HELLO).sent).toBe(true)
      return found
    },
  }
}

const REFUSED = { heard: [], logs: ['frame refused'] }
const payloads = fc.uint8Array({ maxLength: LENGTH_MAX })

describe.each([
  ['class A', classA],
  ['class C', classC],
])('%s', (_, rigged) => {
  test('hands on each port and length of its network, and port 0 to nobody', () => {
    const rig = rigged()
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), payloads, (port, bytes) => {
        // The commands of port 0 are another test's.
        const payload = port === 0 ? bytes.subarray(0, 0) : bytes
        const found = rig.hear((network) => network.seal({ port, payload }))
        expect(found).toEqual({ heard: port > 0 ? [`${port} ${payload.length}`] : [], logs: [] })
      }),
      { seed: SEED, numRuns: 150 },
    )
  })

  test('refuses by name what was forged, spoilt or heard before', () => {
    const rig = rigged()
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 255 }),
        payloads,
        fc.nat(),
        fc.nat(7),
        (port, payload, at, bit) => {
          let frame = new Uint8Array(0)
          const spoilt = rig.hear((network) => {
            frame = Uint8Array.from(network.seal({ port, payload }))
            return frame.map((byte, i) => (i === at % frame.length ? byte ^ (1 << bit) : byte))
          })
          expect(spoilt).toEqual(REFUSED)
          expect(rig.hear(() => frame)).toEqual({ heard: [`${port} ${payload.length}`], logs: [] })
          expect(rig.hear(() => frame)).toEqual(REFUSED)
        },
      ),
      { seed: SEED, numRuns: 60 },
    )
  })

  test('refuses by name any bytes that are no frame of its network', () => {
    const rig = rigged()
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        expect(rig.hear(() => bytes)).toEqual(REFUSED)
      }),
      { seed: SEED, numRuns: 150 },
    )
  })
})
