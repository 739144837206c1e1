/** MAC, driver and chip model together, at several speeds of the processor. */
import { describe, expect, test } from 'vitest'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { makeMac, type SendResult } from '../../../firmware/radio/mac.ts'
import { bytes } from '../../core/lorawan/hex.ts'
import { Board, SX1262, SX1262_CRYSTAL, SX1276, type Kit } from './board.ts'
import { Network } from './network.ts'
import { Bench, Device, settings } from './node.ts'

const KITS = [SX1276, SX1262, SX1262_CRYSTAL]
const RUNS = KITS.flatMap((kit) =>
  [1, 2, 4].map((costFactor): [string, number, Kit] => [kit.name, costFactor, kit]),
)

interface Life {
  results: (boolean | SendResult)[]
  counters: number[]
  asleep: boolean
}

/** Joins, lets the dwell limit be lifted, hears a downlink and sends once more, with every answer in the same window. */
async function live(kit: Kit, costFactor: number, window: 1 | 2): Promise<Life> {
  // The bench only lends its network: the air is the board's.
  const network = new Network(new Bench())
  network.window = window
  network.queue = [{ options: bytes('0905') }, { port: 2, payload: bytes('c0ffee') }]
  const results: (boolean | SendResult)[] = []
  let saved: Uint8Array | undefined
  let mac: Device
  const board = new Board(kit, costFactor, (self) => {
    const host = { load: () => saved, save: (state: Uint8Array) => void (saved = new Uint8Array(state)) }
    mac = new Device(makeMac(self.hal, kit.driver(self.hal), as923_2, settings, host, () => undefined))
    const send = (): void =>
      void self.hal.clock.setTimer(mac.waitMs(), () =>
        mac.send(1, new Uint8Array(11), (result) => {
          results.push(result)
          if (results.length < 4) send()
        }),
      )
    mac.join((joined) => {
      results.push(joined)
      if (joined) send()
    })
  })
  network.bench.send = (frame, modulation, startMs) =>
    void board.downlinks.push({ frame, modulation, startMicros: startMs * 1000 })
  board.onSent = (sent) => {
    const { spreadingFactor, bandwidthHz, frequencyHz } = sent.setting
    network.hear({
      frame: sent.bytes,
      modulation: {
        spreadingFactor,
        bandwidthHz,
        frequencyHz: Math.round(frequencyHz / 100_000) * 100_000,
      },
      powerDbm: sent.powerDbm,
      startMs: sent.startMicros / 1000,
      endMs: sent.endMicros / 1000,
    })
  }
  await board.run(400)
  return { results, counters: network.frames.map((frame) => frame.counter), asleep: board.asleep }
}

const GOOD: Life = {
  results: [
    true,
    { sent: true },
    { sent: true, received: { port: 2, payload: bytes('c0ffee') } },
    { sent: true },
  ],
  counters: [0, 1, 2],
  asleep: true,
}

describe.each(RUNS)(
  'the MAC over the driver and the chip %s, with calls %i times as slow',
  (_name, factor, kit) => {
    test.each([1, 2] as const)('joins, sends and hears in window %i', async (window) => {
      expect(await live(kit, factor, window)).toEqual(GOOD)
    })
  },
)

/** Beyond this the program's boot alone takes a minute. */
const FACTOR_MAX = 160

test.each(KITS)('$name: where joins and downlinks cease', async (kit) => {
  let heardTo = 0
  for (let factor = 1; factor <= FACTOR_MAX; factor++) {
    const lives = [await live(kit, factor, 1), await live(kit, factor, 2)]
    if (JSON.stringify(lives) !== JSON.stringify([GOOD, GOOD])) break
    heardTo = factor
  }
  console.log(JSON.stringify({ chip: kit.name, joinsAndDownlinksUpTo: heardTo, of: 'the estimated cost' }))
  expect(heardTo).toBeGreaterThanOrEqual(4)
})
