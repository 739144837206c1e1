/** Every misuse that the model of the SX1262 must refuse, by the section of the datasheet. */
import { describe, expect, test } from 'vitest'
import { ChipMisuse } from '../../../sim/chips/misuse.ts'
import { FRAME } from './radioBench.ts'
import {
  bench,
  configure,
  fill,
  listen,
  prepareListening,
  send,
  STEPS,
  TCXO_AND_SWITCH,
  type Bench,
  type Step,
} from './sx1262Bench.ts'

type Misuse = [what: string, rule: RegExp, lead: (b: Bench) => unknown]

/** From a configured chip in standby. */
const CONFIGURED: Misuse[] = [
  ['a command while BUSY is high', /8\.3\.1/, (b) => (b.say(0x89, 0x7f), b.at(b.now() + 8_400, 0x80, 0))],
  ['a read while BUSY is high', /8\.3\.1/, (b) => (b.say(0x80, 1), b.at(b.now() + 5_030, 0x12, 0, 0, 0))],
  ['a command in sleep', /8\.2\.2/, (b) => (b.say(0x84, 0), b.at(b.now() + 5_000, 0x80, 0))],
  ['sending in sleep', /8\.2\.2/, (b) => (b.say(0x84, 4), b.at(b.now() + 5_000, 0x83, 0, 0, 0))],
  ['the buffer read in sleep', /lost in sleep/, (b) => (b.say(0x84, 4), b.at(b.now() + 900, 0x1e, 0, 0, 0))],
  ['the buffer written in sleep', /lost in sleep/, (b) => (b.say(0x84, 4), b.at(b.now() + 900, 0x0e, 0, 1))],
  ['waking right after SetSleep', /500 us/, (b) => (b.say(0x84, 4), b.at(b.now() + 499, 0xc0, 0))],
  [
    'a command while it wakes',
    /8\.3\.1/,
    (b) => (b.say(0x84, 4), b.at(b.now() + 600, 0xc0, 0), b.at(b.now() + 939, 0x80, 0)),
  ],
  [
    'sending after a sleep that kept nothing',
    /SetPacketType/,
    (b) => (b.say(0x84, 0), b.at(b.now() + 600, 0xc0, 0), send(b)),
  ],
  [
    'sending what sleep has lost from the buffer',
    /in the buffer/,
    (b) => (fill(b), b.say(0x84, 4), b.at(b.now() + 600, 0xc0, 0), send(b)),
  ],
  ['sleep while sending', /SetSleep in tx/, (b) => (fill(b), send(b), b.say(0x84, 0))],
  ['standby while sending', /TxDone/, (b) => (fill(b), send(b), b.say(0x80, 0))],
  ['sleep while listening', /SetSleep in rx/, (b) => (prepareListening(b), listen(b), b.say(0x84, 0))],
  ['a setting while sending', /in tx/, (b) => (fill(b), send(b), b.say(...STEPS.modulation))],
  ['a setting while listening', /in rx/, (b) => (prepareListening(b), listen(b), b.say(...STEPS.frequency))],
  ['calibration outside STDBY_RC', /Calibrate in xosc/, (b) => (b.say(0x80, 1), b.say(0x89, 0x7f))],
  [
    'image calibration outside STDBY_RC',
    /CalibrateImage in xosc/,
    (b) => (b.say(0x80, 1), b.say(...STEPS.image)),
  ],
  ['DIO3 outside STDBY_RC', /SetDIO3AsTcxoCtrl in xosc/, (b) => (b.say(0x80, 1), b.say(...STEPS.tcxo))],
  ['an image band of its own making', /table 9-2/, (b) => b.say(0x98, 0xe0, 0xe9)],
  ['more than was filled', /in the buffer/, (b) => (fill(b, FRAME.subarray(1)), send(b))],
  [
    'sending nothing',
    /PayloadLength/,
    (b) => (b.say(0x8c, 0, 8, 0, 0, 1, 0), b.say(...STEPS.errata4), send(b)),
  ],
  ['a short preamble', /preamble/, (b) => (b.say(0x8c, 0, 5, 0, 23, 1, 0), b.say(...STEPS.errata4), send(b))],
  ['SetTx with a timeout', /without a timeout/, (b) => (fill(b), b.say(0x83, 0, 0, 1))],
  [
    '15.4 set before SetPacketParams',
    /15\.4/,
    (b) => (b.say(0x0d, 0x07, 0x36, 0x09), b.say(0x8c, 0, 8, 0, 255, 0, 1), b.say(0xa0, 8), listen(b)),
  ],
  [
    'listening inverted with the polarity of sending',
    /15\.4/,
    (b) => (b.say(0x8c, 0, 8, 0, 255, 0, 1), b.say(0x0d, 0x07, 0x36, 0x0d), b.say(0xa0, 8), listen(b)),
  ],
  ['15.4 with the other bits forgotten', /stay as they are/, (b) => b.say(0x0d, 0x07, 0x36, 0x04)],
  ['15.2 with the other bits forgotten', /stay as they are/, (b) => b.say(0x0d, 0x08, 0xd8, 0x1e)],
  ['a sync word with the low halves changed', /stay as they are/, (b) => b.say(0x0d, 0x07, 0x40, 0x30, 0x40)],
  ['a register that is not there', /table 12-1/, (b) => b.say(0x0d, 0x01, 0x23, 0)],
  ['a read past a register that is there', /table 12-1/, (b) => b.say(0x1d, 0x08, 0x89, 0, 0, 0)],
  ['what is no byte', /bytes/, (b) => b.say(0x8e, -9, 4)],
  ['an opcode that is not there', /opcode/, (b) => b.say(0x55, 0)],
  ['CAD, which is not modelled', /no CAD/, (b) => b.say(0xc5)],
  ['FSK, which is not modelled', /LoRa only/, (b) => b.say(0x8a, 0)],
  [
    'listening with the flag that DIO1 shows still up',
    /no edge/,
    (b) => {
      fill(b)
      b.chip.raise(1)
      listen(b)
    },
  ],
  [
    'listening with DIO1 on TxDone only',
    /13\.3\.1/,
    (b) => {
      b.say(0x08, 0x02, 0x53, 0, 1, 0, 0, 0, 0)
      prepareListening(b)
      listen(b)
    },
  ],
  [
    'an end that the mask hides from DIO1',
    /13\.3\.1/,
    (b) => {
      b.say(0x08, 0, 0x02, 0x02, 0x03, 0, 0, 0, 0)
      fill(b)
      send(b)
    },
  ],
  ['an interrupt on DIO2', /DIO2 and DIO3/, (b) => b.say(0x08, 0, 1, 0, 1, 0, 1, 0, 0)],
  ['a frame that never came: its length', /was received/, (b) => b.say(0x13, 0, 0, 0)],
  ['a frame that never came: its strength', /was received/, (b) => b.say(0x14, 0, 0, 0, 0)],
  ['a frame that never came: its bytes', /13\.2\.4/, (b) => b.say(0x1e, 100, 0, 0)],
  ['+23 dBm', /13\.4\.4/, (b) => b.say(0x8e, 23, 4)],
  ['-10 dBm', /13\.4\.4/, (b) => b.say(0x8e, 0xf6, 4)],
  ['a ramp that is not there', /RampTime/, (b) => b.say(0x8e, 14, 8)],
  ['a power that SetPaConfig has made void', /SetTxParams/, (b) => (b.say(...STEPS.pa), fill(b), send(b))],
  [
    'continuous reception with a symbol timeout',
    /13\.4\.9/,
    (b) => (prepareListening(b), b.say(0x82, 255, 255, 255)),
  ],
  ['a standby that is not there', /StdbyConfig/, (b) => b.say(0x80, 2)],
  ['a sleep that is not there', /sleepConfig/, (b) => b.say(0x84, 2)],
  ['a regulator that is not there', /13\.1\.11/, (b) => b.say(0x96, 2)],
  ['SPI in reset', /no SPI in reset/, (b) => (b.chip.resetPin(false, b.now()), b.say(0x80, 0))],
  [
    'SPI right after reset',
    /8\.3\.1/,
    (b) => {
      b.chip.resetPin(false, b.now())
      b.chip.resetPin(true, b.now() + 200)
      b.at(b.now() + 3_699, 0x80, 0)
    },
  ],
  [
    'a reset of 50 us',
    /100 us/,
    (b) => (b.chip.resetPin(false, b.now()), b.chip.resetPin(true, b.now() + 50)),
  ],
  ['SF12 without LowDataRateOptimize', /16 ms/, (b) => (b.say(0x8b, 12, 4, 1, 0), fill(b), send(b))],
  ['SF4', /13\.4\.5/, (b) => (b.say(0x8b, 4, 4, 1, 0), fill(b), send(b))],
  ['a bandwidth that is not there', /13\.4\.5/, (b) => (b.say(0x8b, 7, 7, 1, 0), fill(b), send(b))],
  ['a coding rate of 4/4', /13\.4\.5/, (b) => (b.say(0x8b, 7, 4, 0, 0), fill(b), send(b))],
  ['500 kHz with the 0x0889 of the others', /15\.1/, (b) => (b.say(0x8b, 7, 6, 1, 0), fill(b), send(b))],
]

/** Sending, with one step of the preparation left out or wrong. */
const MISSING: [Step, readonly number[] | undefined, RegExp][] = [
  ['tcxo', undefined, /needs SetDIO3AsTcxoCtrl/],
  ['tcxo', [0x97, 0x07, 0, 1, 0x40], /1800 mV/],
  ['tcxo', [0x97, 0x02, 0, 0, 0x40], /within the delay/],
  ['clearErrors', undefined, /ClearDeviceErrors/],
  ['calibrate', undefined, /never calibrated/],
  ['calibrate', [0x89, 0x3f], /never calibrated/],
  ['image', [0x98, 0xd7, 0xdb], /band in use/],
  ['dio2', undefined, /antenna switch/],
  ['type', undefined, /SetPacketType comes first/],
  ['frequency', undefined, /SetRfFrequency/],
  ['frequency', [0x86, 0x36, 0x41, 0x99, 0x99], /band in use/],
  ['pa', undefined, /SetPaConfig/],
  ['pa', [0x95, 2, 2, 0, 1], /table 13-21/],
  ['pa', [0x95, 4, 7, 1, 1], /table 13-21/],
  ['power', undefined, /SetTxParams/],
  ['modulation', undefined, /SetModulationParams/],
  ['packet', undefined, /SetPacketParams/],
  ['dio1', undefined, /13\.3\.1/],
  ['errata1', undefined, /15\.1/],
  ['errata2', undefined, /15\.2/],
  ['errata4', undefined, /15\.4/],
]

/** Every command that is not of free length, one byte short and one too long. */
const LENGTHS: [string, readonly number[]][] = [
  ['SetSleep', [0x84, 0]],
  ['SetStandby', [0x80, 0]],
  ['SetTx', [0x83, 0, 0, 0]],
  ['SetRx', [0x82, 0, 0, 0]],
  ['SetRegulatorMode', [0x96, 1]],
  ['GetIrqStatus', [0x12, 0, 0, 0]],
  ['ClearIrqStatus', [0x02, 0, 0]],
  ['GetStatus', [0xc0, 0]],
  ['GetRxBufferStatus', [0x13, 0, 0, 0]],
  ['GetPacketStatus', [0x14, 0, 0, 0, 0]],
  ['GetDeviceErrors', [0x17, 0, 0, 0]],
  ['SetLoRaSymbNumTimeout', [0xa0, 8]],
  ...(
    [
      'tcxo',
      'clearErrors',
      'calibrate',
      'image',
      'dio2',
      'type',
      'frequency',
      'pa',
      'power',
      'bases',
      'dio1',
    ] as const
  ).map((step): [string, readonly number[]] => [step, STEPS[step]]),
]

function refused(lead: () => unknown, rule: RegExp): void {
  expect(lead).toThrow(rule)
}

describe('SX1262: what it refuses', () => {
  test.each(CONFIGURED)('%s', (_what, rule, lead) => {
    const b = bench()
    configure(b)
    expect(() => lead(b)).toThrow(ChipMisuse)
    const again = bench()
    configure(again)
    refused(() => lead(again), rule)
  })

  test.each(MISSING)('sending with the step %s %j', (step, said, rule) => {
    refused(() => {
      const b = bench()
      configure(b, { [step]: said })
      fill(b)
      send(b)
    }, rule)
  })

  test.each(LENGTHS)('%s too short and too long', (_name, said) => {
    for (const bytes of [said.slice(0, -1), [...said, 0]]) {
      if (bytes.length < 1) continue
      const b = bench()
      configure(b)
      refused(() => b.say(...bytes), /all parameters/)
    }
  })

  test('SetModulationParams and SetPacketParams too short', () => {
    for (const said of [STEPS.modulation, STEPS.packet]) {
      const b = bench()
      configure(b)
      refused(() => b.say(...said.slice(0, -1)), /all parameters/)
    }
  })

  test('flags of a reception cleared before they are read, and a frame read before them', async () => {
    const heard = { bytes: FRAME, headerMicros: 170_000, endMicros: 400_000, rssiDbm: -110, snrDb: 5 }
    const hearing = async (): Promise<Bench> => {
      const b = bench()
      configure(b)
      prepareListening(b)
      b.air.heard = heard
      listen(b)
      await b.clock.run(1000)
      return b
    }
    const first = await hearing()
    refused(() => first.say(0x02, 0xff, 0xff), /GetIrqStatus before ClearIrqStatus/)
    const second = await hearing()
    refused(() => second.say(0x13, 0, 0, 0), /GetIrqStatus before the frame/)
    second.irq()
    expect(second.say(0x13, 0, 0, 0)[2]).toBe(23)
    second.say(0x02, 0xff, 0xff)
  })

  test.each([
    ['nothing', []],
    ['the timer only', [[0x0d, 0x09, 0x02, 0]]],
    ['the event only', [[0x0d, 0x09, 0x44, 2]]],
  ] as const)('15.3: sending after a reception with a timeout, and of its steps %s', async (_what, steps) => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.say(0x82, 0, 0x10, 0)
    await b.clock.run(1000)
    b.irq()
    b.say(0x02, 0xff, 0xff)
    for (const step of steps) b.say(...step)
    refused(() => listen(b), /15\.3/)
  })

  test('sending while TxDone still stands: no edge would come', async () => {
    const b = bench()
    configure(b)
    fill(b)
    send(b)
    await b.clock.run(1000)
    refused(() => send(b), /no edge/)
  })

  test('DIO3 and DIO2 on a board that has neither', () => {
    const wiring = { ...TCXO_AND_SWITCH, tcxoMillivolts: 0, dio2Switch: false }
    refused(() => configure(bench(wiring)), /with a crystal/)
    refused(() => {
      const b = bench(wiring)
      configure(b, { tcxo: undefined })
      fill(b)
      send(b)
    }, /antenna switch/)
  })
})
