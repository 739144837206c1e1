/** Downlinks of every port, length and content on a whole node: each is done or has its name at the technician's cable, and the node goes on reporting. */
import fc from 'fast-check'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { decodeAcknowledgement } from '../../core/packet/acknowledgement.ts'
import { decodeGroupSetup } from '../../core/packet/groupSetup.ts'
import { decodeMode } from '../../core/packet/mode.ts'
import { decodeLampCommand } from '../../core/packet/lampCommand.ts'
import { DOWNLINK_PORT, UPLINK_PORT } from '../../core/packet/types.ts'
import { light } from '../../firmware/profiles/light.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import { Bed } from './bed.ts'

vi.mock('../../firmware/radio/mac.ts', async () => (await import('./fakeMac.ts')).fakeMac)
// The fake MAC has no state for a group.
vi.mock('../../firmware/radio/multicast.ts', () => ({
  joinGroup: (_mac: unknown, payload: Uint8Array) => typeof decodeGroupSetup(payload) !== 'string',
}))

const HOUR_MS = 3_600_000
const LENGTH_MAX = 51
const SEED = 20_263
const PROFILES: readonly Profile[] = [soil, light]

/** How often each outcome was seen. */
const outcomes = new Map<string, number>()

/** The word at the cable that a downlink leads to; '' where it is taken, and nothing is to be said of it there. */
function expected(bed: Bed, port: number, payload: Uint8Array): string {
  const named = (what: string, fault: string): string => `${what} ${fault}`
  if (port === DOWNLINK_PORT.acknowledgement) {
    const decoded = decodeAcknowledgement(payload)
    if (typeof decoded === 'string') return named('acknowledgement', decoded)
    return decoded.epoch === bed.epoch ? '' : 'acknowledgement foreign'
  }
  if (port === DOWNLINK_PORT.mode) {
    const mode = decodeMode(payload)
    return typeof mode === 'string' ? named('mode', mode) : ''
  }
  // Its answer is an uplink.
  if (port === DOWNLINK_PORT.configuration) return ''
  if (bed.profile.name === 'light' && port === DOWNLINK_PORT.lamp) {
    const command = decodeLampCommand(payload)
    return typeof command === 'string' ? named('lamp command', command) : ''
  }
  if (bed.profile.name === 'light' && port === DOWNLINK_PORT.group)
    return typeof decodeGroupSetup(payload) === 'string' ? 'no group setup' : ''
  return 'downlink port'
}

/** Lets the node hear one downlink with its next uplink, and answers the port it went with and what was said of it. */
function hear(bed: Bed, port: number, payload: Uint8Array): string[] {
  bed.logs.length = 0
  bed.downlink = { port, payload }
  for (let turns = 0; bed.downlink && turns < 300; turns++) bed.run(bed.worldMs + 60_000)
  expect(bed.downlink).toBeUndefined()
  bed.run(bed.worldMs + 10_000)
  return bed.logs.filter((line) => !/^(sent|sensor|abp) /.test(line))
}

/** It goes on: what it measures arrives. */
function expectReporting(bed: Bed): void {
  const before = bed.sequences().length
  bed.runHours(9)
  expect(bed.sequences().length).toBeGreaterThan(before)
  expect(bed.bites).toEqual([])
}

function check(bed: Bed, port: number, payload: Uint8Array): void {
  const word = expected(bed, port, payload)
  const uplinks = bed.uplinks.length
  const logs = hear(bed, port, payload)
  const tell = `${bed.profile.name}, port ${port}: ${Buffer.from(payload).toString('hex')}`
  expect(logs, tell).toEqual(word ? [word] : [])
  if (port === DOWNLINK_PORT.configuration) {
    bed.runHours(3)
    const said = bed.uplinks.slice(uplinks).filter((uplink) => uplink.port === UPLINK_PORT.configured)
    expect(said.length, tell).toBeGreaterThan(0)
  }
  const key = word || 'taken'
  outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
}

afterAll(() => console.log(JSON.stringify({ seed: SEED, outcomes: Object.fromEntries(outcomes) })))

describe.each(PROFILES)('a downlink to a node of $name', (profile) => {
  const joined = (): Bed => {
    const bed = new Bed({ ...profile, commissioned: false })
    bed.run(3 * HOUR_MS)
    expect(bed.sequences().length).toBeGreaterThan(0)
    return bed
  }

  test('on each of the 255 ports has its outcome', () => {
    const bed = joined()
    for (let port = 1; port < 256; port++)
      check(bed, port, Uint8Array.of(0xff, 0xff, 0xff).subarray(0, 1 + (port % 3)))
    expectReporting(bed)
  }, 60_000)

  test('of each length on each port that is known has its outcome', () => {
    const bed = joined()
    for (const port of Object.values(DOWNLINK_PORT))
      for (let length = 0; length <= LENGTH_MAX; length++) check(bed, port, new Uint8Array(length).fill(0xee))
    expectReporting(bed)
  }, 60_000)

  test('of any content has its outcome', () => {
    const content = fc.uint8Array({ maxLength: LENGTH_MAX })
    const port = fc.oneof(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 7 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(port, content), { minLength: 10, maxLength: 20 }), (downlinks) => {
        const bed = joined()
        for (const [at, payload] of downlinks) check(bed, at, payload)
        expectReporting(bed)
      }),
      { seed: SEED, numRuns: 20 },
    )
  }, 120_000)
})
