/** Wi-Fi is on the air for what a node joins with, for each of its frames, and for the acknowledgement of each piece that comes. */
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { VirtualClock } from '../../sim/clock.ts'
import { NorFlash } from '../../sim/chips/flash.ts'
import { ESP32_COSTS } from '../../sim/costs.ts'
import { Machine } from '../../sim/machine.ts'
import { SimNetwork, Wire } from '../../sim/tcp.ts'

/** A frame at 1 Mb/s: preamble and heads. */
const EMPTY_MICROS = 192 + 8 * 76
const JOINING_MICROS = 8_000

test('a word, and an answer in one piece', async () => {
  const server = createServer((socket) => socket.on('data', () => socket.write('good')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const clock = new VirtualClock(0)
  const wire = new Wire()
  const states: [string, number][] = []
  let answer = ''
  const machine: Machine = new Machine(
    clock,
    ESP32_COSTS,
    1,
    () =>
      network.join('Xa', 'mot hai ba', '', () => {
        const socket = network.connect('127.0.0.1', port, {
          opened: () => socket!.write(new Uint8Array(60)),
          received: (bytes) => void (answer = Buffer.from(bytes).toString()),
          closed: () => undefined,
        })
      }),
    new NorFlash(),
  )
  const network: SimNetwork = new SimNetwork(machine, wire, () => undefined)
  network.onState = (state, atMicros) => void states.push([state, atMicros])
  machine.powerOn()
  await clock.run(10_000, () => wire.answered())
  network.cut(clock.nowMicros())
  server.close()
  expect(answer).toBe('good')
  expect(states.map(([state]) => state)).toEqual([
    ...new Array<string[]>(3).fill(['sending', 'on']).flat(),
    'off',
  ])
  const sent = [0, 2, 4].map((at) => states[at + 1]![1] - states[at]![1])
  expect(sent).toEqual([JOINING_MICROS, EMPTY_MICROS + 8 * 60, EMPTY_MICROS])
})
