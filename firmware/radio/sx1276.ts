/** Semtech SX1276/77/78/79: LoRa over SPI, as LoRaWAN uses it: one frame out, windows in that are short or stay open.
 *  Source: SX1276/77/78/79 datasheet rev. 7; errata note rev. 1; register values checked against LoRaMac-node's sx1276 driver.
 *  Only DIO0 is wired on every board. It carries TxDone and RxDone; RxTimeout is on DIO1, so the end of a window is found by reading
 *  RegIrqFlags when the window's symbols have passed. Bandwidths of 125 and 250 kHz, spreading factors 7 to 12. */
import {
  airtimeMicroseconds,
  needsLowDataRateOptimize,
  symbolMicroseconds,
} from '../../core/lorawan/airtime.ts'
import type { Sx1276Pins } from '../board.ts'
import type { Hal } from '../hal/index.ts'
import {
  ACCESSES_MAX,
  FRAME_BYTES_MAX,
  HEADER_SYMBOLS,
  SENT_MARGIN_MS,
  UPLINK,
  WINDOW_MARGIN_MS,
} from './looks.ts'
import type { Modulation, Radio, Received } from './radio.ts'

// Registers, datasheet table 41. A transfer of several bytes runs on through the addresses, except at the FIFO (2.2).
const FIFO = 0x00
const OP_MODE = 0x01
const FRF_MSB = 0x06 // then FrfMid, FrfLsb, PaConfig
const LNA = 0x0c // then FifoAddrPtr, FifoTxBaseAddr, FifoRxBaseAddr
const FIFO_ADDR_PTR = 0x0d
const FIFO_RX_CURRENT_ADDR = 0x10
const IRQ_FLAGS = 0x12
const MODEM_CONFIG_1 = 0x1d // then ModemConfig2, SymbTimeoutLsb, PreambleMsb, PreambleLsb, PayloadLength
const MODEM_CONFIG_3 = 0x26
const IF_FREQ_1 = 0x2f // then IfFreq2, DetectOptimize
const INVERT_IQ = 0x33
const DETECTION_THRESHOLD = 0x37
const SYNC_WORD = 0x39
const INVERT_IQ_2 = 0x3b
const DIO_MAPPING_1 = 0x40
const VERSION = 0x42
const PA_DAC = 0x4d

/** Bit 7 of the address: write. */
const WRITE = 0x80

// RegOpMode: LongRangeMode with a mode; the first is of FSK, since LongRangeMode may be set in sleep only.
const FSK_SLEEP = 0x00
const SLEEP = 0x80
const STANDBY = 0x81
const TRANSMIT = 0x83
const RECEIVE_CONTINUOUS = 0x85
const RECEIVE_SINGLE = 0x86

// RegIrqFlags
const RX_TIMEOUT = 0x80
const RX_DONE = 0x40
const PAYLOAD_CRC_ERROR = 0x20
const VALID_HEADER = 0x10
const ALL_FLAGS = 0xff

const CHIP_VERSION = 0x12
/** RegLna: highest gain, boost of the HF input on. */
const LNA_HIGHEST = 0x23
/** Errata 2.3, "receiver spurious reception": below 500 kHz the IF is set by hand and the automatic one (bit 7 of DetectOptimize, 0xc3 at
 *  reset) is off. */
const IF_FREQ = [0x40, 0x00, 0x43]
const DETECT_SF7_TO_SF12 = 0x0a
/** LoRaWAN's public networks. */
const SYNC_WORD_LORAWAN = 0x34

// RegModemConfig1 to 3: explicit header, so PayloadLength matters to an uplink only.
const BANDWIDTH_125_KHZ = 0x70
const BANDWIDTH_250_KHZ = 0x80
const CODING_RATE_4_5 = 0x02
const CRC_ON = 0x04
const AGC_AUTO = 0x04
const LOW_DATA_RATE = 0x08
const PREAMBLE_SYMBOLS = 8

// RegInvertIQ and RegInvertIQ2 (the second is in Semtech's drivers, not in the datasheet's table).
const IQ_NORMAL = 0x27
const IQ_INVERTED = 0x67
const IQ_2_NORMAL = 0x1d
const IQ_2_INVERTED = 0x19

/** RegDioMapping1: what DIO0 carries. */
const DIO0_TX_DONE = 0x40
const DIO0_RX_DONE = 0x00

// RegPaConfig: PA_BOOST gives 2 to 17 dBm in steps of 1 dB (5.4.2); RegPaDac at its default leaves +20 dBm off.
const PA_BOOST = 0x80
const PA_BOOST_DBM_MIN = 2
const PA_DAC_DEFAULT = 0x84

/** NRESET is low for over 100 us, then the chip wants 5 ms of peace (7.2.2). */
const RESET_LOW_MS = 1
const RESET_READY_MS = 6
/** RSSI at the HF port for 0 in RegPktRssiValue (5.5.5). */
const RSSI_OFFSET_DBM = -157
export class Sx1276 implements Radio {
  private readonly hal: Hal
  private readonly pins: Sx1276Pins
  private watched: boolean
  /** What a frame on its way out waits for, and what an open window waits for: never both. */
  private sent: ((endMs: number | undefined) => void) | undefined
  private heard: ((received: Received | undefined) => void) | undefined
  private timer: number
  /** Of the prepared window: its length, and what decides how long to stay when it has found something. */
  private symbols: number
  private symbolMs: number
  private longestMs: number
  /** Looks at an open window so far: at its end, after the header's time, after the longest frame's. */
  private looks: number

  constructor(hal: Hal, pins: Sx1276Pins) {
    this.hal = hal
    this.pins = pins
    this.watched = false
    this.timer = 0
    this.symbols = 0
    this.symbolMs = 0
    this.longestMs = 0
    this.looks = 0
  }

  start(): boolean {
    this.hold(false, RESET_LOW_MS)
    this.hold(true, RESET_READY_MS)
    if (this.read(VERSION, 1)[0] !== CHIP_VERSION) return false
    this.write(OP_MODE, [FSK_SLEEP])
    this.write(OP_MODE, [SLEEP])
    this.write(OP_MODE, [STANDBY])
    // The whole FIFO for either direction: a node never sends and receives at once.
    this.write(LNA, [LNA_HIGHEST, 0, 0, 0])
    this.write(IF_FREQ_1, IF_FREQ)
    this.write(DETECTION_THRESHOLD, [DETECT_SF7_TO_SF12])
    this.write(SYNC_WORD, [SYNC_WORD_LORAWAN])
    this.write(PA_DAC, [PA_DAC_DEFAULT])
    if (!this.watched) this.hal.gpio.watch(this.pins.interrupt, 'rising', (_high, atMs) => this.look(atMs))
    this.watched = true
    return true
  }

  transmit(
    frame: Uint8Array,
    modulation: Modulation,
    powerDbm: number,
    done: (endMs: number | undefined) => void,
  ): void {
    this.configure(modulation, powerDbm, frame.length, UPLINK)
    this.write(FIFO, frame)
    this.sent = done
    this.write(OP_MODE, [TRANSMIT])
    const airMicros = airtimeMicroseconds(frame.length, modulation.spreadingFactor, modulation.bandwidthHz)
    this.lookAfter(airMicros / 1000 + SENT_MARGIN_MS)
  }

  prepareWindow(modulation: Modulation, symbols: number): void {
    this.configure(modulation, PA_BOOST_DBM_MIN, 1, symbols)
    this.symbols = symbols
    const { spreadingFactor, bandwidthHz } = modulation
    this.symbolMs = symbolMicroseconds(spreadingFactor, bandwidthHz) / 1000
    this.longestMs = airtimeMicroseconds(FRAME_BYTES_MAX, spreadingFactor, bandwidthHz) / 1000
    this.looks = 0
  }

  openWindow(done: (received: Received | undefined) => void): void {
    this.write(OP_MODE, [this.symbols ? RECEIVE_SINGLE : RECEIVE_CONTINUOUS])
    this.heard = done
    if (this.symbols) this.lookAfter(this.symbols * this.symbolMs)
  }

  sleep(): void {
    this.hal.clock.clearTimer(this.timer)
    this.sent = this.heard = undefined
    this.write(OP_MODE, [SLEEP])
  }

  private write(register: number, values: Uint8Array | number[]): void {
    const bytes = new Uint8Array(1 + values.length)
    bytes[0] = register | WRITE
    bytes.set(values, 1)
    this.hal.spi.transfer(this.pins.select, bytes)
  }

  private read(register: number, count: number): Uint8Array {
    const bytes = new Uint8Array(1 + count)
    bytes[0] = register
    return this.hal.spi.transfer(this.pins.select, bytes).subarray(1)
  }

  /** Holds NRESET at a level. A program on a node cannot simply wait, so it writes the pin again and again. */
  private hold(high: boolean, durationMs: number): void {
    const endMs = this.hal.clock.nowMs() + durationMs
    for (let i = 0; i < ACCESSES_MAX && this.hal.clock.nowMs() < endMs; i++)
      this.hal.gpio.write(this.pins.reset, high)
  }

  /** Standby and everything a frame depends on. A window has `symbols`, 0 when it stays open; an uplink has UPLINK. */
  private configure(modulation: Modulation, powerDbm: number, length: number, symbols: number): void {
    const sf = modulation.spreadingFactor
    const hz = modulation.bandwidthHz
    // Steps of 32 MHz / 2^19; the product stays below 2^38, the error below 62 Hz.
    const frf = ((modulation.frequencyHz * 256) / 15_625) | 0
    const power = Math.min(Math.max(powerDbm, PA_BOOST_DBM_MIN), this.pins.powerDbmMax)
    const down = symbols >= 0
    this.heard = undefined
    this.write(OP_MODE, [STANDBY])
    this.write(FRF_MSB, [frf >> 16, (frf >> 8) & 0xff, frf & 0xff, PA_BOOST | (power - PA_BOOST_DBM_MIN)])
    const bandwidth = hz > 125_000 ? BANDWIDTH_250_KHZ : BANDWIDTH_125_KHZ
    const crc = down ? 0 : CRC_ON
    this.write(MODEM_CONFIG_1, [
      bandwidth | CODING_RATE_4_5,
      (sf << 4) | crc | (down ? symbols >> 8 : 0),
      down ? symbols & 0xff : 0,
      0,
      PREAMBLE_SYMBOLS,
      length,
    ])
    this.write(MODEM_CONFIG_3, [needsLowDataRateOptimize(sf, hz) ? LOW_DATA_RATE | AGC_AUTO : AGC_AUTO])
    this.write(INVERT_IQ, [down ? IQ_INVERTED : IQ_NORMAL])
    this.write(INVERT_IQ_2, [down ? IQ_2_INVERTED : IQ_2_NORMAL])
    this.write(IRQ_FLAGS, [ALL_FLAGS])
    this.write(DIO_MAPPING_1, [down ? DIO0_RX_DONE : DIO0_TX_DONE])
    this.write(FIFO_ADDR_PTR, [0])
  }

  private lookAfter(durationMs: number): void {
    this.timer = this.hal.clock.setTimer(durationMs + WINDOW_MARGIN_MS, () => this.look(undefined))
  }

  /** Called at DIO0's edge with its time, and by the timer with none. */
  private look(atMs: number | undefined): void {
    const { sent, heard } = this
    this.hal.clock.clearTimer(this.timer)
    if (sent) {
      this.sent = undefined
      // Without an edge the end is not known to the millisecond, so the windows would be missed anyway.
      sent(atMs)
    } else if (heard) {
      const flags = this.read(IRQ_FLAGS, 1)[0]!
      if (!this.symbols) {
        // The window stays open: only the flags are made ready for the next frame.
        this.write(IRQ_FLAGS, [ALL_FLAGS])
        if ((flags & (RX_DONE | PAYLOAD_CRC_ERROR)) === RX_DONE) heard(this.receive())
      } else if (
        flags & (RX_DONE | RX_TIMEOUT) ||
        this.looks > 1 ||
        (this.looks && !(flags & VALID_HEADER))
      ) {
        this.heard = undefined
        const received = (flags & (RX_DONE | PAYLOAD_CRC_ERROR)) === RX_DONE ? this.receive() : undefined
        this.write(OP_MODE, [STANDBY])
        heard(received)
      } else {
        // A preamble was found: first its header must come, then the rest.
        this.looks++
        this.lookAfter(this.looks > 1 ? this.longestMs : HEADER_SYMBOLS * this.symbolMs)
      }
    }
  }

  private receive(): Received {
    // From RegFifoRxCurrentAddr on: 3 is RegRxNbBytes, 9 RegPktSnrValue, 10 RegPktRssiValue.
    const status = this.read(FIFO_RX_CURRENT_ADDR, 11)
    this.write(FIFO_ADDR_PTR, [status[0]!])
    const snrQuarterDb = (status[9]! << 24) >> 24
    const rssiDbm = RSSI_OFFSET_DBM + status[10]! + (snrQuarterDb < 0 ? (snrQuarterDb + 2) >> 2 : 0)
    // A transfer has at least one byte; a frame without any is refused for its length either way.
    return { bytes: this.read(FIFO, status[3]! || 1), rssiDbm, snrQuarterDb }
  }
}
