/** Receive windows of a program that is late: measured at the interrupt that ends an uplink and at each timer, and widened by as much. */
import { expect, test } from 'vitest'
import { Network } from './network.ts'
import { Bench } from './node.ts'
import { joined, send } from './rig.ts'

/** Whether a node whose every timer and interrupt comes so late joins, in either window. */
function joins(lateMs: number, window: 1 | 2): boolean {
  const bench = new Bench()
  const network = new Network(bench)
  network.window = window
  bench.lateMs = lateMs
  return bench.join(bench.boot())
}

test('where joins cease, by how late the program is', () => {
  let heardToMs = 0
  while (joins(heardToMs + 10, 1) && joins(heardToMs + 10, 2)) heardToMs += 10
  console.log(JSON.stringify({ programLateMs: heardToMs, of: 'every timer and interrupt' }))
  expect(heardToMs).toBeGreaterThanOrEqual(300)
  expect(heardToMs).toBeLessThan(1_000)
})

test('a window is as much wider on both sides as the program was late, and narrow again when it is not', () => {
  const { bench, mac } = joined()
  const lengths: number[] = []
  const lengthsAt = (lateMs: number): void => {
    bench.lateMs = lateMs
    send(bench, mac)
    lengths.push(...bench.windows.slice(-2).map(({ symbols }) => symbols))
  }
  for (const lateMs of [0, 100, 0, 0, 0, 0]) lengthsAt(lateMs)
  // 4 symbols and twice 20 ms at 8.192 ms a symbol are 9; then 120 ms, and of what is over half, a quarter and so on.
  expect(lengths).toEqual([9, 9, 34, 34, 22, 22, 15, 15, 12, 12, 11, 11])
})

test('a widened window still hears a downlink that is 15 ms early or late', () => {
  for (const shiftMs of [-15, 0, 15])
    for (const lateMs of [0, 50, 200, 300]) {
      const { bench, network, mac } = joined()
      bench.lateMs = lateMs
      network.lateMs = shiftMs
      network.queue.push({ port: 2, payload: new Uint8Array(1) })
      expect(send(bench, mac).received, `late ${lateMs}, shifted ${shiftMs}`).toBeDefined()
    }
})
