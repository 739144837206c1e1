/** What every driver of firmware/radio/radio.ts does, on the model of its chip, which refuses what the datasheet forbids. */
import { describe, expect, test } from 'vitest'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { eu868 } from '../../../core/regions/eu868.ts'
import { hex } from '../../core/lorawan/hex.ts'
import { SF10_UP } from '../../sim/loraWan.ts'
import { Board, drive, FRAME, SF10, type Kit } from './board.ts'
import { windowContract } from './windowContract.ts'

function uplinks(kit: Kit): void {
  test('sends the frame with its modulation, and tells its end to the microsecond', async () => {
    let endMs: number | undefined
    const board = await drive(kit, (radio) => radio.transmit(FRAME, SF10, 14, (at) => (endMs = at)))
    expect(board.sent.length).toBe(1)
    const [sent] = board.sent
    expect(hex(sent!.bytes)).toBe(hex(FRAME))
    expect(sent!.powerDbm).toBe(14)
    expect(Math.abs(sent!.setting.frequencyHz - 921_400_000)).toBeLessThan(kit.stepHz + 1)
    // The frequency is a step's matter, and seen to above.
    expect(sent!.setting).toEqual({ ...SF10_UP, frequencyHz: sent!.setting.frequencyHz })
    expect(endMs! * 1000).toBeCloseTo(sent!.endMicros, 0)
  })

  test.each([7, 8, 9, 10, 11, 12])('SF%i, 250 kHz too', async (spreadingFactor) => {
    for (const bandwidthHz of [125_000, 250_000]) {
      const board = await drive(kit, (radio) =>
        radio.transmit(FRAME, { ...SF10, spreadingFactor, bandwidthHz }, 14, () => undefined),
      )
      expect(board.sent[0]!.setting).toMatchObject({ spreadingFactor, bandwidthHz })
    }
  })

  test.each(kit.powers)('%i dBm becomes %i', async (asked, dbm) => {
    const board = await drive(kit, (radio) => radio.transmit(FRAME, SF10, asked, () => undefined))
    expect(board.sent[0]!.powerDbm).toBe(dbm)
  })

  test('222 bytes and one byte', async () => {
    for (const length of [1, 222, 255]) {
      const frame = new Uint8Array(length).fill(length)
      const board = await drive(kit, (radio) =>
        radio.transmit(frame, { ...SF10, spreadingFactor: 7 }, 14, () => undefined),
      )
      expect(hex(board.sent[0]!.bytes)).toBe(hex(frame))
    }
  })

  test('every channel of two bands lies within a step', async () => {
    for (const frequencyHz of [
      ...as923_2.channelsHz,
      ...as923_2.extraChannelsHz,
      ...eu868.channelsHz,
      869_525_000,
    ]) {
      const board = await drive(kit, (radio) =>
        radio.transmit(FRAME, { ...SF10, frequencyHz }, 14, () => undefined),
      )
      expect(Math.abs(board.sent[0]!.setting.frequencyHz - frequencyHz)).toBeLessThan(kit.stepHz + 1)
    }
  })

  test('an interrupt that never comes ends as no end', async () => {
    const ends: (number | undefined)[] = []
    const board = await drive(kit, (radio, self) => {
      self.machine.pin(kit.pins.interrupt).edges.clear()
      radio.transmit(FRAME, SF10, 14, (at) => ends.push(at))
    })
    expect(ends).toEqual([undefined])
    expect(board.sent.length).toBe(1)
  })
}

/** Everything a driver owes to the MAC. */
export function radioContract(kit: Kit): void {
  describe(kit.name, () => {
    describe('transmit', () => uplinks(kit))
    windowContract(kit)

    test.each([0x00, 0xff])('a chip that answers nothing but %i is no radio', async (level) => {
      const started: boolean[] = []
      const board = new Board(kit, 1, (self) => started.push(kit.driver(self.hal).start()))
      board.machine.spi.set(kit.pins.select, {
        transfer: (sent) => new Uint8Array(sent.length).fill(level),
      })
      await board.run(1)
      expect(started).toEqual([false])
    })

    test('sleep ends an open window, of which nobody hears, and a frame right behind it has its own end', async () => {
      const ends: (number | undefined)[] = []
      const board = await drive(kit, (radio, self) => {
        radio.prepareWindow(SF10, 100)
        radio.openWindow(() => expect.unreachable('the window had been given up'))
        self.hal.clock.setTimer(100, () => {
          radio.sleep()
          expect(self.asleep).toBe(true)
          radio.start()
          radio.transmit(new Uint8Array(255), { ...SF10, spreadingFactor: 12 }, 14, (at) => ends.push(at))
        })
      })
      expect(ends.length).toBe(1)
      expect(ends[0]! * 1000).toBeCloseTo(board.sent[0]!.endMicros, 0)
    })

    test('it starts again after sleep, and watches its interrupt once', async () => {
      const ends: (number | undefined)[] = []
      const board = await drive(kit, (radio) => {
        const again = (left: number): void =>
          radio.transmit(FRAME, { ...SF10, frequencyHz: 868_100_000 }, 14, (at) => {
            ends.push(at)
            radio.sleep()
            if (left && radio.start()) again(left - 1)
          })
        again(3)
      })
      expect(board.sent.length).toBe(4)
      expect(ends.every((at) => at !== undefined)).toBe(true)
      expect(board.machine.pin(kit.pins.interrupt).edges.size).toBe(1)
      expect(board.asleep).toBe(true)
    })
  })
}
