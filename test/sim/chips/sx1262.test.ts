/** The model of the SX1262 against the datasheet: the sequences that work. What it refuses stands in sx1262Misuse.test.ts. */
import { describe, expect, test } from 'vitest'
import { FRAME } from './radioBench.ts'
import { bench, configure, fill, listen, prepareListening, send } from './sx1262Bench.ts'

const CRYSTAL = { tcxoMillivolts: 0, dio2Switch: false, powerDbmMax: 22 }
const HEARD = { bytes: FRAME, headerMicros: 170_000, endMicros: 400_000, rssiDbm: -110, snrDb: -3.25 }

describe('SX1262: what works', () => {
  test('starts with BUSY for 3.5 ms, in standby, and with a TCXO says that its oscillator did not start', () => {
    const b = bench()
    expect(b.chip.busyHigh(3_499)).toBe(true)
    expect(b.chip.busyHigh(3_500)).toBe(false)
    expect(b.say(0xc0, 0)).toEqual([0, 0x20])
    expect(b.say(0x17, 0, 0, 0)[3]).toBe(0x20)
    expect(bench(CRYSTAL).say(0x17, 0, 0, 0)[3]).toBe(0)
  })

  test('sends the buffer for exactly its time on air, then rests in STDBY_RC with TxDone on DIO1', async () => {
    const b = bench()
    configure(b)
    fill(b)
    send(b)
    const sentMicros = b.now()
    // From STDBY_RC: 126 us and the 5 ms of the TCXO.
    expect(b.sent[0]!.startMicros - sentMicros).toBe(5_126)
    expect(b.chip.busyHigh(sentMicros + 5_125)).toBe(true)
    expect(b.chip.busyHigh(sentMicros + 5_126)).toBe(false)
    await b.clock.run(1000)
    const [frame] = b.sent
    expect(frame!.bytes).toEqual(FRAME)
    expect(frame!.powerDbm).toBe(14)
    expect(frame!.endMicros - frame!.startMicros).toBe(370_688)
    expect(Math.abs(frame!.setting.frequencyHz - 921_400_000)).toBeLessThan(2)
    expect(frame!.setting.syncWord).toBe(0x34)
    expect(b.edges).toEqual([[true, frame!.endMicros]])
    expect(b.irq()).toBe(0x01)
    expect(b.say(0xc0, 0)[1]! >> 4).toBe(2)
    b.say(0x02, 0, 1)
    expect(b.edges[1]![0]).toBe(false)
  })

  test('from STDBY_XOSC it sends 105 us and listens 62 us later', () => {
    const b = bench()
    configure(b)
    fill(b)
    b.say(0x80, 1)
    send(b)
    expect(b.sent[0]!.startMicros - b.now()).toBe(105)
    const c = bench()
    configure(c)
    prepareListening(c)
    c.say(0x80, 1)
    expect(c.chip.busyUntilMicros - c.now()).toBe(5_031)
    listen(c)
    expect(c.chip.busyUntilMicros - c.now()).toBe(62)
  })

  test('a window without a preamble ends after its symbols with Timeout on DIO1', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.say(0x80, 1)
    listen(b)
    const openMicros = b.now() + 62
    await b.clock.run(1000)
    expect(b.air.asked).toEqual([[openMicros, openMicros + 8 * 8192]])
    expect(b.edges).toEqual([[true, openMicros + 8 * 8192]])
    expect(b.irq()).toBe(0x200)
    expect(b.chip.mode).toBe('rc')
  })

  test.each([
    [7, 6],
    [62, 62],
    [66, 64],
    [100, 96],
    [248, 248],
    [255, 248],
  ])('SetLoRaSymbNumTimeout(%i) waits for %i symbols', async (asked, waits) => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.say(0xa0, asked)
    listen(b)
    await b.clock.run(5000)
    const [[from, to]] = b.air.asked as [[number, number]]
    expect((to - from) / 8192).toBe(waits)
  })

  test('a frame is in the buffer with its length, RSSI and SNR when DIO1 rises at its end', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.air.heard = HEARD
    listen(b)
    await b.clock.run(171)
    expect(b.irq()).toBe(0x10)
    await b.clock.run(1000)
    expect(b.edges).toEqual([[true, 400_000]])
    expect(b.irq()).toBe(0x12)
    expect(b.say(0x13, 0, 0, 0).slice(2)).toEqual([23, 0])
    expect(b.say(0x1e, 0, 0, ...FRAME).slice(3)).toEqual([...FRAME])
    const [channel, snr, signal] = b.say(0x14, 0, 0, 0, 0).slice(2) as [number, number, number]
    expect((snr << 24) >> 24).toBe(-13)
    expect(signal).toBe(220)
    expect(channel).toBe(214)
  })

  test('a frame with a wrong CRC ends with RxDone and CrcErr', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.air.heard = { ...HEARD, crcWrong: true }
    listen(b)
    await b.clock.run(1000)
    expect(b.irq()).toBe(0x52)
  })

  test('continuous reception stays and takes a frame that starts later', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.say(0xa0, 0)
    b.say(0x82, 0xff, 0xff, 0xff)
    await b.clock.run(500)
    expect(b.chip.mode).toBe('rx')
    b.air.heard = { ...HEARD, headerMicros: 600_000, endMicros: 900_000 }
    for (const run of b.air.watchers) run()
    await b.clock.run(1000)
    expect(b.edges).toEqual([[true, 900_000]])
    expect(b.chip.mode).toBe('rx')
  })

  test('after a reception with a timeout, both steps of 15.3 let it send again', async () => {
    const b = bench()
    configure(b)
    prepareListening(b)
    b.say(0x82, 0, 0x10, 0)
    await b.clock.run(1000)
    expect(b.irq()).toBe(0x200)
    b.say(0x02, 0x02, 0)
    b.say(0x0d, 0x09, 0x02, 0)
    b.say(0x0d, 0x09, 0x44, 2)
    listen(b)
    expect(b.chip.mode).toBe('rx')
  })

  test('NSS wakes it: in 340 us with all it knew, or in 3.5 ms as new', () => {
    for (const [warm, micros] of [
      [4, 340],
      [0, 3_500],
    ] as const) {
      const b = bench()
      configure(b)
      b.say(0x84, warm)
      const slept = b.now()
      expect(b.chip.busyHigh(slept + 1e9)).toBe(true)
      b.at(slept + 600, 0xc0, 0)
      expect(b.chip.busyUntilMicros).toBe(slept + 600 + micros)
      expect(b.chip.told.frequencyHz === undefined).toBe(warm === 0)
    }
  })

  test('a reset or the loss of power brings everything back, and drops what was being sent', async () => {
    const b = bench()
    configure(b)
    fill(b)
    send(b)
    b.chip.resetPin(false, b.now())
    expect(b.chip.busyHigh(b.now() + 50_000)).toBe(true)
    b.chip.resetPin(true, b.now() + 150)
    await b.clock.run(1000)
    expect(b.edges).toEqual([])
    expect(b.say(0x1d, 0x07, 0x40, 0, 0, 0).slice(4)).toEqual([0x14, 0x24])
    b.chip.power(b.now())
    expect(b.chip.told.packetType).toBeUndefined()
  })

  test('a crystal needs neither DIO3 nor a calibration in its band', () => {
    const b = bench(CRYSTAL)
    configure(b, { tcxo: undefined, calibrate: undefined, image: undefined, dio2: undefined })
    fill(b)
    send(b)
    expect(b.sent[0]!.startMicros - b.now()).toBe(126)
  })

  test('500 kHz with bit 2 of 0x0889 cleared', () => {
    const b = bench()
    configure(b, { modulation: [0x8b, 7, 6, 1, 0], errata1: [0x0d, 0x08, 0x89, 0x01] })
    fill(b)
    send(b)
    expect(b.sent[0]!.setting.bandwidthHz).toBe(500_000)
  })
})
