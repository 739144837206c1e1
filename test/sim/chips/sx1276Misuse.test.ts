/** Every misuse that the model of the SX1276 must refuse, by the rule of the datasheet. */
import { describe, expect, test } from 'vitest'
import { ChipMisuse } from '../../../sim/chips/misuse.ts'
import { bench, configure, fill, prepareListening, type Bench } from './sx1276Bench.ts'

/** What must be refused: name, part of the rule, and what leads there from a configured chip in standby. */
const MISUSES: [string, RegExp, (b: Bench) => void][] = [
  ['LoRa chosen outside sleep', /LongRangeMode/, (b) => b.write(0x01, 0x01)],
  ['the FIFO in sleep', /sleep/, (b) => (b.write(0x01, 0x80), b.read(0x00))],
  ['filling the FIFO in sleep', /sleep/, (b) => (b.write(0x01, 0x80), b.write(0x00, 1))],
  ['sending from sleep', /FIFO is empty/, (b) => (fill(b), b.write(0x01, 0x80), b.write(0x01, 0x83))],
  [
    'sending what sleep has cleared',
    /is in the FIFO/,
    (b) => (fill(b), b.write(0x01, 0x80), b.write(0x01, 0x81), b.write(0x01, 0x83)),
  ],
  [
    'sending more than was filled',
    /is in the FIFO/,
    (b) => (fill(b), b.write(0x22, 24), b.write(0x01, 0x83)),
  ],
  ['sending nothing', /RegPayloadLength/, (b) => (b.write(0x22, 0), b.write(0x01, 0x83))],
  [
    'configuring while sending',
    /sleep or standby/,
    (b) => (fill(b), b.write(0x01, 0x83), b.write(0x1e, 0x74)),
  ],
  ['leaving a transmission', /TxDone/, (b) => (fill(b), b.write(0x01, 0x83), b.write(0x01, 0x81))],
  [
    'a frequency while listening',
    /sleep or standby/,
    (b) => (prepareListening(b), b.write(0x01, 0x86), b.write(0x06, 0xe6)),
  ],
  [
    'listening without errata 2.3',
    /errata 2.3/,
    (b) => (prepareListening(b), b.write(0x31, 0xc3), b.write(0x01, 0x86)),
  ],
  [
    'listening with the wrong intermediate frequency',
    /errata 2.3/,
    (b) => (prepareListening(b), b.write(0x2f, 0x20), b.write(0x01, 0x86)),
  ],
  [
    'IQ registers that disagree',
    /RegInvertIQ2/,
    (b) => (prepareListening(b), b.write(0x3b, 0x1d), b.write(0x01, 0x86)),
  ],
  [
    'sending with IQ registers that disagree',
    /RegInvertIQ2/,
    (b) => (fill(b), b.write(0x3b, 0x19), b.write(0x01, 0x83)),
  ],
  ['SF12 without LowDataRateOptimize', /16 ms/, (b) => (fill(b), b.write(0x1e, 0xc4), b.write(0x01, 0x83))],
  [
    'SF11 listening without LowDataRateOptimize',
    /16 ms/,
    (b) => (prepareListening(b), b.write(0x1e, 0xb0), b.write(0x01, 0x86)),
  ],
  ['SF5', /6 to 12/, (b) => (fill(b), b.write(0x1e, 0x54), b.write(0x01, 0x83))],
  ['SF6 with a header', /implicit/, (b) => (fill(b), b.write(0x1e, 0x64), b.write(0x01, 0x83))],
  ['a coding rate of 4/4', /CodingRate/, (b) => (fill(b), b.write(0x1d, 0x70), b.write(0x01, 0x83))],
  ['a preamble of 5', /preamble/, (b) => (fill(b), b.write(0x20, 0, 5), b.write(0x01, 0x83))],
  [
    'a window of 3 symbols',
    /SymbTimeout/,
    (b) => (prepareListening(b), b.write(0x1f, 3), b.write(0x01, 0x86)),
  ],
  ['the amplifier that is not wired', /PA_BOOST/, (b) => (fill(b), b.write(0x09, 0x7e), b.write(0x01, 0x83))],
  [
    '+20 dBm against the overload protection',
    /120 mA/,
    (b) => (fill(b), b.write(0x09, 0x8f), b.write(0x4d, 0x87), b.write(0x01, 0x83)),
  ],
  ['a write to a read-only register', /read only/, (b) => b.write(0x13, 1)],
  ['a write to a reserved register', /reserved/, (b) => b.write(0x50, 1)],
  ['an address and nothing else', /at least one byte/, (b) => b.chip.transfer([0x01], 0)],
  ['SPI in reset', /no SPI in reset/, (b) => (b.chip.resetPin(false, 0), b.read(0x42))],
  [
    'SPI right after reset',
    /5 ms/,
    (b) => (b.chip.resetPin(false, 0), b.chip.resetPin(true, 200), b.read(0x42)),
  ],
  ['a reset of 50 us', /100 us/, (b) => (b.chip.resetPin(false, 0), b.chip.resetPin(true, 50))],
  ['channel activity detection, which is not modelled', /no CAD/, (b) => b.write(0x01, 0x87)],
]

describe('SX1276: what it refuses', () => {
  for (const [what, rule, misuse] of MISUSES)
    test(what, () => {
      const b = bench()
      configure(b)
      expect(() => misuse(b)).toThrow(ChipMisuse)
      const again = bench()
      configure(again)
      expect(() => misuse(again)).toThrow(rule)
    })

  test('sending while TxDone still stands: no edge would come', async () => {
    const b = bench()
    configure(b)
    fill(b)
    b.write(0x01, 0x83)
    await b.clock.run(1000)
    fill(b)
    expect(() => b.write(0x01, 0x83)).toThrow(/TxDone cleared/)
  })

  test('LoRa registers on the FSK page', () => {
    const { write } = bench()
    expect(() => write(0x1d, 0x72)).toThrow(/LoRa page/)
  })
})
