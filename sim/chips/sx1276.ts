/** SX1276 on its LoRa page: what comes back over SPI, what DIO0 does, and when. Refuses what the datasheet forbids.
 *  Source: Semtech SX1276/77/78/79 datasheet rev. 7: 2.5 (start-up times), 4.1.2 (FIFO), 4.1.4 to 4.1.6 (modes, sequences), 4.3 (SPI),
 *  5.5.5 (RSSI and SNR), 6.4, 7.2 (reset), table 18 (DIO). Times in microseconds. Written without a look at the firmware's driver. */
import type { Event, Schedule } from '../clock.ts'
import { sendingAt } from '../currents.ts'
import type { Tell } from '../ledger.ts'
import { listenOn, type Ether, type HeardFrame } from './ether.ts'
import { airMicros, symbolMicros, type LoraSetting } from './lora.ts'
import { demand, listenSetting, powerDbm, sendSetting, symbolTimeout } from './sx1276Setting.ts'
import { REGISTERS } from './sx1276Registers.ts'

const SLEEP = 0
const STANDBY = 1
const TX = 3
const RX_CONTINUOUS = 5
const RX_SINGLE = 6
const MODELLED = [SLEEP, STANDBY, TX, RX_CONTINUOUS, RX_SINGLE]
const LORA = 0x80

const IRQ = { rxTimeout: 0x80, rxDone: 0x40, payloadCrcError: 0x20, validHeader: 0x10, txDone: 0x08 } as const
/** DIO0 by bits 7 and 6 of RegDioMapping1: RxDone, TxDone, CadDone, nothing. */
const DIO0_FLAG = [0x40, 0x08, 0x04, 0x00]

const RESET_LOW_MICROS = 100
const AFTER_RESET_MICROS = 5_000
const AFTER_POWER_MICROS = 10_000
/** TS_OSC: crystal, from sleep; TS_FS and TS_TR / TS_RE: synthesizer and mixer. */
const OSCILLATOR_MICROS = 250
const TO_TX_MICROS = 120
const TO_RX_MICROS = 131

const ROWS = new Map(REGISTERS.map((row) => [row.address, row]))

export class Sx1276 {
  readonly r = new Uint8Array(128)
  readonly fifo = new Uint8Array(256)
  /** Bytes of the FIFO that have been written since it was last cleared. */
  private readonly filled = new Uint8Array(256)
  private resetLowSince: number | undefined
  private readyMicros = 0
  private pending: Event | undefined
  private unwatch: (() => void) | undefined
  private dio0 = false
  /** Hears in which state of sim/currents.ts it is. */
  onState: Tell = () => undefined

  constructor(
    private readonly schedule: Schedule,
    private readonly ether: Ether,
    private readonly onDio0: (high: boolean) => void = () => undefined,
  ) {
    this.toReset()
  }

  /** One of 0 sleep, 1 standby, 2 and 4 synthesizer, 3 sending, 5 and 6 receiving, 7 activity detection. */
  get mode(): number {
    return this.r[0x01]! & 7
  }

  dio0High(): boolean {
    return this.dio0
  }

  /** NRESET: low for more than 100 us, then 5 ms of peace (7.2.2). */
  resetPin(high: boolean, atMicros: number): void {
    if (!high) {
      this.resetLowSince ??= atMicros
      return
    }
    if (this.resetLowSince === undefined) return
    const lowMicros = atMicros - this.resetLowSince
    this.resetLowSince = undefined
    demand(lowMicros >= RESET_LOW_MICROS, '7.2.2: NRESET low for 100 us', () => `${lowMicros} us`)
    this.toReset()
    this.onState('standby', atMicros)
    this.readyMicros = atMicros + AFTER_RESET_MICROS
  }

  /** The supply comes back after it was gone: registers and FIFO are as new, 10 ms later the chip answers (7.2.1). */
  power(atMicros: number): void {
    this.resetLowSince = undefined
    this.toReset()
    this.onState('standby', atMicros)
    this.readyMicros = atMicros + AFTER_POWER_MICROS
  }

  /** One SPI frame: an address with its write bit, then bytes; all but the FIFO count the address on (4.3). */
  transfer(bytes: ArrayLike<number>, atMicros: number): Uint8Array {
    demand(this.resetLowSince === undefined, '7.2.2: no SPI in reset', 'transfer while NRESET is low')
    demand(
      atMicros >= this.readyMicros,
      '7.2: 5 ms after NRESET, 10 ms after power',
      () => `transfer ${this.readyMicros - atMicros} us too early`,
    )
    demand(bytes.length >= 2, '4.3: an address and at least one byte', () => `${bytes.length} bytes`)
    const answer = new Uint8Array(bytes.length)
    const first = bytes[0]! & 0x7f
    const writes = (bytes[0]! & 0x80) !== 0
    for (let i = 1; i < bytes.length; i++) {
      const address = first === 0 ? 0 : (first + i - 1) & 0x7f
      answer[i] =
        address === 0 ? this.fifoByte(writes, bytes[i]!) : this.register(writes, address, bytes[i]!, atMicros)
    }
    return answer
  }

  private toReset(): void {
    if (this.pending) this.schedule.cancel(this.pending)
    this.unwatch?.()
    this.pending = this.unwatch = undefined
    this.r.fill(0)
    for (const row of REGISTERS) this.r[row.address] = row.reset
    this.clearFifo()
    this.drive()
  }

  private clearFifo(): void {
    this.fifo.fill(0)
    this.filled.fill(0)
  }

  private fifoByte(writes: boolean, value: number): number {
    demand((this.r[0x01]! & LORA) !== 0, '4.1.6: LoRa page', 'FIFO reached in FSK mode')
    demand(this.mode !== SLEEP, '4.1.2: the FIFO cannot be reached in sleep', () =>
      writes ? 'write' : 'read',
    )
    if (writes)
      demand(
        this.mode === STANDBY,
        '4.1.2.3: the FIFO is filled in standby only',
        () => `write in mode ${this.mode}`,
      )
    const at = this.r[0x0d]!
    this.r[0x0d] = (at + 1) & 0xff
    const held = this.fifo[at]!
    if (!writes) return held
    this.fifo[at] = value
    this.filled[at] = 1
    return held
  }

  private register(writes: boolean, address: number, value: number, atMicros: number): number {
    const row = ROWS.get(address)
    const held = this.r[address]!
    if (!writes) return address === 0x18 ? this.modemStatus() : held
    demand(
      row !== undefined,
      '6.4: reserved register',
      () => `write of ${value} to 0x${address.toString(16)}`,
    )
    const lora = (this.r[0x01]! & LORA) !== 0
    demand(lora || row!.both === true, '4.1.6: LoRa page', () => `${row!.name} written in FSK mode`)
    demand(row!.write !== 'never', '6.4: read only', () => `write to ${row!.name}`)
    if (row!.write === 'idle')
      demand(
        this.mode <= STANDBY,
        'table 16: configuration is written in sleep or standby',
        () => `${row!.name} in mode ${this.mode}`,
      )
    if (address === 0x01) this.setMode(value, atMicros)
    else if (address === 0x12) this.r[0x12] = held & ~value
    else this.r[address] = value
    if (address === 0x12 || address === 0x40) this.drive()
    return held
  }

  /** Clear, or receiving. */
  private modemStatus(): number {
    return this.mode === RX_CONTINUOUS || this.mode === RX_SINGLE ? 0x04 : 0x10
  }

  private setMode(value: number, atMicros: number): void {
    const from = this.mode
    const to = value & 7
    const pageChange = ((value ^ this.r[0x01]!) & LORA) !== 0
    demand(
      !pageChange || from === SLEEP,
      'RegOpMode: LongRangeMode changes in sleep only',
      () => `in mode ${from}`,
    )
    demand((value & LORA) !== 0 || to <= STANDBY, 'this model has no FSK modem', () => `mode ${to} in FSK`)
    demand(MODELLED.includes(to), 'this model has no CAD and no synthesizer modes', () => `mode ${to}`)
    demand(
      from !== TX || to === TX,
      '4.1.4: a transmission ends by TxDone',
      () => `mode ${to} asked while sending`,
    )
    if (this.pending && from !== to) this.schedule.cancel(this.pending)
    this.unwatch?.()
    this.unwatch = undefined
    this.r[0x01] = value
    if (to === SLEEP) this.clearFifo()
    if (to <= STANDBY) this.onState(to === SLEEP ? 'sleep' : 'standby', atMicros)
    if (to === TX && from !== TX) this.send(from, atMicros)
    if ((to === RX_SINGLE || to === RX_CONTINUOUS) && from !== to) this.listen(from, to, atMicros)
  }

  private send(from: number, atMicros: number): void {
    const setting = sendSetting(this.r)
    const length = this.r[0x22]!
    const base = this.r[0x0e]!
    demand(from === STANDBY, '4.1.2.3: the FIFO is empty after sleep', 'sending asked from sleep')
    demand(length > 0, 'RegPayloadLength is 1 or more', 'length 0')
    demand(
      (this.r[0x12]! & IRQ.txDone) === 0,
      '4.1.5: TxDone cleared before sending',
      'no edge of DIO0 would come',
    )
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      demand(
        this.filled[(base + i) & 0xff] === 1,
        '4.1.2.3: all of RegPayloadLength is in the FIFO',
        () => `byte ${i} of ${length} is not`,
      )
      bytes[i] = this.fifo[(base + i) & 0xff]!
    }
    const startMicros = Math.round(atMicros + TO_TX_MICROS)
    const endMicros = startMicros + airMicros(setting, length)
    const frame = { setting, powerDbm: powerDbm(this.r), bytes, startMicros, endMicros }
    this.ether.transmit(frame)
    this.onState('synthesizer', atMicros)
    this.onState(sendingAt(frame.powerDbm), startMicros)
    this.pending = this.schedule.at(endMicros, () => this.finish(IRQ.txDone, STANDBY))
  }

  private listen(from: number, to: number, atMicros: number): void {
    const setting = listenSetting(this.r)
    const flags = IRQ.rxDone | IRQ.rxTimeout
    demand(
      (this.r[0x12]! & flags) === 0,
      '4.1.5: RxDone and RxTimeout cleared before listening',
      () => `flags ${this.r[0x12]}`,
    )
    const openMicros = Math.round(atMicros + TO_RX_MICROS + (from === SLEEP ? OSCILLATOR_MICROS : 0))
    this.onState('synthesizer', atMicros)
    this.onState('receiving', openMicros)
    if (to === RX_CONTINUOUS) return this.listenOn(setting, openMicros)
    const symbol = symbolMicros(setting.spreadingFactor, setting.bandwidthHz)
    const closeMicros = openMicros + Math.ceil(symbolTimeout(this.r) * symbol)
    this.pending = this.schedule.at(closeMicros, () => {
      const heard = this.ether.detect(setting, openMicros, closeMicros)
      if (!heard) return this.finish(IRQ.rxTimeout, STANDBY)
      this.follow(heard, STANDBY)
    })
  }

  private listenOn(setting: LoraSetting, openMicros: number): void {
    const wait = (look: Event): void => void (this.pending = look)
    const found = (heard: HeardFrame): void => this.follow(heard, RX_CONTINUOUS)
    this.unwatch = listenOn(this.schedule, this.ether, setting, openMicros, wait, found)
  }

  /** A preamble was found: its header comes, then the rest. */
  private follow(heard: HeardFrame, thenMode: number): void {
    this.pending = this.schedule.at(heard.headerMicros, () => {
      this.r[0x12]! |= IRQ.validHeader & ~this.r[0x11]!
      this.pending = this.schedule.at(heard.endMicros, () => this.receive(heard, thenMode))
    })
  }

  private receive(heard: HeardFrame, thenMode: number): void {
    const base = this.r[0x0f]!
    this.r[0x10] = base
    this.r[0x13] = heard.bytes.length
    for (let i = 0; i < heard.bytes.length; i++) this.fifo[(base + i) & 0xff] = heard.bytes[i]!
    this.r[0x25] = (base + heard.bytes.length) & 0xff
    this.r[0x19] = Math.max(-128, Math.min(127, Math.round(heard.snrDb * 4)))
    // 5.5.5: dBm = -157 + value (+ SNR when it is negative), above 862 MHz; the 16/15 of strong signals is left out.
    this.r[0x1a] = Math.max(0, Math.min(255, Math.round(157 + heard.rssiDbm - Math.min(0, heard.snrDb))))
    this.finish(heard.crcWrong ? IRQ.rxDone | IRQ.payloadCrcError : IRQ.rxDone, thenMode)
  }

  private finish(flags: number, thenMode: number): void {
    this.pending = undefined
    this.onState(thenMode === STANDBY ? 'standby' : 'receiving', this.schedule.nowMicros())
    this.r[0x12]! |= flags & ~this.r[0x11]!
    this.r[0x01] = (this.r[0x01]! & ~7) | thenMode
    this.drive()
  }

  /** DIO0 is high as long as the flag it is mapped to is set. */
  private drive(): void {
    const high = (this.r[0x12]! & DIO0_FLAG[this.r[0x40]! >> 6]!) !== 0
    if (high === this.dio0) return
    this.dio0 = high
    this.onDio0(high)
  }
}
