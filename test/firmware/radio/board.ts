/** A board with nothing but its radio: the model of a chip on a simulated machine, in an air without losses. A kit is a chip with its driver and wiring. */
import { expect } from 'vitest'
import { ttgoLora32V21 } from '../../../boards/ttgoLora32V21.ts'
import type { Sx1262Pins, Sx1276Pins } from '../../../firmware/board.ts'
import type { Hal } from '../../../firmware/hal/index.ts'
import type { Modulation, Radio } from '../../../firmware/radio/radio.ts'
import { Sx1262 as Sx1262Driver } from '../../../firmware/radio/sx1262.ts'
import { Sx1276 as Sx1276Driver } from '../../../firmware/radio/sx1276.ts'
import type { Ether, HeardFrame, SentFrame } from '../../../sim/chips/ether.ts'
import { airMicros, symbolMicros, type LoraSetting } from '../../../sim/chips/lora.ts'
import { wireRadio, type RadioChip } from '../../../sim/chips/radios.ts'
import type { Sx1262 } from '../../../sim/chips/sx1262.ts'
import type { Sx1276 } from '../../../sim/chips/sx1276.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { scaledCosts } from '../../../sim/costs.ts'
import { SimHal } from '../../../sim/hal.ts'
import { Machine } from '../../../sim/machine.ts'
import { Random } from '../../../sim/random.ts'
import { bytes } from '../../core/lorawan/hex.ts'

export const SF10: Modulation = { frequencyHz: 921_400_000, spreadingFactor: 10, bandwidthHz: 125_000 }
export const FRAME = bytes('40f17dbe4900020001954378762b11ff0d')

export interface Kit {
  readonly name: string
  readonly pins: Sx1276Pins | Sx1262Pins
  /** Asked for, then sent, dBm. */
  readonly powers: readonly (readonly [number, number])[]
  /** How far a frequency may lie from what was asked, Hz. */
  readonly stepHz: number
  /** Symbols of a window, and those the chip waits. */
  readonly windows: readonly (readonly [number, number])[]
  driver(hal: Hal): Radio
  asleep(chip: RadioChip): boolean
  listening(chip: RadioChip): boolean
}

export const SX1276: Kit = {
  name: 'sx1276',
  pins: ttgoLora32V21.radio,
  powers: [
    [-5, 2],
    [2, 2],
    [9, 9],
    [17, 17],
    [30, 17],
  ],
  stepHz: 62,
  windows: [
    [4, 4],
    [9, 9],
    [83, 83],
    [300, 300],
    [1023, 1023],
  ],
  driver: (hal) => new Sx1276Driver(hal, ttgoLora32V21.radio),
  asleep: (chip) => (chip as Sx1276).mode === 0,
  listening: (chip) => (chip as Sx1276).mode >= 5,
}

/** An SX1262 on pins as the ESP32 boards with one have them; `wiring` in place of a TCXO of 1.8 V, DIO2 as the switch and matching for 22 dBm. */
export function sx1262Kit(name: string, wiring: Partial<Sx1262Pins>): Kit {
  const pins: Sx1262Pins = {
    chip: 'sx1262',
    select: 18,
    reset: 23,
    interrupt: 33,
    busy: 32,
    tcxoMillivolts: 1800,
    dio2Switch: true,
    powerDbmMax: 22,
    ...wiring,
  }
  const full = pins.powerDbmMax
  return {
    name,
    pins,
    powers: [
      [full - 40, full - 31],
      [full - 31, full - 31],
      [9, 9],
      [14, 14],
      [full, full],
      [30, full],
    ],
    stepHz: 1,
    windows: [
      [4, 4],
      [9, 10],
      [62, 62],
      [63, 64],
      [83, 88],
      [248, 248],
      [300, 320],
      [1023, 1024],
    ],
    driver: (hal) => new Sx1262Driver(hal, pins),
    asleep: (chip) => (chip as Sx1262).mode === 'sleep',
    listening: (chip) => (chip as Sx1262).mode === 'rx',
  }
}

export const SX1262 = sx1262Kit('sx1262 with TCXO and DIO2', {})
export const SX1262_CRYSTAL = sx1262Kit('sx1262 with crystal, matched for 17 dBm', {
  tcxoMillivolts: 0,
  dio2Switch: false,
  powerDbmMax: 17,
})

export class Board implements Ether {
  readonly clock = new VirtualClock(0)
  readonly machine: Machine
  readonly chip: RadioChip
  readonly hal: SimHal
  sent: SentFrame[] = []
  /** Downlinks: what, and when their preamble begins. */
  downlinks: {
    frame: Uint8Array
    modulation: Modulation
    startMicros: number
    invertedIq?: boolean
    crcWrong?: boolean
  }[] = []
  onSent: (frame: SentFrame) => void = () => undefined
  settings: LoraSetting[] = []
  /** Every window the chip has looked back on: from, to. */
  windows: [number, number][] = []
  private readonly watchers = new Set<() => void>()
  private readonly heard = new Set<object>()

  constructor(
    readonly kit: Kit,
    costFactor: number,
    begin: (board: Board) => void,
  ) {
    this.machine = new Machine(this.clock, scaledCosts(costFactor), 1, () => begin(this))
    this.chip = wireRadio(kit.pins, this.clock, this, this.machine)
    this.hal = new SimHal(this.machine, {
      settings: () => undefined,
      random: new Random(1, 'noise'),
      log: () => undefined,
    })
    this.machine.powerOn()
  }

  get asleep(): boolean {
    return this.kit.asleep(this.chip)
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
    this.windows.push([fromMicros, toMicros])
    const symbol = symbolMicros(setting.spreadingFactor, setting.bandwidthHz)
    for (const downlink of this.downlinks) {
      const { frame, modulation, startMicros, invertedIq, crcWrong } = downlink
      const same =
        Math.abs(modulation.frequencyHz - setting.frequencyHz) < 100 &&
        modulation.spreadingFactor === setting.spreadingFactor &&
        (invertedIq ?? true) === setting.invertedIq
      const seen = Math.min(toMicros, startMicros + 8 * symbol) - Math.max(fromMicros, startMicros)
      if (!same || seen < 5 * symbol || this.heard.has(downlink)) continue
      this.heard.add(downlink)
      return {
        bytes: frame,
        headerMicros: startMicros + 20.25 * symbol,
        endMicros: startMicros + airMicros({ ...setting, payloadCrc: false }, frame.length),
        rssiDbm: -120,
        snrDb: -7.25,
        crcWrong: crcWrong === true,
      }
    }
    return undefined
  }

  watch(run: () => void): () => void {
    this.watchers.add(run)
    return () => this.watchers.delete(run)
  }

  /** A downlink that begins now, for a radio that listens all the time. */
  begin(downlink: Omit<Board['downlinks'][number], 'startMicros'>): void {
    this.downlinks.push({ ...downlink, startMicros: this.clock.nowMicros() })
    for (const run of this.watchers) run()
  }
}

/** Runs `use` with a started driver; answers the board when `seconds` have passed. */
export async function drive(
  kit: Kit,
  use: (radio: Radio, board: Board) => void,
  seconds = 10,
  costFactor = 1,
): Promise<Board> {
  const board = new Board(kit, costFactor, (self) => {
    const radio = kit.driver(self.hal)
    expect(radio.start()).toBe(true)
    use(radio, self)
  })
  await board.run(seconds)
  return board
}
