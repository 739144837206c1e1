/** What a board is: the type of the literals in boards/. */
interface AnyBoard {
  readonly name: string
  readonly mcu: 'esp32'
  readonly i2c: { readonly data: number; readonly clock: number; readonly frequencyHz: number }
  readonly battery: { readonly pin: number; readonly dividerPerMille: number }
  /** Pins free for what a profile mounts, by what they are used for. */
  readonly mount: {
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
export interface LoraBoard extends AnyBoard {
  readonly link: 'lorawan'
  readonly spi: {
    readonly clock: number
    readonly miso: number
    readonly mosi: number
    readonly frequencyHz: number
  }
  readonly radio: {
    readonly chip: 'sx1276'
    readonly select: number
    readonly reset: number
    /** DIO0: TxDone and RxDone. */
    readonly interrupt: number
    /** Output the power amplifier is wired to; boards here wire PA_BOOST. */
    readonly powerDbmMax: number
  }
}

/** Without a LoRa radio: its Wi-Fi is the link. */
export interface WifiBoard extends AnyBoard {
  readonly link: 'mqtt'
  readonly radio?: undefined
}

export type Board = LoraBoard | WifiBoard
