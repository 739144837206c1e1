/** The UDP server: who may be remembered, and who is believed. */
import { expect, test } from 'vitest'
import { ForwardersSite } from './forwardersSite.ts'

const FRAME = {
  tmst: 1,
  frequencyHz: 921_400_000,
  powerDbm: 16,
  spreadingFactor: 7,
  bandwidthHz: 125_000,
  phy: Uint8Array.of(1),
}

const its = ForwardersSite.forEachTest()

test('a frame goes to the port that asked last', async () => {
  const old = await its.forwarder('00000000000000aa')
  expect(await its.server.send('00000000000000aa', FRAME)).toBe('NONE')
  const moved = await its.forwarder('00000000000000aa')
  expect(await its.server.send('00000000000000aa', FRAME)).toBe('NONE')
  expect([old.sent.length, moved.sent.length]).toEqual([1, 1])
})

test('who never asked gets nothing', async () => {
  expect(its.server.reachable('00000000000000bb')).toBe(false)
  expect(await its.server.send('00000000000000bb', FRAME)).toBe('UNREACHABLE')
})

test('another forwarder cannot answer for the one that was asked', async () => {
  const [asked, liar] = [await its.forwarder('00000000000000aa'), await its.forwarder('00000000000000bb')]
  asked.verdict = () => undefined
  const sent = its.server.send('00000000000000aa', FRAME)
  await liar.raw(Uint8Array.from([2, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0xbb]))
  await liar.pull()
  expect(its.counts.all()['refused.gwmp.token']).toBe(1)
  await its.clock.advance(3000)
  expect(await sent).toBe('SILENT')
})

test('the time to a forwarder is the slow one of its answers', async () => {
  const near = await its.forwarder('00000000000000aa')
  near.verdict = () => undefined
  for (let round = 0; round < 20; round++) {
    const sent = its.server.send('00000000000000aa', FRAME)
    await its.clock.advance(round < 17 ? 20 : 300)
    await near.raw(Uint8Array.from([2, 0, round, 5, 0, 0, 0, 0, 0, 0, 0, 0xaa]))
    expect(await sent).toBe('NONE')
  }
  expect(its.server.rttMs('00000000000000aa')).toBe(300)
  expect(its.server.rttMs('00000000000000bb')).toBe(0)
})

test('what is on its way when the server closes is given up', async () => {
  const near = await its.forwarder('00000000000000aa')
  near.verdict = () => undefined
  const sent = its.server.send('00000000000000aa', FRAME)
  await its.server.close()
  expect(await sent).toBe('SILENT')
  expect(await its.server.send('00000000000000aa', FRAME)).toBe('UNREACHABLE')
  await its.activity.settled()
})

test('a thousand forwarders are remembered, and no flood of made-up ones', async () => {
  const one = await its.forwarder('00000000000000aa')
  for (let number = 1; number < 1010; number++) {
    await one.raw(Uint8Array.from([2, 0, 0, 2, 1, 0, 0, 0, 0, 0, number >> 8, number & 255]))
    if (number % 50 === 0) await one.pull()
  }
  await one.pull()
  expect(its.counts.all()['refused.gwmp.forwarders']).toBe(10)
  expect(its.server.reachable('00000000000000aa')).toBe(true)
})
