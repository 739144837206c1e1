/** The model of the SX1276 against the datasheet: sequences that work, and every misuse it must refuse. */
import { describe, expect, test } from 'vitest'
import type { Ether, HeardFrame, SentFrame } from '../../../sim/chips/ether.ts'
import { ChipMisuse } from '../../../sim/chips/misuse.ts'
import { Sx1276 } from '../../../sim/chips/sx1276.ts'
import { VirtualClock } from '../../../sim/clock.ts'

const FRAME = Uint8Array.from({ length: 23 }, (_, i) => i)

/** A chip with a notebook for an ether; `write` and `read` speak to it as a driver does. */
function bench() {
  const clock = new VirtualClock(0)
  const sent: SentFrame[] = []
  const edges: [boolean, number][] = []
  const air: { heard?: HeardFrame; asked: [number, number][]; watchers: Set<() => void> } = {
    asked: [],
    watchers: new Set(),
  }
  const ether: Ether = {
    transmit: (frame) => sent.push(frame),
    detect: (_setting, from, to) => {
      air.asked.push([from, to])
      return air.heard
    },
    watch: (run) => {
      air.watchers.add(run)
      return () => air.watchers.delete(run)
    },
  }
  const chip = new Sx1276(clock, ether, (high) => edges.push([high, clock.nowMicros()]))
  const write = (address: number, ...values: number[]): void => {
    chip.transfer([address | 0x80, ...values], clock.nowMicros())
  }
  const read = (address: number, count = 1): number[] => [
    ...chip.transfer([address, ...new Array<number>(count).fill(0)], clock.nowMicros()).subarray(1),
  ]
  return { clock, chip, sent, edges, air, write, read }
}

type Bench = ReturnType<typeof bench>

/** Sleep, LoRa, 921.4 MHz, SF10, 125 kHz, CRC, public sync word, 16 dBm, then standby. */
function configure({ write }: Bench): void {
  write(0x01, 0x00)
  write(0x01, 0x80)
  const frf = Math.round((921_400_000 * 2 ** 19) / 32e6)
  write(0x06, frf >> 16, (frf >> 8) & 0xff, frf & 0xff)
  write(0x09, 0x80 | 14)
  write(0x0e, 0, 0)
  write(0x1d, 0x72, 0xa4, 7)
  write(0x26, 0x04)
  write(0x39, 0x34)
  write(0x01, 0x81)
}

function fill({ write }: Bench, frame = FRAME): void {
  write(0x0d, 0)
  write(0x00, ...frame)
  write(0x22, frame.length)
}

function prepareListening({ write }: Bench): void {
  write(0x1e, 0xa0)
  write(0x31, 0x43)
  write(0x2f, 0x40, 0x00)
  write(0x33, 0x67)
  write(0x3b, 0x19)
}

describe('SX1276: what works', () => {
  test('wakes in FSK standby and says its version', () => {
    const { read } = bench()
    expect(read(0x01)).toEqual([0x09])
    expect(read(0x42)).toEqual([0x12])
  })

  test('sends what stands in the FIFO for exactly its time on air, then rests in standby with TxDone on DIO0', async () => {
    const b = bench()
    configure(b)
    fill(b)
    b.write(0x40, 0x40)
    b.write(0x01, 0x83)
    await b.clock.run(1000)
    expect(b.sent).toHaveLength(1)
    const [frame] = b.sent
    expect(frame!.bytes).toEqual(FRAME)
    expect(frame!.powerDbm).toBe(16)
    expect(frame!.endMicros - frame!.startMicros).toBe(370_688)
    expect(Math.abs(frame!.setting.frequencyHz - 921_400_000)).toBeLessThan(62)
    expect(b.edges).toEqual([[true, frame!.endMicros]])
    expect(b.read(0x12)).toEqual([0x08])
    expect(b.read(0x01)).toEqual([0x81])
    b.write(0x12, 0xff)
    expect(b.edges[1]![0]).toBe(false)
  })

  test('writing a 1 clears a flag, writing a 0 leaves it', async () => {
    const b = bench()
    configure(b)
    fill(b)
    b.write(0x01, 0x83)
    await b.clock.run(1000)
    b.write(0x12, 0x40)
    expect(b.read(0x12)).toEqual([0x08])
    b.write(0x12, 0x08)
    expect(b.read(0x12)).toEqual([0x00])
  })

  test('a masked flag does not appear', async () => {
    const b = bench()
    configure(b)
    fill(b)
    b.write(0x11, 0x08)
    b.write(0x01, 0x83)
    await b.clock.run(1000)
    expect(b.read(0x12)).toEqual([0x00])
    expect(b.read(0x01)).toEqual([0x81])
  })

  test('a window without a preamble ends after its symbols with RxTimeout, without an edge on DIO0', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.write(0x01, 0x86)
    await b.clock.run(57)
    expect(b.read(0x12)).toEqual([0x00])
    await b.clock.run(58)
    expect(b.read(0x12)).toEqual([0x80])
    expect(b.read(0x01)).toEqual([0x81])
    const [[from, to]] = b.air.asked as [[number, number]]
    expect(to - from).toBe(7 * 8192)
    expect(b.edges).toEqual([])
  })

  test('a frame is in the FIFO with its length, RSSI and SNR when DIO0 rises at its end', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.air.heard = { bytes: FRAME, headerMicros: 170_000, endMicros: 400_000, rssiDbm: -110, snrDb: -3.25 }
    b.write(0x01, 0x86)
    await b.clock.run(169)
    expect(b.read(0x12)).toEqual([0x00])
    await b.clock.run(171)
    expect(b.read(0x12)).toEqual([0x10])
    await b.clock.run(1000)
    expect(b.edges).toEqual([[true, 400_000]])
    expect(b.read(0x12)).toEqual([0x50])
    expect(b.read(0x13)).toEqual([23])
    const [at] = b.read(0x10)
    b.write(0x0d, at!)
    expect(b.read(0x00, 23)).toEqual([...FRAME])
    const [snr, rssi] = b.read(0x19, 2)
    expect((snr! << 24) >> 24).toBe(-13)
    expect(-157 + rssi! + -3.25).toBeCloseTo(-110, 0)
    expect(b.read(0x01)).toEqual([0x81])
  })

  test('continuous reception stays and takes a frame that starts later', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.write(0x01, 0x85)
    await b.clock.run(500)
    expect(b.read(0x01)).toEqual([0x85])
    b.air.heard = { bytes: FRAME, headerMicros: 600_000, endMicros: 900_000, rssiDbm: -100, snrDb: 5 }
    for (const run of b.air.watchers) run()
    await b.clock.run(1000)
    expect(b.edges).toEqual([[true, 900_000]])
    expect(b.read(0x01)).toEqual([0x85])
  })

  test('a reset brings every register back, 5 ms later it answers', async () => {
    const b = bench()
    configure(b)
    b.chip.resetPin(false, 0)
    b.chip.resetPin(true, 150)
    await b.clock.run(6)
    expect(b.read(0x01)).toEqual([0x09])
    expect(b.read(0x39)).toEqual([0x12])
  })

  test('+20 dBm with its settings', async () => {
    const b = bench()
    configure(b)
    fill(b)
    b.write(0x09, 0x8f)
    b.write(0x0b, 0x31)
    b.write(0x4d, 0x87)
    b.write(0x01, 0x83)
    expect(b.sent[0]!.powerDbm).toBe(20)
  })
})

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
