/** What every driver does with the windows of firmware/radio/radio.ts: those that end by their symbols and those that stay open. */
import { describe, expect, test } from 'vitest'
import type { Modulation, Received } from '../../../firmware/radio/radio.ts'
import { ESP32_COSTS } from '../../../sim/costs.ts'
import { hex } from '../../core/lorawan/hex.ts'
import { Board, drive, FRAME, SF10, type Kit } from './board.ts'

/** Opens one window of `symbols` 100 ms after the radio's start. */
async function listen(
  kit: Kit,
  prepare: (board: Board, openMicros: number) => void,
  { modulation = SF10, symbols = 9, costFactor = 1 } = {},
) {
  const received: (Received | undefined)[] = []
  const doneMs: number[] = []
  const use = (radio: ReturnType<Kit['driver']>, self: Board): void => {
    radio.prepareWindow(modulation, symbols)
    self.hal.clock.setTimer(100, () => {
      const openMicros = self.clock.nowMicros()
      prepare(self, openMicros)
      radio.openWindow((frame) => {
        received.push(frame)
        doneMs.push((self.clock.nowMicros() - openMicros) / 1000)
        radio.sleep()
      })
    })
  }
  return { received, board: await drive(kit, use, 20, costFactor), doneMs }
}

const down = (modulation: Modulation, startMicros: number, more = {}): Board['downlinks'][number] => ({
  frame: FRAME,
  modulation,
  startMicros,
  ...more,
})

function windows(kit: Kit): void {
  test.each([
    [7, 33],
    [9, 17],
    [10, 12],
    [10, 64],
    [12, 20],
    [12, 64],
    [7, 255],
  ])('hears a downlink at SF%i of %i bytes', async (spreadingFactor, length) => {
    const modulation = { ...SF10, spreadingFactor }
    const frame = new Uint8Array(length).map((_, i) => i)
    const { received, board } = await listen(
      kit,
      (self, openMicros) => self.downlinks.push(down(modulation, openMicros + 2_000, { frame })),
      { modulation },
    )
    expect(received).toEqual([{ bytes: frame, rssiDbm: -120, snrQuarterDb: -29 }])
    expect(board.settings[0]).toMatchObject({
      invertedIq: true,
      syncWord: 0x34,
      spreadingFactor,
      payloadCrc: false,
    })
    expect(board.asleep).toBe(true)
  })

  test('an empty window ends after its symbols', async () => {
    const other = { ...SF10, frequencyHz: 920_000_000 }
    const { received, doneMs, board } = await listen(
      kit,
      (self, openMicros) => self.downlinks.push(down(other, openMicros)),
      { symbols: 10 },
    )
    expect(received).toEqual([undefined])
    expect(doneMs[0]).toBeGreaterThan(10 * 8.192)
    expect(doneMs[0]).toBeLessThan(10 * 8.192 + 12)
    expect(board.asleep).toBe(true)
  })

  test.each(kit.windows)('a window of %i symbols listens for %i', async (symbols, waits) => {
    const modulation = { ...SF10, spreadingFactor: 7 }
    const { board } = await listen(kit, () => undefined, { modulation, symbols })
    const [[from, to]] = board.windows as [[number, number]]
    expect((to - from) / 1024).toBe(waits)
  })

  test.each([1, 2, 4])('with calls %i times as slow, one transfer opens a window in time', async (factor) => {
    const opened: number[] = []
    const { board } = await listen(kit, (_self, openMicros) => opened.push(openMicros), {
      costFactor: factor,
    })
    const lateMicros = board.windows[0]![0] - opened[0]!
    expect(lateMicros).toBeLessThan(factor * (ESP32_COSTS.callMicros + 50) + 150)
  })

  test('an uplink of a neighbour, IQ not inverted, is not heard', async () => {
    const { received } = await listen(kit, (self, openMicros) =>
      self.downlinks.push(down(SF10, openMicros, { invertedIq: false })),
    )
    expect(received).toEqual([undefined])
  })

  test('a frame whose CRC is wrong is none', async () => {
    const { received, board } = await listen(kit, (self, openMicros) =>
      self.downlinks.push(down(SF10, openMicros + 2_000, { crcWrong: true })),
    )
    expect(received).toEqual([undefined])
    expect(board.asleep).toBe(true)
  })

  test('a frame in the second window after an empty first one, on another frequency and data rate', async () => {
    const second = { frequencyHz: 922_000_000, spreadingFactor: 12, bandwidthHz: 125_000 }
    const received: (Received | undefined)[] = []
    await drive(
      kit,
      (radio, self) =>
        radio.transmit(FRAME, SF10, 14, (endMs) => {
          self.downlinks.push(down(second, endMs! * 1000 + 2e6))
          const open = (modulation: Modulation, atMs: number, then: () => void): void => {
            radio.prepareWindow(modulation, 8)
            self.hal.clock.setTimer(atMs - self.hal.clock.nowMs(), () =>
              radio.openWindow((frame) => {
                received.push(frame)
                then()
              }),
            )
          }
          open(SF10, endMs! + 1000, () => open(second, endMs! + 2000, () => radio.sleep()))
        }),
      20,
    )
    expect(received).toEqual([undefined, { bytes: FRAME, rssiDbm: -120, snrQuarterDb: -29 }])
  })
}

/** A window of 0 symbols. */
function openEnds(kit: Kit): void {
  test('a window that stays open hears frame after frame, but none with a wrong CRC, until something else is asked', async () => {
    const heard: string[] = []
    const ends: (number | undefined)[] = []
    const listening: boolean[] = []
    const board = await drive(
      kit,
      (radio, self) => {
        const say = (afterMs: number, byte: number, more = {}): unknown =>
          self.clock.at(self.clock.nowMicros() + afterMs * 1000, () =>
            self.begin({ frame: new Uint8Array(12).fill(byte), modulation: SF10, ...more }),
          )
        say(1_000, 1)
        say(3_000, 2, { crcWrong: true })
        say(5_000, 3)
        say(9_000, 4)
        radio.prepareWindow(SF10, 0)
        radio.openWindow((frame) => heard.push(frame ? hex(frame.bytes.subarray(0, 1)) : 'none'))
        self.hal.clock.setTimer(7_000, () => {
          listening.push(kit.listening(self.chip))
          radio.transmit(FRAME, SF10, 14, (at) => ends.push(at))
        })
      },
      15,
    )
    expect(heard).toEqual(['01', '03'])
    expect(listening).toEqual([true])
    expect(ends.map((at) => Math.round(at! * 1000))).toEqual([Math.round(board.sent[0]!.endMicros)])
  })
}

/** What is left of one thing must not end the next. */
function successions(kit: Kit): void {
  test('two long downlinks in two windows, one behind the other', async () => {
    const slow = { ...SF10, spreadingFactor: 12 }
    const frame = new Uint8Array(100)
    const heard: (number | undefined)[] = []
    await drive(
      kit,
      (radio, self) => {
        const open = (left: number): void => {
          radio.prepareWindow(slow, 8)
          self.downlinks.push(down(slow, self.hal.clock.nowMs() * 1000, { frame }))
          radio.openWindow((received) => {
            heard.push(received?.bytes.length)
            if (left > 1) open(left - 1)
          })
        }
        open(2)
      },
      40,
    )
    expect(heard).toEqual([100, 100])
  })

  test('a frame that follows a long downlink at once has its own end', async () => {
    const slow = { ...SF10, spreadingFactor: 12 }
    const ends: (number | undefined)[] = []
    const board = await drive(
      kit,
      (radio, self) => {
        radio.prepareWindow(slow, 8)
        self.downlinks.push(down(slow, self.hal.clock.nowMs() * 1000, { frame: new Uint8Array(100) }))
        // Half of its air time is longer than what the driver waits for the longest frame after this one.
        radio.openWindow(() => radio.transmit(new Uint8Array(255), slow, 14, (at) => ends.push(at)))
      },
      40,
    )
    expect(ends.length).toBe(1)
    expect(ends[0]! * 1000).toBeCloseTo(board.sent[0]!.endMicros, 0)
  })
}

/** Locks that lead to nothing. */
function falseLocks(kit: Kit): void {
  /** Hears `frame` in a window that opens as soon as it can. */
  function opened(done: (board: Board) => void): Board {
    return new Board(kit, 1, (self) => {
      const radio = kit.driver(self.hal)
      radio.start()
      radio.prepareWindow(SF10, 9)
      radio.openWindow((frame) => {
        expect(frame).toBeUndefined()
        expect(kit.listening(self.chip)).toBe(false)
        done(self)
        radio.sleep()
      })
    })
  }

  test('a preamble without a header is left when the header should have come', async () => {
    const leftMs: number[] = []
    const board = opened((self) => leftMs.push(self.clock.nowMicros() / 1000))
    // A lock that leads to nothing: the model stays receiving, without any flag of an end.
    board.detect = () => ({ bytes: FRAME, headerMicros: 1e12, endMicros: 1e12, rssiDbm: -130, snrDb: -20 })
    await board.run(10)
    // Boot, start, window, 20 symbols and some 60 calls: far less than the 2.3 s of the longest frame.
    expect(leftMs.length).toBe(1)
    expect(leftMs[0]).toBeLessThan(350 + 50 + 82 + 164 + 20 + (60 * ESP32_COSTS.callMicros) / 1000)
    expect(board.asleep).toBe(true)
  })

  test('a header whose frame never ends is left after the longest frame', async () => {
    const leftMs: number[] = []
    const board = opened((self) => leftMs.push(self.clock.nowMicros() / 1000))
    board.detect = () => ({ bytes: FRAME, headerMicros: 520_000, endMicros: 1e12, rssiDbm: -130, snrDb: -20 })
    await board.run(1.5)
    expect(leftMs).toEqual([])
    await board.run(3)
    expect(leftMs.length).toBe(1)
    expect(board.asleep).toBe(true)
  })
}

/** The part of the contract about receiving. */
export function windowContract(kit: Kit): void {
  describe('windows', () => windows(kit))
  describe('open ends', () => openEnds(kit))
  describe('one after the other', () => successions(kit))
  describe('false locks', () => falseLocks(kit))
}
