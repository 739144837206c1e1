/** The UDP server under a flood. */
import { expect, test } from 'vitest'
import { ForwardersSite } from './forwardersSite.ts'

const its = ForwardersSite.forEachTest()

test('a flood of frames is bounded, and those in the window are kept', async () => {
  const one = await its.forwarder('00000000000000aa')
  const data = (number: number): string => Buffer.from([0x40, number >> 8, number & 255]).toString('base64')
  const rxpk = { tmst: 0, freq: 921.4, modu: 'LORA', datr: 'SF7BW125', rssi: -1, lsnr: 1, size: 3 }
  for (let first = 0; first < 10_100; first += 100) {
    await one.pushJson({
      rxpk: Array.from({ length: 100 }, (_, index) => ({ ...rxpk, data: data(first + index) })),
    })
  }
  expect(its.counts.all()['refused.frame.overload']).toBe(100)
  await its.clock.advance(200)
  expect(its.heard).toHaveLength(10_000)
})
