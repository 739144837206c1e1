/** Semtech SX1262: LoRa over SPI by commands, as LoRaWAN uses it: one frame out, windows in that are short or stay open.
 *  Source: SX1261/2 datasheet DS.SX1261-2.W.APP rev. 2.2, whose sections are named below; opcodes, registers and workarounds checked against Semtech's
 *  sx126x_driver 2.3.2. Bandwidths of 125 and 250 kHz, spreading factors 7 to 12, bands of 863 to 870 and 902 to 928 MHz.
 *
 *  Limitations of chapter 15: 15.1 and 15.2 are set at the start, 15.4 with every frame's setting. 15.3 is about the timer of SetRx: windows here are
 *  counted in symbols, so that timer never runs. */
import {
  airtimeMicroseconds,
  needsLowDataRateOptimize,
  symbolMicroseconds,
} from '../../core/lorawan/airtime.ts'
import type { Sx1262Pins } from '../board.ts'
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
import * as CHIP from './sx1262Commands.ts'

// Parameters.
const STANDBY_RC = 0
const STANDBY_XOSC = 1
const PACKET_TYPE_LORA = 1
const DC_DC = 1
const CALIBRATE_ALL = 0x7f
const BANDWIDTH_125_KHZ = 0x04
const BANDWIDTH_250_KHZ = 0x05
const CODING_RATE_4_5 = 0x01
const PREAMBLE_SYMBOLS = 8
const RAMP_200_US = 0x04
/** Highest gain for 0.7 mA more (9.6). */
const RX_GAIN_BOOSTED = 0x96
/** 15.1: set for every bandwidth but 500 kHz. */
const TX_MODULATION_NOT_500_KHZ = 0x04
/** 15.2: the clamp of the power amplifier at its highest. */
const TX_CLAMP_HIGHEST = 0x1e
/** 15.4: cleared for inverted IQ. */
const IQ_POLARITY_STANDARD = 0x04

// IrqStatus, table 8-4. DIO1 tells the ends; the others are read.
const TX_DONE = 0x01
const RX_DONE = 0x02
const HEADER_VALID = 0x10
const CRC_ERROR = 0x40
const TIMEOUT_MSB = 0x02
const TIMEOUT = TIMEOUT_MSB << 8
const IRQ_LSB = TX_DONE | RX_DONE | HEADER_VALID | CRC_ERROR
const DIO1_LSB = TX_DONE | RX_DONE

/** Chip mode of the status byte in STDBY_RC (table 13-76), and the error of an oscillator that did not start (table 13-85). */
const STATUS_MODE = 0x70
const STATUS_STANDBY_RC = 0x20
const XOSC_START_ERROR = 0x20

/** Codes of SetDIO3AsTcxoCtrl (table 13-35). */
const TCXO_MILLIVOLTS = '1600 1700 1800 2200 2400 2700 3000 3300'
const TCXO_CODE_CHARACTERS = 5
/** What the TCXO gets to start, in 15.625 us: 5 ms, as in Semtech's boards. */
const TCXO_DELAY_MSB = 1
const TCXO_DELAY_LSB = 0x40

/** Least and full power of SetTxParams; the antenna matching decides what full power is. */
const POWER_SETTING_MIN = -9
const POWER_SETTING_MAX = 22

/** NRESET is low for 100 us (8.1). */
const RESET_LOW_MS = 1
/** The longest command calibrates all blocks once the TCXO is up: 8.5 ms. */
const BUSY_MS_MAX = 50
export class Sx1262 implements Radio {
  private readonly hal: Hal
  private readonly pins: Sx1262Pins
  private watched: boolean
  /** Asleep, or BUSY has stayed high for too long: nothing is sent to the chip any more, until it is reset. */
  private deaf: boolean
  /** First byte of the band that the image is calibrated for. */
  private image: number
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

  constructor(hal: Hal, pins: Sx1262Pins) {
    this.hal = hal
    this.pins = pins
    this.watched = false
    this.deaf = false
    this.image = 0
    this.timer = 0
    this.symbols = 0
    this.symbolMs = 0
    this.longestMs = 0
    this.looks = 0
  }

  start(): boolean {
    const { hal, pins } = this
    const { clock, gpio } = hal
    const full = pins.powerDbmMax
    const resetMs = clock.nowMs() + RESET_LOW_MS
    for (let i = 0; i < ACCESSES_MAX && clock.nowMs() < resetMs; i++) gpio.write(pins.reset, false)
    gpio.write(pins.reset, true)
    this.deaf = false
    this.image = 0
    this.command([CHIP.SET_STANDBY, STANDBY_RC])
    if (pins.tcxoMillivolts) {
      const code = (TCXO_MILLIVOLTS.indexOf('' + pins.tcxoMillivolts) / TCXO_CODE_CHARACTERS) | 0
      this.command([CHIP.SET_DIO3_AS_TCXO_CTRL, code, 0, TCXO_DELAY_MSB, TCXO_DELAY_LSB])
      // Without the TCXO the chip could not calibrate at its start, and says so.
      this.command([CHIP.CLEAR_DEVICE_ERRORS, 0, 0])
      this.command([CHIP.CALIBRATE, CALIBRATE_ALL])
    }
    this.command([CHIP.SET_REGULATOR_MODE, DC_DC])
    if (pins.dio2Switch) this.command([CHIP.SET_DIO2_AS_RF_SWITCH_CTRL, 1])
    this.command([CHIP.SET_PACKET_TYPE, PACKET_TYPE_LORA])
    // The whole buffer for either direction: a node never sends and receives at once.
    this.command([CHIP.SET_BUFFER_BASE_ADDRESS, 0, 0])
    this.command([CHIP.SET_DIO_IRQ_PARAMS, TIMEOUT_MSB, IRQ_LSB, TIMEOUT_MSB, DIO1_LSB, 0, 0, 0, 0])
    // Table 13-21: duty cycle and size of the amplifier for the antenna's matching; the chip is an SX1262; a constant.
    const dutyCycle = full > 20 ? 4 : full > 17 ? 3 : 2
    this.command([CHIP.SET_PA_CONFIG, dutyCycle, full > 20 ? 7 : full > 17 ? 5 : full > 14 ? 3 : 2, 0, 1])
    // LoRaWAN's public networks; the low halves are the chip's own and as they were.
    this.command([CHIP.WRITE_REGISTER, CHIP.SYNC_WORD >> 8, CHIP.SYNC_WORD & 0xff, 0x34, 0x44])
    this.command([CHIP.WRITE_REGISTER, CHIP.RX_GAIN >> 8, CHIP.RX_GAIN & 0xff, RX_GAIN_BOOSTED])
    this.change(CHIP.TX_MODULATION, 0, TX_MODULATION_NOT_500_KHZ)
    this.change(CHIP.TX_CLAMP_CONFIG, 0, TX_CLAMP_HIGHEST)
    const answer = this.command([CHIP.GET_DEVICE_ERRORS, 0, 0, 0])
    if ((answer[1]! & STATUS_MODE) !== STATUS_STANDBY_RC || answer[3]! & XOSC_START_ERROR) return false
    if (!this.watched) gpio.watch(pins.interrupt, 'rising', (_high, atMs) => this.look(atMs))
    this.watched = true
    return true
  }

  transmit(
    frame: Uint8Array,
    modulation: Modulation,
    powerDbm: number,
    done: (endMs: number | undefined) => void,
  ): void {
    this.configure(modulation, frame.length, UPLINK)
    const setting = powerDbm + POWER_SETTING_MAX - this.pins.powerDbmMax
    const power = Math.min(Math.max(setting, POWER_SETTING_MIN), POWER_SETTING_MAX)
    this.command([CHIP.SET_TX_PARAMS, power & 0xff, RAMP_200_US])
    const bytes = new Uint8Array(2 + frame.length)
    bytes[0] = CHIP.WRITE_BUFFER
    bytes.set(frame, 2)
    this.command(bytes)
    this.command([CHIP.CLEAR_IRQ_STATUS, 0xff, 0xff])
    this.sent = done
    this.command([CHIP.SET_TX, 0, 0, 0])
    const airMicros = airtimeMicroseconds(frame.length, modulation.spreadingFactor, modulation.bandwidthHz)
    this.lookAfter(airMicros / 1000 + SENT_MARGIN_MS)
  }

  prepareWindow(modulation: Modulation, symbols: number): void {
    // A number of symbols is held as five bits times 2, 8, 32 or 128: the next that is not less. None is no end.
    let mantissa = (symbols + 1) >> 1
    let exponent = 0
    for (; mantissa > 31; exponent++) mantissa = (mantissa + 3) >> 2
    this.symbols = mantissa << (2 * exponent + 1)
    const { spreadingFactor, bandwidthHz } = modulation
    this.symbolMs = symbolMicroseconds(spreadingFactor, bandwidthHz) / 1000
    this.longestMs = airtimeMicroseconds(FRAME_BYTES_MAX, spreadingFactor, bandwidthHz) / 1000
    this.looks = 0
    this.configure(modulation, FRAME_BYTES_MAX, this.symbols)
    // The register is what counts; it takes more than the command's single byte can say.
    this.command([CHIP.SET_LORA_SYMB_NUM_TIMEOUT, Math.min(this.symbols, 248)])
    this.command([
      CHIP.WRITE_REGISTER,
      CHIP.SYNCH_TIMEOUT >> 8,
      CHIP.SYNCH_TIMEOUT & 0xff,
      (mantissa << 3) | exponent,
    ])
    // The oscillator runs when the window is to open; what comes last has waited for it and is done at once.
    this.command([CHIP.SET_STANDBY, STANDBY_XOSC])
    this.command([CHIP.CLEAR_IRQ_STATUS, 0xff, 0xff])
  }

  openWindow(done: (received: Received | undefined) => void): void {
    // No timer: a reception that finds no preamble ends by its symbols, or never.
    const timeout = this.symbols ? 0 : 0xff
    if (!this.deaf) this.hal.spi.transfer(this.pins.select, [CHIP.SET_RX, timeout, timeout, timeout])
    this.heard = done
    if (this.symbols) this.lookAfter(this.symbols * this.symbolMs)
  }

  sleep(): void {
    this.hal.clock.clearTimer(this.timer)
    this.sent = this.heard = undefined
    this.command([CHIP.SET_STANDBY, STANDBY_RC])
    this.command([CHIP.SET_SLEEP, 0])
    this.deaf = true
  }

  /** One command, as soon as the chip takes it; what comes back is as long. From one that never does come zeros. */
  private command(bytes: Uint8Array | number[]): Uint8Array {
    const { clock, gpio, spi } = this.hal
    const endMs = clock.nowMs() + BUSY_MS_MAX
    for (let i = 0; !this.deaf && gpio.read(this.pins.busy); i++)
      this.deaf = i > ACCESSES_MAX || clock.nowMs() > endMs
    return this.deaf ? new Uint8Array(bytes.length) : spi.transfer(this.pins.select, bytes)
  }

  /** Clears and sets bits of a register and leaves the others. */
  private change(register: number, clear: number, set: number): void {
    const high = register >> 8
    const low = register & 0xff
    const held = this.command([CHIP.READ_REGISTER, high, low, 0, 0])[4]!
    this.command([CHIP.WRITE_REGISTER, high, low, (held & ~clear) | set])
  }

  /** Standby and everything a frame depends on. A window has `symbols`, 0 when it stays open; an uplink has UPLINK. */
  private configure(modulation: Modulation, length: number, symbols: number): void {
    const { frequencyHz, spreadingFactor, bandwidthHz } = modulation
    // Steps of 32 MHz / 2^25; the product stays below 2^44, the error below 1 Hz.
    const rf = ((frequencyHz * 16_384) / 15_625) | 0
    const down = symbols >= 0
    const image = frequencyHz > 900_000_000 ? 0xe1 : 0xd7
    this.heard = undefined
    this.command([CHIP.SET_STANDBY, STANDBY_RC])
    // Table 9-2: 902 to 928 MHz, or 863 to 870.
    if (image !== this.image) this.command([CHIP.CALIBRATE_IMAGE, image, image > 0xd7 ? 0xe9 : 0xdb])
    this.image = image
    this.command([CHIP.SET_RF_FREQUENCY, rf >> 24, (rf >> 16) & 0xff, (rf >> 8) & 0xff, rf & 0xff])
    const bandwidth = bandwidthHz > 125_000 ? BANDWIDTH_250_KHZ : BANDWIDTH_125_KHZ
    const lowDataRate = needsLowDataRateOptimize(spreadingFactor, bandwidthHz) ? 1 : 0
    this.command([CHIP.SET_MODULATION_PARAMS, spreadingFactor, bandwidth, CODING_RATE_4_5, lowDataRate])
    // Explicit header; CRC on and IQ standard up, the other way round down.
    this.command([CHIP.SET_PACKET_PARAMS, 0, PREAMBLE_SYMBOLS, 0, length, down ? 0 : 1, down ? 1 : 0])
    this.change(CHIP.IQ_POLARITY, IQ_POLARITY_STANDARD, down ? 0 : IQ_POLARITY_STANDARD)
  }

  private lookAfter(durationMs: number): void {
    this.timer = this.hal.clock.setTimer(durationMs + WINDOW_MARGIN_MS, () => this.look(undefined))
  }

  /** Called at DIO1's edge with its time, and by the timer with none. */
  private look(atMs: number | undefined): void {
    const { sent, heard } = this
    this.hal.clock.clearTimer(this.timer)
    if (sent) {
      this.sent = undefined
      // Without an edge the end is not known to the millisecond, so the windows would be missed anyway.
      sent(atMs)
    } else if (heard) {
      const status = this.command([CHIP.GET_IRQ_STATUS, 0, 0, 0])
      const flags = (status[2]! << 8) | status[3]!
      const received = (flags & (RX_DONE | CRC_ERROR)) === RX_DONE ? this.receive() : undefined
      if (!this.symbols) {
        // The window stays open: only the flags are made ready for the next frame.
        this.command([CHIP.CLEAR_IRQ_STATUS, 0xff, 0xff])
        if (received) heard(received)
      } else if (flags & (RX_DONE | TIMEOUT) || this.looks > 1 || (this.looks && !(flags & HEADER_VALID))) {
        this.heard = undefined
        this.command([CHIP.SET_STANDBY, STANDBY_RC])
        heard(received)
      } else {
        // A preamble was found: first its header must come, then the rest.
        this.looks++
        this.lookAfter(this.looks > 1 ? this.longestMs : HEADER_SYMBOLS * this.symbolMs)
      }
    }
  }

  private receive(): Received {
    const place = this.command([CHIP.GET_RX_BUFFER_STATUS, 0, 0, 0])
    const packet = this.command([CHIP.GET_PACKET_STATUS, 0, 0, 0, 0])
    // The third is the frame's own strength, without the noise it may lie in.
    const rssiDbm = -(packet[4]! >> 1)
    const snrQuarterDb = (packet[3]! << 24) >> 24
    // A frame without any byte is refused for its length either way.
    const bytes = new Uint8Array(3 + (place[2]! || 1))
    bytes[0] = CHIP.READ_BUFFER
    bytes[1] = place[3]!
    return { bytes: this.command(bytes).subarray(3), rssiDbm, snrQuarterDb }
  }
}
