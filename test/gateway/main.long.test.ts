/** The gateway on its own data folder, started again and again. */
import { expect, test } from 'vitest'
import { KeptGateway } from './keptGateway.ts'
import { registration } from './site.ts'
import { group, TestDevice } from './testDevice.ts'

const its = KeptGateway.forEachTest()

test('a restart between any two steps loses nothing and repeats nothing', async () => {
  const device = new TestDevice(registration(1))
  await its.gateway.register(device.registration)
  const again = async (): Promise<void> => {
    await its.stop()
    await its.start()
  }
  const counters: number[] = []
  const heard = (phys: Uint8Array[]): void => void counters.push(device.open(phys[0]!).counter)
  await again()
  const request = device.joinRequest()
  device.join((await its.exchange(request))[0]!)
  await again()
  expect(await its.exchange(request)).toEqual([])
  const hello = device.hello()
  heard(await its.exchange(hello))
  await again()
  expect(await its.exchange(hello)).toEqual([])
  expect(its.gateway.counts()['refused.frame.replay']).toBe(1)
  for (let sequence = 0; sequence < 4; sequence++) {
    const sample = group(sequence, [3, 4, 16], [[2500 + 10 * sequence, 8000, 4000]], {
      acknowledgementWanted: true,
    })
    heard(await its.exchange(device.samples(sample)))
    await again()
  }
  expect(await its.gateway.totals()).toMatchObject({ samples: 4, readings: 12, duplicates: 0, conflicts: 0 })
  expect(new Set(counters).size).toBe(5)
  expect(its.gateway.nodes()[0]).toMatchObject({
    state: 'fresh',
    rssiDbm: -80,
    readings: [{ value: 2530 }, { value: 8000 }, { value: 4000 }],
  })
})
