/** The UDP server: who may be remembered, and who is believed. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Activity } from '../../../gateway/activity.ts'
import { Counts } from '../../../gateway/counts.ts'
import { Dedup, type Heard } from '../../../gateway/ingest/dedup.ts'
import { Forwarders } from '../../../gateway/ingest/forwarders.ts'
import { ManualClock } from '../manualClock.ts'
import { TestForwarder } from '../testForwarder.ts'

const FRAME = {
  tmst: 1,
  frequencyHz: 921_400_000,
  powerDbm: 16,
  spreadingFactor: 7,
  bandwidthHz: 125_000,
  phy: Uint8Array.of(1),
}

let clock: ManualClock
let activity: Activity
let counts: Counts
let heard: Heard[]
let dedup: Dedup
let server: Forwarders
const open: TestForwarder[] = []
beforeEach(async () => {
  clock = new ManualClock()
  activity = new Activity()
  counts = new Counts()
  heard = []
  dedup = new Dedup(clock, counts, (frame) => heard.push(frame))
  const ports = { host: '127.0.0.1', port: 0 }
  server = await Forwarders.open({ ...ports, clock, activity, counts, heard: (frame) => dedup.push(frame) })
})
afterEach(async () => {
  for (const forwarder of open.splice(0)) forwarder.close()
  await server.close()
  await server.close()
})
async function forwarder(eui: string): Promise<TestForwarder> {
  const opened = await TestForwarder.open(eui, server.port)
  open.push(opened)
  return opened
}

test('a frame goes to the port that asked last', async () => {
  const old = await forwarder('00000000000000aa')
  expect(await server.send('00000000000000aa', FRAME)).toBe('NONE')
  const moved = await forwarder('00000000000000aa')
  expect(await server.send('00000000000000aa', FRAME)).toBe('NONE')
  expect([old.sent.length, moved.sent.length]).toEqual([1, 1])
})

test('who never asked gets nothing', async () => {
  expect(server.reachable('00000000000000bb')).toBe(false)
  expect(await server.send('00000000000000bb', FRAME)).toBe('UNREACHABLE')
})

test('another forwarder cannot answer for the one that was asked', async () => {
  const [asked, liar] = [await forwarder('00000000000000aa'), await forwarder('00000000000000bb')]
  asked.verdict = () => undefined
  const sent = server.send('00000000000000aa', FRAME)
  await liar.raw(Uint8Array.from([2, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0xbb]))
  await liar.pull()
  expect(counts.all()['refused.gwmp.token']).toBe(1)
  await clock.advance(3000)
  expect(await sent).toBe('SILENT')
})

test('the time to a forwarder is the slow one of its answers', async () => {
  const near = await forwarder('00000000000000aa')
  near.verdict = () => undefined
  for (let round = 0; round < 20; round++) {
    const sent = server.send('00000000000000aa', FRAME)
    await clock.advance(round < 17 ? 20 : 300)
    await near.raw(Uint8Array.from([2, 0, round, 5, 0, 0, 0, 0, 0, 0, 0, 0xaa]))
    expect(await sent).toBe('NONE')
  }
  expect(server.rttMs('00000000000000aa')).toBe(300)
  expect(server.rttMs('00000000000000bb')).toBe(0)
})

test('what is on its way when the server closes is given up', async () => {
  const near = await forwarder('00000000000000aa')
  near.verdict = () => undefined
  const sent = server.send('00000000000000aa', FRAME)
  await server.close()
  expect(await sent).toBe('SILENT')
  expect(await server.send('00000000000000aa', FRAME)).toBe('UNREACHABLE')
  await activity.settled()
})

test('a thousand forwarders are remembered, and no flood of made-up ones', async () => {
  const one = await forwarder('00000000000000aa')
  for (let number = 1; number < 1010; number++) {
    await one.raw(Uint8Array.from([2, 0, 0, 2, 1, 0, 0, 0, 0, 0, number >> 8, number & 255]))
    if (number % 50 === 0) await one.pull()
  }
  await one.pull()
  expect(counts.all()['refused.gwmp.forwarders']).toBe(10)
  expect(server.reachable('00000000000000aa')).toBe(true)
})

test('a flood of frames is bounded, and those in the window are kept', async () => {
  const one = await forwarder('00000000000000aa')
  const data = (number: number): string => Buffer.from([0x40, number >> 8, number & 255]).toString('base64')
  const rxpk = { tmst: 0, freq: 921.4, modu: 'LORA', datr: 'SF7BW125', rssi: -1, lsnr: 1, size: 3 }
  for (let first = 0; first < 10_100; first += 100) {
    await one.pushJson({
      rxpk: Array.from({ length: 100 }, (_, index) => ({ ...rxpk, data: data(first + index) })),
    })
  }
  expect(counts.all()['refused.frame.overload']).toBe(100)
  await clock.advance(200)
  expect(heard).toHaveLength(10_000)
})
