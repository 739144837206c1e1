/** The driver on the register-level model of its chip, which refuses what the datasheet forbids; then the whole MAC over both.
 *  The model was written from the datasheet without a look at the driver. */
import { describe, expect, test } from 'vitest'
import { ttgoLora32V21 } from '../../../boards/ttgoLora32V21.ts'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { makeMac, type Mac, type SendResult } from '../../../firmware/radio/mac.ts'
import type { Modulation, Received } from '../../../firmware/radio/radio.ts'
import { Sx1276 } from '../../../firmware/radio/sx1276.ts'
import type { Ether, HeardFrame, SentFrame } from '../../../sim/chips/ether.ts'
import { airMicros, symbolMicros, type LoraSetting } from '../../../sim/chips/lora.ts'
import { Sx1276 as Chip } from '../../../sim/chips/sx1276.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { scaledCosts } from '../../../sim/costs.ts'
import { SimHal } from '../../../sim/hal.ts'
import { Machine } from '../../../sim/machine.ts'
import { Random } from '../../../sim/random.ts'
import { bytes, hex } from '../../core/lorawan/hex.ts'
import { Network } from './network.ts'
import { Bench, settings } from './node.ts'

const pins = ttgoLora32V21.radio
const SF10: Modulation = { frequencyHz: 921_400_000, spreadingFactor: 10, bandwidthHz: 125_000 }
const FRAME = bytes('40f17dbe4900020001954378762b11ff0d')

/** A board with nothing but its radio, in an air without losses. */
class Board implements Ether {
  readonly clock = new VirtualClock(0)
  readonly machine: Machine
  readonly chip: Chip
  readonly hal: SimHal
  sent: SentFrame[] = []
  /** Downlinks: what, and when their preamble begins. */
  downlinks: {
    frame: Uint8Array
    modulation: Modulation
    startMicros: number
    invertedIq?: boolean
    headerOnly?: boolean
  }[] = []
  onSent: (frame: SentFrame) => void = () => undefined
  settings: LoraSetting[] = []

  constructor(costFactor: number, begin: (board: Board) => void) {
    this.machine = new Machine(this.clock, scaledCosts(costFactor), 1, () => begin(this))
    this.chip = new Chip(this.clock, this, (high) => this.machine.edge(pins.interrupt, high))
    this.hal = new SimHal(this.machine, {
      settings: () => undefined,
      random: new Random(1, 'noise'),
      log: () => undefined,
    })
    this.machine.spi.set(pins.select, this.chip)
    this.machine.pin(pins.reset).onWrite = (high, atMicros) => this.chip.resetPin(high, atMicros)
    this.machine.powerOn()
  }

  async run(seconds: number): Promise<void> {
    await this.clock.run(this.clock.nowMicros() / 1000 + 1000 * seconds)
  }

  transmit(frame: SentFrame): void {
    this.sent.push(frame)
    this.onSent(frame)
  }

  detect(setting: LoraSetting, fromMicros: number, toMicros: number): HeardFrame | undefined {
    this.settings.push(setting)
    const symbol = symbolMicros(setting.spreadingFactor, setting.bandwidthHz)
    for (const { frame, modulation, startMicros, invertedIq } of this.downlinks) {
      const same =
        Math.abs(modulation.frequencyHz - setting.frequencyHz) < 100 &&
        modulation.spreadingFactor === setting.spreadingFactor &&
        (invertedIq ?? true) === setting.invertedIq
      const seen = Math.min(toMicros, startMicros + 8 * symbol) - Math.max(fromMicros, startMicros)
      if (!same || seen < 5 * symbol) continue
      return {
        bytes: frame,
        headerMicros: startMicros + 20.25 * symbol,
        endMicros: startMicros + airMicros({ ...setting, payloadCrc: false }, frame.length),
        rssiDbm: -120,
        snrDb: -7.25,
      }
    }
    return undefined
  }

  watch(): () => void {
    return () => undefined
  }
}

/** Runs `use` with a started driver; answers the board when `seconds` have passed. */
async function drive(
  use: (radio: Sx1276, board: Board) => void,
  seconds = 10,
  costFactor = 1,
): Promise<Board> {
  const board = new Board(costFactor, (self) => {
    const radio = new Sx1276(self.hal, pins)
    expect(radio.start()).toBe(true)
    use(radio, self)
  })
  await board.run(seconds)
  return board
}

describe('transmit', () => {
  test('sends the frame with its modulation, and tells its end to the microsecond', async () => {
    let endMs: number | undefined
    const board = await drive((radio) => radio.transmit(FRAME, SF10, 14, (at) => (endMs = at)))
    expect(board.sent.length).toBe(1)
    const [sent] = board.sent
    expect(hex(sent!.bytes)).toBe(hex(FRAME))
    expect(sent!.powerDbm).toBe(14)
    expect(Math.abs(sent!.setting.frequencyHz - 921_400_000)).toBeLessThan(62)
    expect(sent!.setting).toMatchObject({
      spreadingFactor: 10,
      bandwidthHz: 125_000,
      codingRate: 1,
      preambleSymbols: 8,
      explicitHeader: true,
      payloadCrc: true,
      lowDataRate: false,
      invertedIq: false,
      syncWord: 0x34,
    })
    expect(endMs! * 1000).toBeCloseTo(sent!.endMicros, 0)
  })

  test.each([7, 8, 9, 10, 11, 12])('SF%i, 250 kHz too', async (spreadingFactor) => {
    for (const bandwidthHz of [125_000, 250_000]) {
      const board = await drive((radio) =>
        radio.transmit(FRAME, { ...SF10, spreadingFactor, bandwidthHz }, 14, () => undefined),
      )
      expect(board.sent[0]!.setting).toMatchObject({ spreadingFactor, bandwidthHz })
    }
  })

  test.each([
    [-5, 2],
    [2, 2],
    [9, 9],
    [17, 17],
    [30, 17],
  ])('%i dBm becomes %i', async (asked, dbm) => {
    const board = await drive((radio) => radio.transmit(FRAME, SF10, asked, () => undefined))
    expect(board.sent[0]!.powerDbm).toBe(dbm)
  })

  test('222 bytes and one byte', async () => {
    for (const length of [1, 222, 255]) {
      const frame = new Uint8Array(length).fill(length)
      const board = await drive((radio) =>
        radio.transmit(frame, { ...SF10, spreadingFactor: 7 }, 14, () => undefined),
      )
      expect(hex(board.sent[0]!.bytes)).toBe(hex(frame))
    }
  })

  test('every channel of the region lies within 62 Hz', async () => {
    for (const frequencyHz of [...as923_2.channelsHz, ...as923_2.extraChannelsHz]) {
      const board = await drive((radio) =>
        radio.transmit(FRAME, { ...SF10, frequencyHz }, 14, () => undefined),
      )
      expect(Math.abs(board.sent[0]!.setting.frequencyHz - frequencyHz)).toBeLessThan(62)
    }
  })

  test('an interrupt that never comes ends as no end', async () => {
    const ends: (number | undefined)[] = []
    const board = await drive((radio, self) => {
      self.machine.pin(pins.interrupt).edges.clear()
      radio.transmit(FRAME, SF10, 14, (at) => ends.push(at))
    })
    expect(ends).toEqual([undefined])
    expect(board.sent.length).toBe(1)
  })
})

describe('windows', () => {
  /** Opens one window of `symbols` at `openMs` after the radio's start. */
  async function listen(
    prepare: (board: Board, openMicros: number) => void,
    { modulation = SF10, symbols = 9 } = {},
  ): Promise<{ received: (Received | undefined)[]; board: Board; doneMs: number[] }> {
    const received: (Received | undefined)[] = []
    const doneMs: number[] = []
    const board = await drive((radio, self) => {
      radio.prepareWindow(modulation, symbols)
      self.hal.clock.setTimer(100, () => {
        prepare(self, self.clock.nowMicros())
        radio.openWindow((frame) => {
          received.push(frame)
          doneMs.push((self.clock.nowMicros() - self.downlinks[0]!.startMicros) / 1000)
          radio.sleep()
        })
      })
    }, 20)
    return { received, board, doneMs }
  }

  test.each([
    [7, 33],
    [9, 17],
    [10, 12],
    [10, 64],
    [12, 20],
    [12, 64],
  ])('hears a downlink at SF%i of %i bytes', async (spreadingFactor, length) => {
    const modulation = { ...SF10, spreadingFactor }
    const frame = new Uint8Array(length).map((_, i) => i)
    const { received, board } = await listen(
      (self, openMicros) => self.downlinks.push({ frame, modulation, startMicros: openMicros + 2_000 }),
      { modulation },
    )
    expect(received).toEqual([{ bytes: frame, rssiDbm: -120, snrQuarterDb: -29 }])
    expect(board.settings[0]).toMatchObject({ invertedIq: true, syncWord: 0x34, spreadingFactor })
    expect(board.chip.mode).toBe(0)
  })

  test('an empty window ends after its symbols', async () => {
    const { received, doneMs } = await listen((self, openMicros) =>
      self.downlinks.push({
        frame: FRAME,
        modulation: { ...SF10, frequencyHz: 920_000_000 },
        startMicros: openMicros,
      }),
    )
    expect(received).toEqual([undefined])
    expect(doneMs[0]).toBeGreaterThan(9 * 8.192)
    expect(doneMs[0]).toBeLessThan(9 * 8.192 + 12)
  })

  test('an uplink of a neighbour, IQ not inverted, is not heard', async () => {
    const { received } = await listen((self, openMicros) =>
      self.downlinks.push({ frame: FRAME, modulation: SF10, startMicros: openMicros, invertedIq: false }),
    )
    expect(received).toEqual([undefined])
  })

  test('a preamble without a header is left when the header should have come', async () => {
    const received: unknown[] = []
    const board = new Board(1, (self) => {
      const radio = new Sx1276(self.hal, pins)
      radio.start()
      radio.prepareWindow(SF10, 9)
      radio.openWindow((frame) => received.push([frame, Math.round(self.clock.nowMicros() / 1000)]))
    })
    // A lock that leads to nothing: the model stays receiving, without any flag.
    board.detect = () => ({ bytes: FRAME, headerMicros: 1e12, endMicros: 1e12, rssiDbm: -130, snrDb: -20 })
    await board.run(10)
    const [[frame, atMs]] = received as [[unknown, number]]
    expect(frame).toBeUndefined()
    // Boot, start, window and 20 symbols: far less than the 2.3 s of the longest frame.
    expect(atMs).toBeLessThan(350 + 20 + 74 + 164 + 20)
  })

  test('a header whose frame never ends is left after the longest frame', async () => {
    const received: unknown[] = []
    const board = new Board(1, (self) => {
      const radio = new Sx1276(self.hal, pins)
      radio.start()
      radio.prepareWindow(SF10, 9)
      radio.openWindow((frame) => received.push(frame))
    })
    board.detect = () => ({ bytes: FRAME, headerMicros: 500_000, endMicros: 1e12, rssiDbm: -130, snrDb: -20 })
    await board.run(1.5)
    expect(received).toEqual([])
    await board.run(3)
    expect(received).toEqual([undefined])
  })
})

test('a chip that does not answer is no radio', async () => {
  const started: boolean[] = []
  const board = new Board(1, (self) => started.push(new Sx1276(self.hal, pins).start()))
  board.machine.spi.set(pins.select, { transfer: (sent) => new Uint8Array(sent.length) })
  await board.run(1)
  expect(started).toEqual([false])
})

test('it starts again after sleep, and watches its interrupt once', async () => {
  const ends: (number | undefined)[] = []
  const board = await drive((radio) => {
    const again = (left: number): void =>
      radio.transmit(FRAME, SF10, 14, (at) => {
        ends.push(at)
        radio.sleep()
        if (left && radio.start()) again(left - 1)
      })
    again(3)
  })
  expect(board.sent.length).toBe(4)
  expect(ends.every((at) => at !== undefined)).toBe(true)
  expect(board.machine.pin(pins.interrupt).edges.size).toBe(1)
})

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
