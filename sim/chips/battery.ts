/** One 18650 cell with a small panel: charge by what the node draws and what the sun gives, voltage by charge.
 *  Source: ESP32 datasheet 4.6, an estimate for a board; the radio's currents are those of sim/currents.ts; open-circuit
 *  voltage of a common lithium-ion cell at rest. Charge in mAh, times in microseconds. */
import { milliampsOf } from '../currents.ts'
import type { Random } from '../random.ts'

const CAPACITY_MAH = 2_600
/** Open-circuit voltage at every tenth of charge, mV. */
const REST_MILLIVOLTS = [3_000, 3_450, 3_550, 3_610, 3_650, 3_700, 3_770, 3_850, 3_940, 4_050, 4_180]
const AWAKE_MA = 40
const ASLEEP_MA = 0.015
/** A 1 W panel behind dusty glass: mA per 1,000 lux. */
const PANEL_MA_PER_KLUX = 1.5
const NOISE_MILLIVOLTS = 4
const MICROS_PER_HOUR = 3.6e9

export class Battery {
  chargeMah: number
  private updatedMicros: number

  constructor(
    private readonly random: Random,
    private readonly luxAt: (micros: number) => number,
    atMicros: number,
  ) {
    this.chargeMah = CAPACITY_MAH * random.between(0.6, 0.95)
    this.updatedMicros = atMicros
  }

  /** The radio was in a state of sim/currents.ts for so long. */
  drawRadio(radio: string, state: string, micros: number): void {
    this.take(milliampsOf(radio, state), micros)
  }

  /** The board was awake, or asleep, until `atMicros`. */
  draw(awake: boolean, atMicros: number): void {
    const micros = Math.max(0, atMicros - this.updatedMicros)
    this.updatedMicros = Math.max(atMicros, this.updatedMicros)
    this.take(awake ? AWAKE_MA : ASLEEP_MA, micros)
    this.take((-PANEL_MA_PER_KLUX * this.luxAt(atMicros)) / 1000, micros)
  }

  /** At the cell's poles, mV. */
  millivolts(): number {
    const tenths = (10 * this.chargeMah) / CAPACITY_MAH
    const below = Math.min(9, Math.floor(tenths))
    const rest =
      REST_MILLIVOLTS[below]! + (REST_MILLIVOLTS[below + 1]! - REST_MILLIVOLTS[below]!) * (tenths - below)
    return rest + this.random.normal() * NOISE_MILLIVOLTS
  }

  private take(milliamps: number, micros: number): void {
    this.chargeMah = Math.max(
      0,
      Math.min(CAPACITY_MAH, this.chargeMah - (milliamps * micros) / MICROS_PER_HOUR),
    )
  }
}
