/** MAC, driver and chip model together, at several speeds of the processor. */
import { describe, expect, test } from 'vitest'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { makeMac, type Mac, type SendResult } from '../../../firmware/radio/mac.ts'
import { Sx1276 } from '../../../firmware/radio/sx1276.ts'
import { bytes } from '../../core/lorawan/hex.ts'
import { Board, pins } from './board.ts'
import { Network } from './network.ts'
import { Bench, settings } from './node.ts'

describe.each([1, 2, 4])(
  'the MAC over driver and chip, with calls %i times as slow as estimated',
  (costFactor) => {
    test.each([1, 2] as const)('joins, sends and hears in window %i', async (window) => {
      // The bench only lends its network: the air is the board's.
      const network = new Network(new Bench())
      network.window = window
      network.queue = [{ options: bytes('0905') }, { port: 2, payload: bytes('c0ffee') }]
      const results: (boolean | SendResult)[] = []
      let saved: Uint8Array | undefined
      let mac: Mac
      const board = new Board(costFactor, (self) => {
        const host = { load: () => saved, save: (state: Uint8Array) => void (saved = new Uint8Array(state)) }
        mac = makeMac(self.hal, new Sx1276(self.hal, pins), as923_2, settings, host, () => undefined)
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
        const modulation = {
          spreadingFactor,
          bandwidthHz,
          frequencyHz: Math.round(frequencyHz / 100_000) * 100_000,
        }
        network.hear({
          frame: sent.bytes,
          modulation,
          powerDbm: sent.powerDbm,
          startMs: sent.startMicros / 1000,
          endMs: sent.endMicros / 1000,
        })
      }
      await board.run(400)
      expect(results).toEqual([
        true,
        { sent: true },
        { sent: true, received: { port: 2, payload: bytes('c0ffee') } },
        { sent: true },
      ])
      expect(network.frames.map((frame) => frame.counter)).toEqual([0, 1, 2])
      expect(board.chip.mode).toBe(0)
    })
  },
)
