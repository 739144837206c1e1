/** The driver on the register-level model of its chip, which refuses what the datasheet forbids.
 *  The model was written from the datasheet without a look at the driver. */
import { describe, expect, test } from 'vitest'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import type { Received } from '../../../firmware/radio/radio.ts'
import { Sx1276 } from '../../../firmware/radio/sx1276.ts'
import { hex } from '../../core/lorawan/hex.ts'
import { Board, drive, FRAME, pins, SF10 } from './board.ts'

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
