/** Commands to lamps at once: on RX2, one after the other, until they are confirmed, three times at the most. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { airtimeMicroseconds } from '../../../core/lorawan/airtime.ts'
import { decodeLampCommand } from '../../../core/packet/index.ts'
import { Site } from '../site.ts'
import { group, type TestDevice } from '../testDevice.ts'
import type { Txpk } from '../testForwarder.ts'

const LIGHT = [18, 23, 29, 30, 22]
const HOUR_MS = 3_600_000

let site: Site
let lamp: TestDevice
let sequence = 0
beforeEach(async () => {
  sequence = 0
  site = await Site.open()
  lamp = await open(1)
  await site.pass(10_000)
})
afterEach(() => site.close())

async function open(number: number): Promise<TestDevice> {
  const place = { profile: 'light', lamp: { id: `L${number}`, group: 'market' } } as const
  const device = await site.device(number, place)
  await site.exchange(device.hello({ setId: 4 }))
  return device
}

const state = (command: number): Uint8Array =>
  lamp.samples(group(sequence++, LIGHT, [[50, 1, command, command ? 1 : 0, 1]]))

async function command(target = 'L1', forMs = HOUR_MS): Promise<void> {
  const answer = await site.gateway.commandLamp(target, 50, site.clock.now() + forMs, 'tester')
  expect(answer).toHaveProperty('command')
}

/** What went out at once. */
const atOnce = (): Txpk[] => site.forwarders.flatMap(({ sent }) => sent.filter(({ imme }) => imme))
const said = (device: TestDevice, { data }: Txpk) => device.open(Buffer.from(data, 'base64'))
const shown = () => site.gateway.nodes()[0]!.lamp!.command!.state

describe('a command', () => {
  test('is on RX2 within a tenth of a second, without a time, without MAC commands', async () => {
    await command()
    await site.pass(100)
    expect(atOnce()).toHaveLength(1)
    const [frame] = atOnce()
    expect(frame).toMatchObject({
      imme: true,
      freq: 921.4,
      datr: 'SF10BW125',
      powe: 16,
      ipol: true,
      ncrc: true,
    })
    expect(frame).not.toHaveProperty('tmst')
    const { port, payload, options, confirmed, ack } = said(lamp, frame!)
    expect({ port, options: options.length, confirmed, ack }).toEqual({
      port: 2,
      options: 0,
      confirmed: false,
      ack: false,
    })
    expect(decodeLampCommand(payload)).toEqual({ command: 1, levelPercent: 50, durationSeconds: 3600 })
    expect(shown()).toBe('waiting')
  })

  test('that is not confirmed is said three times, each under a counter of its own; then it waits for an uplink', async () => {
    await command()
    await site.pass(600_000)
    expect(atOnce().map((frame) => said(lamp, frame).counter)).toEqual([1, 2, 3])
    expect(site.count('downlinks.classC')).toBe(3)
    const [frame] = await site.exchange(state(0))
    expect(lamp.open(frame!)).toMatchObject({ port: 2, counter: 4 })
  })

  test('that is confirmed is not said again', async () => {
    await command()
    await site.pass(1_000)
    await site.exchange(state(1))
    await site.pass(600_000)
    expect(atOnce()).toHaveLength(1)
    expect(shown()).toBe('confirmed')
  })

  test('that is over, or replaced, is not said again', async () => {
    await command('L1', 10_000)
    await site.pass(600_000)
    expect(atOnce()).toHaveLength(1)
    await command()
    await site.pass(10_000)
    await command()
    await site.pass(600_000)
    const commands = atOnce().map(
      (frame) => (decodeLampCommand(said(lamp, frame).payload) as { command: number }).command,
    )
    expect(commands).toEqual([1, 2, 3, 3, 3])
  })

  test('waits while the lamp is deaf behind an uplink', async () => {
    await site.forwarder.push(state(0))
    await site.pass(300)
    await command()
    await site.pass(2_500)
    expect(atOnce()).toEqual([])
    await site.pass(500)
    expect(atOnce()).toHaveLength(1)
  })

  test('goes through the forwarder that heard the lamp best', async () => {
    const [near, far] = site.forwarders
    const phy = state(0)
    await near!.push(phy, { lsnr: 1 })
    await far!.push(phy, { lsnr: 9 })
    await site.pass(10_000)
    await command()
    await site.pass(100)
    expect([near!, far!].map(({ sent }) => sent.filter(({ imme }) => imme).length)).toEqual([0, 1])
  })

  test('that the forwarder refuses stays commanded and is tried again', async () => {
    site.forwarder.verdict = () => 'COLLISION_PACKET'
    await command()
    await site.pass(1_000)
    expect(shown()).toBe('commanded')
    site.forwarder.verdict = () => 'NONE'
    await site.pass(30_000)
    expect(shown()).toBe('waiting')
    expect(site.count('refused.downlink.COLLISION_PACKET')).toBe(1)
  })
})

test('a group of lamps is told one after the other, no frame over another', async () => {
  for (let number = 2; number <= 8; number++) await open(number)
  await site.pass(10_000)
  const begins: number[] = []
  site.forwarder.verdict = () => {
    begins.push(site.clock.now())
    return 'NONE'
  }
  await command('group:market')
  await site.pass(10_000)
  expect(begins).toHaveLength(8)
  const airMs = airtimeMicroseconds(19, 10, 125_000, { crc: false }) / 1000
  for (let i = 1; i < begins.length; i++) expect(begins[i]! - begins[i - 1]!).toBeGreaterThan(airMs)
})

test('the counter is committed before the frame goes: no restart can use it twice', async () => {
  const { write } = site.store
  let kept = 0
  site.gatewayStore.write = async (changes) => {
    kept = Math.max(kept, ...(changes.sessions ?? []).map(({ counterDown }) => counterDown))
    return write(changes)
  }
  site.forwarder.verdict = ({ data }) => {
    const { counter } = lamp.open(Buffer.from(data, 'base64'))
    expect(kept).toBeGreaterThan(counter)
    return 'NONE'
  }
  await command()
  await site.pass(600_000)
  expect(atOnce()).toHaveLength(3)
})

test('after a restart nobody knows the way to a lamp: its command waits for an uplink', async () => {
  await site.restart()
  await command()
  await site.pass(600_000)
  expect(atOnce()).toEqual([])
  expect(await site.exchange(state(0))).toHaveLength(1)
})
