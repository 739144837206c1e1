/** SX1262 with LoRa: what comes back over SPI, what BUSY and DIO1 do, and when. Refuses what the datasheet forbids.
 *  Source: Semtech SX1261/2 datasheet DS.SX1261-2.W.APP rev. 2.2: 8 (reset, SPI, BUSY and its times in table 8-2, interrupts), 9 (modes), 10 (status),
 *  13 (commands), 15.3. What it has been told is sx1262Setting.ts. Times in microseconds. Written without a look at the firmware's driver. */
import type { Event, Schedule } from '../clock.ts'
import { sendingAt } from '../currents.ts'
import type { Tell } from '../ledger.ts'
import { listenOn, type Ether, type HeardFrame } from './ether.ts'
import { airMicros, symbolMicros, type LoraSetting } from './lora.ts'
import { COMMANDS, IRQ, MICROS, MODE_BITS, type Mode } from './sx1262Commands.ts'
import { HANDLERS } from './sx1262Handlers.ts'
import {
  demand,
  fresh,
  hex,
  listenSetting,
  oscillatorMicros,
  packetStatus,
  sendSetting,
  STEP_MICROS,
  symbolTimeout,
  type Sx1262Wiring,
  type Told,
} from './sx1262Setting.ts'

const ROWS = new Map(COMMANDS.map((row) => [row.opcode, row]))
const CONTINUOUS = 0xffffff
const READS_BUFFER = [0x0e, 0x1e]
const GET_STATUS = 0xc0

export class Sx1262 {
  told: Told
  mode: Mode = 'rc'
  readonly buffer = new Uint8Array(256)
  /** Bytes of the buffer that hold something since it was last lost. */
  readonly filled = new Uint8Array(256)
  irq = 0
  /** GetIrqStatus has been sent since the last reception began. */
  irqRead = false
  /** Of the last frame: length, start, then the three bytes of GetPacketStatus. */
  packet: readonly number[] | undefined
  /** 15.3: the timer of a reception may still run, and its event may stand. */
  timerRuns = false
  timerEvent = false
  /** A retaining sleep. */
  warm = false
  busyUntilMicros = 0
  sleptMicros = 0
  /** A fault: the oscillator never starts. */
  oscillatorDead = false
  /** Hears in which state of sim/currents.ts it is. */
  onState: Tell = () => undefined
  private resetLowSince: number | undefined
  private pending: Event | undefined
  private unwatch: (() => void) | undefined
  private dio1 = false

  constructor(
    private readonly schedule: Schedule,
    private readonly ether: Ether,
    readonly wiring: Sx1262Wiring,
    private readonly onDio1: (high: boolean) => void = () => undefined,
  ) {
    this.told = fresh(wiring)
    this.busyUntilMicros = schedule.nowMicros() + MICROS.coldStart
  }

  /** High in reset and sleep, while it starts, and while a command is at work (8.3.1). */
  busyHigh(atMicros: number): boolean {
    return this.resetLowSince !== undefined || this.mode === 'sleep' || atMicros < this.busyUntilMicros
  }

  /** NRESET: low for 100 us, then the chip starts and calibrates (8.1, 9.1). */
  resetPin(high: boolean, atMicros: number): void {
    if (!high) {
      this.resetLowSince ??= atMicros
      return
    }
    if (this.resetLowSince === undefined) return
    const lowMicros = atMicros - this.resetLowSince
    demand(lowMicros >= MICROS.resetLow, '8.1: NRESET low for 100 us', () => `${lowMicros} us`)
    this.power(atMicros)
  }

  /** The supply comes back after it was gone: everything is as new. */
  power(atMicros: number): void {
    this.resetLowSince = undefined
    this.toReset()
    this.enter('rc', atMicros)
    this.busyUntilMicros = atMicros + MICROS.coldStart
  }

  /** One SPI frame: an opcode and its parameters (10.1). */
  transfer(bytes: ArrayLike<number>, atMicros: number): Uint8Array {
    const sent = Array.from(bytes)
    const opcode = sent[0]!
    demand(
      sent.every((byte) => byte === (byte & 0xff)),
      '10.1: bytes',
      () => sent.join(' '),
    )
    demand(this.resetLowSince === undefined, '8.4: no SPI in reset', 'transfer while NRESET is low')
    if (this.mode === 'sleep') return this.wake(sent, atMicros)
    const row = ROWS.get(opcode)
    demand(
      atMicros >= this.busyUntilMicros,
      '8.3.1: no command while BUSY is high',
      () => `${row?.name ?? hex(opcode)} ${Math.ceil(this.busyUntilMicros - atMicros)} us too early`,
    )
    demand(row !== undefined, '11: an opcode of this model (no FSK, no CAD)', () => hex(opcode))
    const { name, bytesMin, bytesMax, mode } = row!
    demand(
      sent.length >= bytesMin && sent.length <= bytesMax,
      '10.2 and 13: all parameters, and no more',
      () => `${name} with ${sent.length} bytes, it has ${bytesMin} to ${bytesMax}`,
    )
    const standby = this.mode === 'rc' || this.mode === 'xosc'
    demand(
      mode === 'awake' || (mode === 'rc' ? this.mode === 'rc' : standby),
      'the mode a command wants',
      () => `${name} in ${this.mode}`,
    )
    const answer = new Uint8Array(sent.length).fill(MODE_BITS[this.mode] << 4)
    answer[0] = 0
    this.busyUntilMicros = name.startsWith('Get') || name.startsWith('Read') ? 0 : atMicros + MICROS.command
    HANDLERS[name]!(this, sent, atMicros, answer)
    return answer
  }

  /** 8.2.2: a falling NSS wakes the chip; what is sent with it is lost. */
  private wake(sent: readonly number[], atMicros: number): Uint8Array {
    const opcode = sent[0]!
    demand(!READS_BUFFER.includes(opcode), '9.3: the data buffer is lost in sleep', () => hex(opcode))
    demand(
      opcode === GET_STATUS,
      '8.2.2: asleep; NSS wakes the chip (send GetStatus), and it starts before it takes a command',
      () => `${ROWS.get(opcode)?.name ?? hex(opcode)} is lost`,
    )
    demand(
      atMicros >= this.sleptMicros + MICROS.deaf,
      '13.1.1: 500 us after SetSleep',
      () => `${this.sleptMicros + MICROS.deaf - atMicros} us too early`,
    )
    if (!this.warm) this.toReset()
    this.enter('rc', atMicros)
    this.busyUntilMicros = atMicros + (this.warm ? MICROS.warmStart : MICROS.coldStart)
    return new Uint8Array(sent.length)
  }

  private toReset(): void {
    this.stop()
    this.told = fresh(this.wiring)
    this.loseBuffer()
    this.irq = 0
    this.irqRead = this.timerRuns = this.timerEvent = this.warm = false
    this.drive()
  }

  loseBuffer(): void {
    this.buffer.fill(0)
    this.filled.fill(0)
    this.packet = undefined
  }

  /** Ends what is being sent or listened for. */
  stop(): void {
    if (this.pending) this.schedule.cancel(this.pending)
    this.unwatch?.()
    this.pending = this.unwatch = undefined
  }

  enter(mode: Mode, atMicros: number): void {
    this.mode = mode
    if (mode === 'rc' || mode === 'xosc') this.onState('standby', atMicros)
    else if (mode === 'sleep') this.onState('sleep', atMicros)
  }

  /** From either standby to sending or receiving. */
  private delayMicros(table: { readonly rc: number; readonly xosc: number }): number {
    return this.mode === 'xosc' ? table.xosc : table.rc + oscillatorMicros(this.told, this.wiring)
  }

  private begin(done: number, atMicros: number): void {
    const { told } = this
    const shown = told.irqMask & told.dio1Mask
    demand((shown & done) === done, '13.3.1: DIO1 shows the end', () => `DIO1 shows ${hex(shown)}`)
    demand(
      (this.irq & shown) === 0,
      '13.3.4: flags cleared before',
      () => `${hex(this.irq)}: no edge of DIO1`,
    )
    demand(
      !this.timerRuns && !this.timerEvent,
      '15.3: after a reception with a timeout, 0x0902 is 0 and bit 1 of 0x0944 is set',
      'the timer of the last reception may strike',
    )
    this.onState('synthesizer', atMicros)
  }

  send(timeoutSteps: number, atMicros: number): void {
    const { setting, powerDbm } = sendSetting(this.told, this.wiring)
    demand(timeoutSteps === 0, 'this model sends without a timeout', () => `${timeoutSteps} steps`)
    this.begin(IRQ.txDone, atMicros)
    const length = this.told.packet![3]!
    demand(length > 0, '13.4.6: PayloadLength is 1 or more', 'length 0')
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      const at = (this.told.txBase + i) & 0xff
      demand(this.filled[at] === 1, '13.2.3: all of the frame is in the buffer', () => `byte ${i} is not`)
      bytes[i] = this.buffer[at]!
    }
    const startMicros = Math.round(atMicros + this.delayMicros(MICROS.toTx))
    const endMicros = startMicros + airMicros(setting, length)
    this.busyUntilMicros = startMicros
    this.mode = 'tx'
    this.onState(sendingAt(powerDbm), startMicros)
    this.ether.transmit({ setting, powerDbm, bytes, startMicros, endMicros })
    this.pending = this.schedule.at(endMicros, () => this.finish(IRQ.txDone, 'rc'))
  }

  listen(timeoutSteps: number, atMicros: number): void {
    const setting = listenSetting(this.told, this.wiring)
    this.begin(IRQ.rxDone | IRQ.timeout, atMicros)
    this.irqRead = false
    this.packet = undefined
    const openMicros = Math.round(atMicros + this.delayMicros(MICROS.toRx))
    this.busyUntilMicros = openMicros
    this.mode = 'rx'
    this.onState('receiving', openMicros)
    const symbols = symbolTimeout(this.told.r.get(0x0706)!)
    const timer = timeoutSteps !== 0 && timeoutSteps !== CONTINUOUS
    this.timerRuns = this.timerEvent = timer
    demand(
      timeoutSteps !== CONTINUOUS || symbols === 0,
      '13.4.9: continuous reception has no symbol timeout',
      () => `${symbols} symbols`,
    )
    const symbolEnd = symbols * symbolMicros(setting.spreadingFactor, setting.bandwidthHz)
    const ends = [symbolEnd, timer ? timeoutSteps * STEP_MICROS : 0].filter((micros) => micros > 0)
    if (ends.length === 0)
      return this.listenOn(setting, openMicros, timeoutSteps === CONTINUOUS ? 'rx' : 'rc')
    const closeMicros = openMicros + Math.ceil(Math.min(...ends))
    this.pending = this.schedule.at(closeMicros, () => {
      const heard = this.ether.detect(setting, openMicros, closeMicros)
      if (heard) this.follow(heard, 'rc')
      else this.finish(IRQ.timeout, 'rc')
    })
  }

  private listenOn(setting: LoraSetting, openMicros: number, then: Mode): void {
    const wait = (look: Event): void => void (this.pending = look)
    const found = (heard: HeardFrame): void => this.follow(heard, then)
    this.unwatch = listenOn(this.schedule, this.ether, setting, openMicros, wait, found)
  }

  /** A preamble was found: its header comes, then the rest. */
  private follow(heard: HeardFrame, then: Mode): void {
    this.raise(IRQ.preamble)
    this.pending = this.schedule.at(heard.headerMicros, () => {
      this.raise(IRQ.headerValid)
      this.pending = this.schedule.at(heard.endMicros, () => this.receive(heard, then))
    })
  }

  private receive(heard: HeardFrame, then: Mode): void {
    const { bytes, rssiDbm, snrDb } = heard
    const base = this.told.rxBase
    bytes.forEach((byte, i) => {
      this.buffer[(base + i) & 0xff] = byte
      this.filled[(base + i) & 0xff] = 1
    })
    this.packet = [bytes.length, base, ...packetStatus(rssiDbm, snrDb)]
    this.finish(heard.crcWrong ? IRQ.rxDone | IRQ.crcError : IRQ.rxDone, then)
  }

  private finish(flags: number, then: Mode): void {
    this.pending = undefined
    this.enter(then, this.schedule.nowMicros())
    this.raise(flags)
  }

  raise(flags: number): void {
    this.irq |= flags & this.told.irqMask
    this.drive()
  }

  /** DIO1 is high as long as a flag that it shows is set. */
  drive(): void {
    const high = (this.irq & this.told.dio1Mask) !== 0
    if (high === this.dio1) return
    this.dio1 = high
    this.onDio1(high)
  }
}
