/** Relay: what is reported is the contact, not the wish. */
import { describe, expect, test } from 'vitest'
import type { Gpio } from '../../../firmware/hal/index.ts'
import { Relay, RELAY_SETTLE_MS } from '../../../firmware/actuators/relay.ts'
import { Relay as RelayChip, type RelayFault } from '../../../sim/chips/relay.ts'
import { VirtualClock } from '../../../sim/clock.ts'

const PIN = 4
const SENSE = 39

function mounted(fault: RelayFault) {
  const time = new VirtualClock(0)
  const chip = new RelayChip(time)
  chip.fault = fault
  const gpio = {
    write: (pin: number, high: boolean) => {
      expect(pin).toBe(PIN)
      chip.drive(high, time.nowMicros())
    },
    read: (pin: number) => {
      expect(pin).toBe(SENSE)
      return chip.sense()
    },
  } as Gpio
  const settle = () => void time.run(time.nowMicros() / 1000 + RELAY_SETTLE_MS)
  return { relay: new Relay(gpio, PIN, SENSE), chip, settle }
}

describe('relay', () => {
  test('the contact follows within its settling time', () => {
    const { relay, settle } = mounted('none')
    for (const on of [true, false, true]) {
      relay.set(on)
      expect(relay.isConfirmed()).toBe(false)
      settle()
      expect([relay.isOn(), relay.isConfirmed()]).toEqual([on, true])
    }
  })

  test('before it was ever told, nothing is wrong', () => {
    expect(mounted('none').relay.isConfirmed()).toBe(true)
  })

  test('a contact that does not close, or does not open, is not confirmed', () => {
    const open = mounted('open')
    open.relay.set(true)
    open.settle()
    expect([open.relay.isOn(), open.relay.isConfirmed()]).toEqual([false, false])
    const welded = mounted('welded')
    welded.relay.set(false)
    welded.settle()
    expect([welded.relay.isOn(), welded.relay.isConfirmed()]).toEqual([true, false])
  })

  test('without mains a closed contact lights nothing', () => {
    const { relay, chip, settle } = mounted('none')
    relay.set(true)
    settle()
    chip.mainsPresent = false
    expect(relay.isConfirmed()).toBe(false)
  })
})
