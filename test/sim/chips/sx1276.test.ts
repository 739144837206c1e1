/** The model of the SX1276 against the datasheet: the sequences that work. What it refuses stands in sx1276Misuse.test.ts. */
import { describe, expect, test } from 'vitest'
import { FRAME } from './radioBench.ts'
import { bench, configure, fill, prepareListening } from './sx1276Bench.ts'

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

  test('the loss of power brings every register back too, and drops what was being sent', async () => {
    const b = bench()
    configure(b)
    fill(b)
    b.write(0x01, 0x83)
    b.chip.power(1_000)
    expect(() => b.read(0x42)).toThrow(/after power/)
    await b.clock.run(1000)
    expect(b.read(0x01)).toEqual([0x09])
    expect(b.edges).toEqual([])
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
