/** What each command of the SX1262 does to its model. `sent` is the whole SPI frame, checked for length and mode; `answer` comes back with the status in
 *  every byte but the first, and is filled where a command answers more.
 *  Source: Semtech SX1261/2 datasheet DS.SX1261-2.W.APP rev. 2.2, 13. Times in microseconds. */
import { IRQ, MICROS, REGISTERS } from './sx1262Commands.ts'
import {
  calibrate,
  demand,
  frequencyOf,
  hex,
  imageBand,
  oscillatorMicros,
  powerOf,
  setTcxo,
  synchTimeout,
  XOSC_START,
} from './sx1262Setting.ts'
import type { Sx1262 } from './sx1262.ts'

type Handler = (chip: Sx1262, sent: readonly number[], atMicros: number, answer: Uint8Array) => void

const ROWS = new Map(REGISTERS.map((row) => [row.address, row]))
/** Flags that tell of a reception: who clears them unread loses a frame, or takes a broken one for a good one. */
const TELLING = IRQ.rxDone | IRQ.crcError | IRQ.timeout

const word = (sent: readonly number[], at: number): number => (sent[at]! << 8) | sent[at + 1]!
const steps = (sent: readonly number[], at: number): number => (sent[at]! << 16) | word(sent, at + 1)

function address(sent: readonly number[], offset: number): number {
  const at = word(sent, 1) + offset
  demand(ROWS.has(at), '12: a register of table 12-1', () => hex(at))
  return at
}

const writeRegister: Handler = (chip, sent) => {
  for (let i = 3; i < sent.length; i++) {
    const at = address(sent, i - 3)
    const row = ROWS.get(at)!
    const held = chip.told.r.get(at)!
    demand(
      ((held ^ sent[i]!) & ~row.writable) === 0,
      '15 and 12: only the bits that are meant, the others stay as they are read',
      () => `${hex(sent[i]!)} into ${row.name}, which holds ${hex(held)}`,
    )
    chip.told.r.set(at, sent[i]!)
    if (at === 0x0736) chip.told.polarityFixed = true
    if (at === 0x0902 && sent[i] === 0) chip.timerRuns = false
    if (at === 0x0944 && sent[i]! & 2) chip.timerEvent = false
  }
}

const setPacketType: Handler = ({ told }, sent) => {
  demand(sent[1] === 1, 'this model has LoRa only', () => `packet type ${sent[1]}`)
  // 13.4.2: the modem changes, and with it go its parameters.
  told.packetType = sent[1]
  told.modulation = told.packet = told.frequencyHz = undefined
  told.polarityFixed = false
  for (const at of [0x0706, 0x0740, 0x0741]) told.r.set(at, ROWS.get(at)!.reset)
}

function typed(chip: Sx1262, what: string): void {
  demand(chip.told.packetType !== undefined, '14.2 and 14.3: SetPacketType comes first', what)
}

/** Everything about a frame wants one, and wants its flags read first. */
function received(chip: Sx1262, what: string): readonly number[] {
  demand(chip.packet !== undefined, '14.3: a frame was received', `${what} without RxDone`)
  demand(chip.irqRead, '14.3: GetIrqStatus before the frame is read', what)
  return chip.packet!
}

const setStandby: Handler = (chip, sent, atMicros) => {
  demand(sent[1] === 0 || sent[1] === 1, '13.1.2: StdbyConfig is 0 or 1', () => `${sent[1]}`)
  const from = chip.mode
  demand(from !== 'tx', '13.1.4: a transmission ends by TxDone', 'SetStandby while sending')
  chip.stop()
  if (sent[1] === 1 && from === 'rc')
    chip.busyUntilMicros = atMicros + MICROS.toXosc + oscillatorMicros(chip.told, chip.wiring)
  chip.enter(sent[1] === 1 ? 'xosc' : 'rc', atMicros)
}

const setSleep: Handler = (chip, sent, atMicros) => {
  demand((sent[1]! & 0xfa) === 0, '13.1.1: sleepConfig has bits 2 and 0', () => hex(sent[1]!))
  chip.warm = (sent[1]! & 4) !== 0
  chip.sleptMicros = atMicros
  chip.loseBuffer()
  chip.enter('sleep', atMicros)
}

const setPaConfig: Handler = ({ told }, sent) => {
  told.pa = sent.slice(1)
  // 13.1.14: the protection follows; the power has to be said again.
  told.r.set(0x08e7, 0x38)
  told.powerDbm = undefined
}

const setTxParams: Handler = ({ told }, sent) => {
  demand(told.pa !== undefined, '14.2: SetPaConfig before SetTxParams', 'no PA configuration was set')
  demand(sent[2]! <= 7, '13.4.4: RampTime is 0 to 7', () => `${sent[2]}`)
  told.powerDbm = powerOf(sent[1]!)
}

const writeBuffer: Handler = ({ buffer, filled }, sent) => {
  for (let i = 2; i < sent.length; i++) {
    buffer[(sent[1]! + i - 2) & 0xff] = sent[i]!
    filled[(sent[1]! + i - 2) & 0xff] = 1
  }
}

const readBuffer: Handler = ({ buffer, filled }, sent, _at, answer) => {
  for (let i = 3; i < sent.length; i++) {
    const at = (sent[1]! + i - 3) & 0xff
    demand(filled[at] === 1, '13.2.4: something was written or received there', () => `byte ${at}`)
    answer[i] = buffer[at]!
  }
}

const setDioIrq: Handler = (chip, sent) => {
  demand(
    sent.slice(5).every((byte) => byte === 0),
    '8.5: no interrupt on DIO2 and DIO3, which switch antenna and oscillator',
    () => sent.join(' '),
  )
  chip.told.irqMask = word(sent, 1)
  chip.told.dio1Mask = word(sent, 3)
  chip.drive()
}

const clearIrq: Handler = (chip, sent) => {
  const cleared = chip.irq & word(sent, 1)
  demand(
    chip.irqRead || (cleared & TELLING) === 0,
    '13.3.3: GetIrqStatus before ClearIrqStatus',
    () => `${hex(cleared)} cleared unread`,
  )
  chip.irq &= ~cleared
  chip.drive()
}

function answerWord(answer: Uint8Array, value: number): void {
  answer[2] = value >> 8
  answer[3] = value & 0xff
}

export const HANDLERS: Record<string, Handler> = {
  SetSleep: setSleep,
  SetStandby: setStandby,
  SetTx: (chip, sent, atMicros) => chip.send(steps(sent, 1), atMicros),
  SetRx: (chip, sent, atMicros) => chip.listen(steps(sent, 1), atMicros),
  SetRegulatorMode: (_chip, sent) => demand(sent[1]! <= 1, '13.1.11: 0 or 1', () => `${sent[1]}`),
  Calibrate: (chip, sent, atMicros) => {
    calibrate(chip.told, chip.wiring, sent[1]!)
    if (chip.oscillatorDead) chip.told.errors |= XOSC_START
    chip.busyUntilMicros = atMicros + MICROS.calibrate + oscillatorMicros(chip.told, chip.wiring)
  },
  CalibrateImage: (chip, sent, atMicros) => {
    chip.told.imageMhz = imageBand(sent[1]!, sent[2]!)
    chip.busyUntilMicros = atMicros + MICROS.calibrate + oscillatorMicros(chip.told, chip.wiring)
  },
  SetPaConfig: setPaConfig,
  WriteRegister: writeRegister,
  ReadRegister: (chip, sent, _at, answer) => {
    for (let i = 4; i < sent.length; i++) answer[i] = chip.told.r.get(address(sent, i - 4))!
  },
  WriteBuffer: writeBuffer,
  ReadBuffer: readBuffer,
  SetDioIrqParams: setDioIrq,
  GetIrqStatus: (chip, _sent, _at, answer) => {
    chip.irqRead = true
    answerWord(answer, chip.irq)
  },
  ClearIrqStatus: clearIrq,
  SetDIO2AsRfSwitchCtrl: ({ told }, sent) => {
    told.dio2Switch = sent[1] === 1
  },
  SetDIO3AsTcxoCtrl: ({ told, wiring }, sent) => setTcxo(told, wiring, sent[1]!, steps(sent, 2)),
  SetRfFrequency: (chip, sent) => {
    typed(chip, 'SetRfFrequency')
    chip.told.frequencyHz = frequencyOf(sent.slice(1))
  },
  SetPacketType: setPacketType,
  SetTxParams: setTxParams,
  SetModulationParams: (chip, sent) => {
    typed(chip, 'SetModulationParams')
    chip.told.modulation = sent.slice(1)
  },
  SetPacketParams: (chip, sent) => {
    typed(chip, 'SetPacketParams')
    chip.told.packet = sent.slice(1)
    chip.told.polarityFixed = false
  },
  SetBufferBaseAddress: ({ told }, sent) => {
    told.txBase = sent[1]!
    told.rxBase = sent[2]!
  },
  SetLoRaSymbNumTimeout: (chip, sent) => {
    typed(chip, 'SetLoRaSymbNumTimeout')
    chip.told.r.set(0x0706, synchTimeout(sent[1]!))
  },
  GetStatus: () => undefined,
  GetRxBufferStatus: (chip, _sent, _at, answer) => answer.set(received(chip, 'its length').slice(0, 2), 2),
  GetPacketStatus: (chip, _sent, _at, answer) => answer.set(received(chip, 'its strength').slice(2), 2),
  GetDeviceErrors: (chip, _sent, _at, answer) => answerWord(answer, chip.told.errors),
  ClearDeviceErrors: ({ told }) => {
    told.errors = 0
  },
}
