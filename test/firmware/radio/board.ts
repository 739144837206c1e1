/** A board with nothing but its radio: the register-level model of the chip on a simulated machine, in an air without losses. */
import { expect } from 'vitest'
import { ttgoLora32V21 } from '../../../boards/ttgoLora32V21.ts'
import type { Modulation } from '../../../firmware/radio/radio.ts'
import { Sx1276 } from '../../../firmware/radio/sx1276.ts'
import type { Ether, HeardFrame, SentFrame } from '../../../sim/chips/ether.ts'
import { airMicros, symbolMicros, type LoraSetting } from '../../../sim/chips/lora.ts'
import { Sx1276 as Chip } from '../../../sim/chips/sx1276.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { scaledCosts } from '../../../sim/costs.ts'
import { SimHal } from '../../../sim/hal.ts'
import { Machine } from '../../../sim/machine.ts'
import { Random } from '../../../sim/random.ts'
import { bytes } from '../../core/lorawan/hex.ts'

export const pins = ttgoLora32V21.radio
export const SF10: Modulation = { frequencyHz: 921_400_000, spreadingFactor: 10, bandwidthHz: 125_000 }
export const FRAME = bytes('40f17dbe4900020001954378762b11ff0d')

export class Board implements Ether {
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
export async function drive(
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
