/** A lamp command's life: commanded, waiting, confirmed, ended or expired; each step stored, shown and audited. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { decodeLampCommand, type LampCommand } from '../../../core/packet/index.ts'
import type { LampCommandAnswer } from '../../../gateway/api/types.ts'
import { brokenRow } from '../../../gateway/lights/audit.ts'
import { StoreError } from '../../../gateway/store/store.ts'
import { Site } from '../site.ts'
import { group, type TestDevice } from '../testDevice.ts'

const LIGHT = [18, 23, 29, 30, 22]
const HOUR_MS = 3_600_000
const SCHEDULE = 0
const COMMAND = 1

let site: Site
let lamp: TestDevice
beforeEach(async () => {
  site = await Site.open()
  lamp = await site.device(1, { profile: 'light', lamp: { id: 'L1', group: 'market' } })
  await site.exchange(lamp.hello({ setId: 4 }))
})
afterEach(() => site.close())

let sequence = 0
beforeEach(() => {
  sequence = 0
})
const state = (level: number, command: number, reason: number, device = lamp): Uint8Array =>
  device.samples(group(sequence++, LIGHT, [[level, level > 0 ? 1 : 0, command, reason, 1]]))

const view = (eui = lamp.registration.devEui) => site.gateway.nodes().find((node) => node.eui === eui)!.lamp!

async function command(
  target: string,
  levelPercent: number,
  forMs: number,
): Promise<LampCommandAnswer['command']> {
  const answer = await site.gateway.commandLamp(target, levelPercent, site.clock.now() + forMs, 'tester')
  if (!('command' in answer)) throw new Error(JSON.stringify(answer))
  return answer.command
}

/** The lamp commands among downlinks. */
function heard(device: TestDevice, phys: Uint8Array[]): LampCommand[] {
  return phys
    .map((phy) => device.open(phy))
    .filter(({ port }) => port === 2)
    .map(({ payload }) => decodeLampCommand(payload) as LampCommand)
}

describe('a command', () => {
  test('goes from commanded to ended', async () => {
    expect(view()).toEqual({ id: 'L1', group: 'market', confirmed: null, command: null })
    await site.exchange(state(0, 0, SCHEDULE))
    expect(view().confirmed).toEqual({ levelPercent: 0, reason: 'schedule', timeMs: site.clock.now() - 3000 })
    const untilMs = site.clock.now() + HOUR_MS
    const given = await command('L1', 80, HOUR_MS)
    expect(given).toEqual({
      id: 1,
      levelPercent: 80,
      untilMs,
      state: 'commanded',
      createdMs: site.clock.now(),
      by: 'tester',
    })
    expect(view().command!.state).toBe('commanded')

    await site.pass(60_000)
    const [said] = heard(lamp, await site.exchange(state(0, 0, SCHEDULE)))
    // It arrives a second after the uplink.
    expect(said).toEqual({ command: 1, levelPercent: 80, durationSeconds: 3600 - 60 - 1 })
    expect(view().command!.state).toBe('waiting')
    expect(view().confirmed!.levelPercent).toBe(0)

    expect(heard(lamp, await site.exchange(state(80, 1, COMMAND)))).toEqual([])
    expect(view().command!.state).toBe('confirmed')
    expect(view().confirmed).toMatchObject({ levelPercent: 80, reason: 'command' })

    await site.pass(HOUR_MS)
    expect(view().command!.state).toBe('ended')
    const audit = await site.store.audit(10)
    expect(
      audit.map(({ who, action, detail }) => [
        who,
        action,
        (JSON.parse(detail) as { result: string }).result,
      ]),
    ).toEqual([
      ['console', 'device.register', 'accepted'],
      ['tester', 'lamp.command', 'accepted'],
      ['gateway', 'lamp.state', 'waiting'],
      ['gateway', 'lamp.state', 'confirmed'],
      ['gateway', 'lamp.state', 'ended'],
    ])
    expect(brokenRow(audit)).toBeUndefined()
  })

  test('is said again until the lamp names it', async () => {
    await command('L1', 50, HOUR_MS)
    for (let round = 0; round < 3; round++)
      expect(heard(lamp, await site.exchange(state(0, 0, SCHEDULE)))).toHaveLength(1)
    expect(view().command!.state).toBe('waiting')
    await site.exchange(state(50, 1, COMMAND))
    expect(heard(lamp, await site.exchange(state(50, 1, COMMAND)))).toEqual([])
  })

  test('stays commanded when no forwarder takes it', async () => {
    await command('L1', 50, HOUR_MS)
    site.forwarder.verdict = () => 'TX_FREQ'
    await site.exchange(state(0, 0, SCHEDULE))
    expect(view().command!.state).toBe('commanded')
  })

  test('expires unconfirmed, and is never said again', async () => {
    await command('L1', 50, 10_000)
    await site.pass(9_500)
    // It would end before it arrived.
    expect(heard(lamp, await site.exchange(state(0, 0, SCHEDULE)))).toEqual([])
    expect(view().command!.state).toBe('expired')
    await site.exchange(state(50, 1, COMMAND))
    expect(view().command!.state).toBe('expired')
  })

  test('takes the place of the one before', async () => {
    await command('L1', 50, HOUR_MS)
    expect((await command('L1', 70, HOUR_MS)).id).toBe(2)
    const [said] = heard(lamp, await site.exchange(state(0, 0, SCHEDULE)))
    expect(said).toMatchObject({ command: 2, levelPercent: 70 })
    // The old number is nobody's any more.
    await site.exchange(state(50, 1, COMMAND))
    expect(view().command).toMatchObject({ id: 2, state: 'waiting' })
    const kept = await site.store.commands(lamp.registration.devEui)
    expect(kept.map(({ id, state }) => [id, state])).toEqual([
      [1, 'expired'],
      [2, 'waiting'],
    ])
  })

  test('takes turns with an acknowledgement that is due, and tells of it', async () => {
    await command('L1', 50, HOUR_MS)
    await site.pass(HOUR_MS / 2)
    const asking = (): Uint8Array =>
      lamp.samples(group(sequence++, LIGHT, [[0, 0, 0, 0, 1]], { acknowledgementWanted: true }))
    const frames = []
    for (let round = 0; round < 3; round++) frames.push(lamp.open((await site.exchange(asking()))[0]!))
    // The command went out at once, so the acknowledgement begins.
    expect(frames.map(({ port, pending }) => [port, pending])).toEqual([
      [1, true],
      [2, true],
      [1, true],
    ])
  })

  test('waits behind the acknowledgement of a hello', async () => {
    await command('L1', 50, HOUR_MS)
    const frame = lamp.open((await site.exchange(lamp.hello({ setId: 4 })))[0]!)
    expect([frame.port, frame.pending]).toEqual([1, true])
  })

  test('to a group is one command under one number for each of its lamps', async () => {
    const second = await site.device(2, { profile: 'light', lamp: { id: 'L2', group: 'market' } })
    const other = await site.device(3, { profile: 'light', lamp: { id: 'L3', group: 'school' } })
    for (const device of [second, other]) await site.exchange(device.hello({ setId: 4 }))
    const given = await command('group:market', 100, HOUR_MS)
    sequence = 0
    expect(heard(lamp, await site.exchange(state(0, 0, SCHEDULE)))[0]).toMatchObject({ command: given.id })
    sequence = 0
    expect(heard(second, await site.exchange(state(0, 0, SCHEDULE, second)))[0]).toMatchObject({
      command: given.id,
    })
    sequence = 0
    expect(heard(other, await site.exchange(state(0, 0, SCHEDULE, other)))).toEqual([])
    expect(view(other.registration.devEui).command).toBeNull()
  })
})

describe('a restart', () => {
  test('between any two steps changes nothing', async () => {
    await command('L1', 80, HOUR_MS)
    await site.restart()
    expect(view().command).toMatchObject({ id: 1, state: 'commanded' })
    expect(heard(lamp, await site.exchange(state(0, 0, SCHEDULE)))).toHaveLength(1)
    await site.restart()
    expect(view().command!.state).toBe('waiting')
    await site.exchange(state(80, 1, COMMAND))
    await site.restart()
    expect(view()).toMatchObject({
      confirmed: { levelPercent: 80, reason: 'command' },
      command: { state: 'confirmed' },
    })
    await site.pass(HOUR_MS)
    expect(view().command!.state).toBe('ended')
    await site.restart()
    expect(view().command!.state).toBe('ended')
    // The next number is the next, not the first again.
    expect((await command('L1', 10, HOUR_MS)).id).toBe(2)
  })

  test('ends what was over in the meantime', async () => {
    await command('L1', 80, HOUR_MS)
    await site.gateway.close()
    await site.clock.advance(2 * HOUR_MS)
    await site.restart()
    await site.gateway.settled()
    expect(view().command!.state).toBe('expired')
    expect((await site.store.commands(lamp.registration.devEui))[0]!.state).toBe('expired')
  })
})

describe('refused', () => {
  test('for a lamp or a group that nobody knows, for a time that is over, and by a store that cannot write', async () => {
    const nowMs = site.clock.now()
    const refused = async (target: string, untilMs: number): Promise<unknown> => {
      const answer = await site.gateway.commandLamp(target, 50, untilMs, 'tester')
      return 'where' in answer ? answer.where : answer
    }
    expect(await refused('L9', nowMs + 1000)).toBe('id')
    expect(await refused('group:nobody', nowMs + 1000)).toBe('id')
    expect(await refused('market', nowMs + 1000)).toBe('id')
    expect(await refused('L1', nowMs)).toBe('untilMs')
    expect(await refused('L1', nowMs + 8 * 86_400_000)).toBe('untilMs')
    const { write } = site.store
    site.gatewayStore.write = () => Promise.reject(new StoreError('failed', 'disk full'))
    expect(await refused('L1', nowMs + 1000)).toBe('store')
    site.gatewayStore.write = write
    expect(view().command).toBeNull()
    const results = (await site.store.audit(10)).map(
      ({ detail }) => (JSON.parse(detail) as { result: string }).result,
    )
    expect(results).toEqual(['accepted', 'unknownLamp', 'unknownLamp', 'unknownLamp', 'past'])
  })
})

describe('the audit log', () => {
  test('shows every change of a row, and every row left out', async () => {
    for (let round = 1; round <= 5; round++) await command('L1', round, HOUR_MS)
    const rows = await site.store.audit(100)
    expect(brokenRow(rows)).toBeUndefined()
    expect(brokenRow([])).toBeUndefined()
    for (let at = 0; at < rows.length; at++) {
      const changes = [
        { who: 'nobody' },
        { timeMs: 0 },
        { detail: '{}' },
        { action: 'x' },
        { hash: '0'.repeat(64) },
      ]
      for (const change of changes) {
        expect(brokenRow(rows.map((row, index) => (index === at ? { ...row, ...change } : row)))).toBe(at + 1)
      }
      if (at > 0 && at < rows.length - 1)
        expect(brokenRow(rows.filter((_, index) => index !== at))).toBe(at + 1)
    }
  })

  test('is checked at the start; the lamps burn on when it is broken', async () => {
    await command('L1', 5, HOUR_MS)
    const { audit } = site.store
    site.store.audit = async (limit) => (await audit(limit)).map((row) => ({ ...row, who: 'nobody' }))
    await site.restart()
    expect(site.count('refused.audit.broken')).toBe(1)
    expect(heard(lamp, await site.exchange(state(0, 0, SCHEDULE)))).toHaveLength(1)
  })
})
