/** The lease a node with Wi-Fi keeps: used again for half a day where it led to the gateway, forgotten where it did not, and none for a broker with a name. */
import { describe, expect, test } from 'vitest'
import { useAccess, proveAccess } from '../../../firmware/link/access.ts'
import { ConnectionRig, SITE } from './connectionRig.ts'

const LEASE = '10.0.0.7 10.0.0.1'
const HALF_DAY_MS = 43_200_000
const JOIN_MS = 20_000

const fresh = (site = SITE): ConnectionRig => new ConnectionRig(() => 0, undefined, site)

/** One way to the gateway and back to sleep: the lease that the access point was asked with. */
function visit(rig: ConnectionRig, good: boolean, lease = LEASE): string {
  rig.link.access.joined = false
  useAccess(rig.link.access, () => undefined)
  const asked = rig.network.joins.at(-1)!.lease
  rig.let(lease)
  proveAccess(rig.link.access, good)
  return asked
}

/** The same, as a program that starts anew finds it. */
function visitAnew(rig: ConnectionRig, good: boolean): string {
  rig.open()
  return visit(rig, good)
}

describe('a lease', () => {
  test('that led to the gateway is used again, by the next program too', () => {
    const rig = fresh()
    expect([visit(rig, true), visit(rig, true), visitAnew(rig, true)]).toEqual(['', LEASE, LEASE])
  })

  test('that leads nowhere is forgotten, by the next program too', () => {
    const rig = fresh()
    expect([visit(rig, true), visitAnew(rig, false)]).toEqual(['', LEASE])
    expect(visit(rig, false)).toBe('')
    expect(visitAnew(rig, true)).toBe('')
    expect(visitAnew(rig, true)).toBe(LEASE)
  })

  test('that never led there is not kept', () => {
    const rig = fresh()
    expect([visit(rig, false), visitAnew(rig, false), visitAnew(rig, false)]).toEqual(['', '', ''])
  })

  test('is kept for half a day and no longer', () => {
    const rig = fresh()
    visit(rig, true)
    rig.clock.pass(HALF_DAY_MS - 1_000)
    expect(visitAnew(rig, true)).toBe(LEASE)
    rig.clock.pass(1_000)
    expect(visitAnew(rig, true)).toBe('')
    // It counts from the new one now.
    expect(visitAnew(rig, true)).toBe(LEASE)
  })

  test.each(['gateway.local', 'broker2', '10-0-0-1'])('is not kept for the broker %s', (host) => {
    const rig = fresh({ ...SITE, host })
    for (let i = 0; i < 3; i++) expect(visitAnew(rig, true)).toBe('')
  })

  test('costs no flash while it holds', () => {
    const rig = fresh()
    visit(rig, true)
    visit(rig, true)
    const { steps } = rig.flash
    for (let i = 0; i < 5; i++) visitAnew(rig, true)
    expect(rig.flash.steps).toBe(steps)
  })

  test('of another network is not used: the settings changed', () => {
    const rig = fresh()
    visit(rig, true)
    const other = new ConnectionRig(() => 0, rig.flash, { ...SITE, ssid: 'Lang' })
    expect(visit(other, true)).toBe('')
  })
})

describe('an access point that does not answer', () => {
  test('is given up after 20 seconds, and what it says afterwards counts for nothing', () => {
    const rig = fresh()
    const found: unknown[] = []
    useAccess(rig.link.access, (settings) => found.push(settings))
    rig.clock.pass(JOIN_MS - 1)
    expect(found).toEqual([])
    rig.clock.pass(1)
    expect(found).toEqual([undefined])
    rig.let(LEASE)
    expect([found.length, rig.link.access.joined, rig.link.access.lease]).toEqual([1, false, ''])
  })

  test('and one that answers leaves no timer behind', () => {
    const rig = fresh()
    visit(rig, true)
    expect(rig.clock.waiting).toBe(0)
  })
})
