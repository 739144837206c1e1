/** The driver of the SX1262 on the command-level model of its chip, as boards wire it: with a TCXO and DIO2 as the switch, and with neither. */
import { describe, expect, test } from 'vitest'
import type { Sx1262 } from '../../../sim/chips/sx1262.ts'
import { Board, drive, FRAME, SF10, SX1262, SX1262_CRYSTAL, sx1262Kit, type Kit } from './board.ts'
import { radioContract } from './radioContract.ts'

radioContract(SX1262)
radioContract(SX1262_CRYSTAL)

/** How long a driver's start takes, ms. */
async function startMs(kit: Kit, costFactor: number): Promise<number> {
  let tookMs = 0
  const board = new Board(kit, costFactor, (self) => {
    const beganMs = self.hal.clock.nowMs()
    kit.driver(self.hal).start()
    tookMs = self.hal.clock.nowMs() - beganMs
  })
  await board.run(3)
  return tookMs
}

describe('BUSY', () => {
  test('the start waits for it and no longer', async () => {
    // A quick interpreter, so that it is the chip that takes the time.
    expect(await startMs(SX1262, 0.1)).toBeLessThan(30)
    expect(await startMs(SX1262_CRYSTAL, 0.1)).toBeLessThan(20)
    expect(await startMs(SX1262, 0.4)).toBeLessThan(65)
  })

  test('a BUSY that stays high is no radio, after 50 ms and without a byte', async () => {
    const kit: Kit = { ...SX1262, name: 'stuck' }
    let started: boolean | undefined
    let tookMs = 0
    const board = new Board(kit, 1, (self) => {
      self.machine.pin(32).read = () => true
      const beganMs = self.hal.clock.nowMs()
      started = kit.driver(self.hal).start()
      tookMs = self.hal.clock.nowMs() - beganMs
    })
    let transfers = 0
    board.machine.spi.set(kit.pins.select, {
      transfer: (sent) => {
        transfers++
        return new Uint8Array(sent.length)
      },
    })
    await board.run(3)
    expect([started, transfers]).toEqual([false, 0])
    expect(tookMs).toBeGreaterThan(50)
    expect(tookMs).toBeLessThan(70)
  })

  test('a chip that gets stuck later: no end of the frame, no frame in the window, and a new start helps', async () => {
    const got: unknown[] = []
    const board = await drive(
      SX1262,
      (radio, self) => {
        const busy = self.machine.pin(32)
        const alive = busy.read!
        busy.read = () => true
        radio.transmit(FRAME, SF10, 14, (endMs) => {
          got.push(endMs)
          radio.prepareWindow(SF10, 9)
          radio.openWindow((frame) => {
            got.push(frame)
            radio.sleep()
            busy.read = alive
            got.push(radio.start())
            radio.transmit(FRAME, SF10, 14, (at) => got.push(typeof at))
          })
        })
      },
      20,
    )
    expect(got).toEqual([undefined, undefined, true, 'number'])
    expect(board.sent.length).toBe(1)
  })
})

test('a second sleep waits for nothing and says nothing', async () => {
  let tookMs = 0
  const board = await drive(SX1262, (radio, self) => {
    radio.sleep()
    const beganMs = self.hal.clock.nowMs()
    radio.sleep()
    tookMs = self.hal.clock.nowMs() - beganMs
  })
  expect(board.asleep).toBe(true)
  expect(tookMs).toBeLessThan(1)
})

test.each([1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300])('a TCXO of %i mV', async (tcxoMillivolts) => {
  const kit = sx1262Kit('tcxo', { tcxoMillivolts })
  const board = await drive(kit, (radio) => radio.transmit(FRAME, SF10, 14, () => undefined))
  expect(board.sent.length).toBe(1)
})

test.each([14, 17, 20, 22] as const)('antenna matching for %i dBm', async (powerDbmMax) => {
  const kit = sx1262Kit('matched', { powerDbmMax })
  const board = await drive(kit, (radio) => radio.transmit(FRAME, SF10, 14, () => undefined))
  expect(board.sent[0]!.powerDbm).toBe(14)
})

test('an oscillator that does not start is no radio', async () => {
  let started: boolean | undefined
  const board = new Board(SX1262, 1, (self) => (started = SX1262.driver(self.hal).start()))
  ;(board.chip as Sx1262).oscillatorDead = true
  await board.run(1)
  expect(started).toBe(false)
})

test('it calibrates the image once a band, not once a frame', async () => {
  const calibrations: number[] = []
  await drive(SX1262, (radio, self) => {
    const { chip } = self
    self.machine.spi.set(SX1262.pins.select, {
      transfer: (sent, atMicros) => {
        if (sent[0] === 0x98) calibrations.push(sent[1]!)
        return chip.transfer(sent, atMicros)
      },
    })
    const bands = [921_400_000, 922_000_000, 868_100_000, 868_300_000, 921_400_000]
    const next = (): void => {
      const frequencyHz = bands.shift()
      if (frequencyHz !== undefined) radio.transmit(FRAME, { ...SF10, frequencyHz }, 14, next)
    }
    next()
  })
  expect(calibrations).toEqual([0xe1, 0xd7, 0xe1])
})
