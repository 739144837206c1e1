/** What a board is: the type of the literals in boards/. */
import type { Hal } from './hal/index.ts'
import type { Radio } from './radio/radio.ts'

/** Pins that every LoRa chip has. */
interface LoraPins {
  readonly select: number
  readonly reset: number
}

export interface Sx1276Pins extends LoraPins {
  readonly chip: 'sx1276'
  /** DIO0: TxDone and RxDone. */
  readonly interrupt: number
  /** Output the power amplifier is wired to; boards here wire PA_BOOST. */
  readonly powerDbmMax: number
}

export interface Sx1262Pins extends LoraPins {
  readonly chip: 'sx1262'
  /** DIO1: TxDone, RxDone and the end of a window. */
  readonly interrupt: number
  readonly busy: number
  /** What DIO3 feeds the oscillator with: 1600, 1700, 1800, 2200, 2400, 2700, 3000 or 3300. 0 where the board has a crystal. */
  readonly tcxoMillivolts: number
  /** Whether DIO2 throws the antenna switch. */
  readonly dio2Switch: boolean
  /** What the antenna matching is made for; nearly every module is for 22. */
  readonly powerDbmMax: 14 | 17 | 20 | 22
}

interface AnyBoard {
  readonly name: string
  readonly mcu: 'esp32'
  readonly i2c: { readonly data: number; readonly clock: number; readonly frequencyHz: number }
  readonly battery: { readonly pin: number; readonly dividerPerMille: number }
  /** Pins free for what a profile mounts, by what they are used for. */
  readonly mount: {
    /** Output: high feeds the sensors that declare a warm-up. A resistor holds it low while nothing drives it: in deep sleep and at a reset. */
    readonly rail: number
    readonly soilProbe: number
    readonly trigger: number
    readonly echo: number
    readonly relay: number
    readonly relaySense: number
  }
  readonly flash: { readonly address: number; readonly size: number; readonly sectorSize: number }
  readonly budgets: {
    readonly bundleBytes: number
    readonly functions: number
    readonly peakVariables: number
  }
}

/** With a LoRa radio on its SPI bus. */
export interface LoraBoard<Pins extends Sx1276Pins | Sx1262Pins = Sx1276Pins | Sx1262Pins> extends AnyBoard {
  readonly link: 'lorawan'
  readonly spi: {
    readonly clock: number
    readonly miso: number
    readonly mosi: number
    readonly frequencyHz: number
  }
  readonly radio: Pins
  /** Builds the driver of its chip: the board names it, so that a bundle holds no other. */
  openRadio(hal: Hal, pins: Pins): Radio
}

/** Without a LoRa radio: its Wi-Fi is the link. */
export interface WifiBoard extends AnyBoard {
  readonly link: 'mqtt'
  readonly radio?: undefined
}

export type Board = LoraBoard | WifiBoard
