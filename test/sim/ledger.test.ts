/** The ledger: what a part did and for how long; the times of a part's states add up to the time that passed, whatever is told. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hal } from '../../firmware/hal/index.ts'
import { Account, Tally } from '../../cli/energy/account.ts'
import { airtimeMicroseconds } from '../../core/lorawan/airtime.ts'
import { VirtualClock } from '../../sim/clock.ts'
import { ESP32_COSTS, READ_MICROS_PER_BYTE, WAKE_CODE_MICROS, withBundle } from '../../sim/costs.ts'
import { CURRENTS, milliampsOf, sendingAt } from '../../sim/currents.ts'
import { SimHal } from '../../sim/hal.ts'
import { Ledger, OFF } from '../../sim/ledger.ts'
import { Machine } from '../../sim/machine.ts'
import { Random } from '../../sim/random.ts'
import { FRAME } from './chips/radioBench.ts'
import { bench, configure, fill, prepareListening } from './chips/sx1276Bench.ts'

const HOUR_MS = 3_600_000
const HOUR_MICROS = HOUR_MS * 1000

/** A ledger with a tally of all that it says. */
function written() {
  const ledger = new Ledger()
  const tally = new Tally()
  ledger.read({ spent: (part, state, micros) => tally.add(part, state, micros) })
  return { ledger, tally, micros: (part: string, state: string) => tally.micros.get(part)?.get(state) ?? 0 }
}

/** A machine that runs `program` at every start, with its account. */
function boot(program: (hal: Hal) => void) {
  const clock = new VirtualClock(0)
  const ledger = new Ledger()
  const sources = { settings: () => undefined, random: new Random(1, 'hal'), log: () => undefined }
  const machine: Machine = new Machine(clock, ESP32_COSTS, 1, () => program(new SimHal(machine, sources)))
  machine.onPart = (part, state, atMicros) => ledger.enter(part, state, atMicros)
  const account = new Account(ledger)
  ledger.enter('flash', 'idle', 0)
  machine.powerOn()
  return { clock, machine, ledger, account }
}

describe('the ledger', () => {
  test('counts each state from when it is entered to when it is left', () => {
    const { ledger, micros } = written()
    ledger.enter('sht31', 'idle', 100)
    ledger.enter('sht31', 'measuring', 300)
    ledger.enter('sht31', 'idle', 1_300)
    ledger.settle(2_000)
    expect([micros('sht31', 'idle'), micros('sht31', 'measuring')]).toEqual([900, 1_000])
  })

  test('a part may say beforehand when it will be done', () => {
    const { ledger, micros } = written()
    ledger.enter('sht31', 'measuring', 0)
    ledger.enter('sht31', 'idle', 500)
    ledger.settle(200)
    ledger.settle(700)
    expect([micros('sht31', 'measuring'), micros('sht31', 'idle')]).toEqual([500, 200])
  })

  test('without supply nothing is drawn', () => {
    const { ledger, tally, micros } = written()
    ledger.enter('soilProbe', 'on', 0)
    ledger.cut(1_000_000)
    ledger.settle(HOUR_MICROS)
    expect(micros('soilProbe', OFF)).toBe(HOUR_MICROS - 1_000_000)
    expect(tally.chargeMas()).toBeCloseTo(5, 9)
  })

  test('the times of a part add up to the time since its first word, whatever the order of what is told', () => {
    const told = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(1_000)), { minLength: 1 })
    fc.assert(
      fc.property(told, (entries) => {
        const { ledger, tally } = written()
        for (const [state, atMicros] of entries) ledger.enter('part', state, atMicros)
        ledger.settle(2_000)
        expect(tally.seconds('part')).toBeCloseTo((2_000 - entries[0]![1]) / 1e6, 12)
      }),
    )
  })
})

describe('the table of currents', () => {
  test('names a source for every row, and each state once', () => {
    const names = CURRENTS.map(({ part, state }) => `${part}/${state}`)
    expect(new Set(names).size).toBe(names.length)
    for (const { source, milliamps } of CURRENTS) {
      expect(source.length).toBeGreaterThan(10)
      expect(milliamps).toBeGreaterThanOrEqual(0)
    }
  })

  test('knows both radios at every power that they can send with, and no more power for less current', () => {
    const radios: [string, number, number][] = [
      ['sx1276', -2, 20],
      ['sx1262', -9, 22],
    ]
    for (const [radio, from, to] of radios) {
      for (const state of ['sleep', 'standby', 'synthesizer', 'receiving'])
        expect(milliampsOf(radio, state)).toBeGreaterThan(0)
      for (let dBm = from + 1; dBm <= to; dBm++)
        expect(milliampsOf(radio, sendingAt(dBm))).toBeGreaterThanOrEqual(
          milliampsOf(radio, sendingAt(dBm - 1)),
        )
    }
    expect([16, 20].map((dBm) => milliampsOf('sx1276', sendingAt(dBm)))).toEqual([85, 125])
    expect([14, 22].map((dBm) => milliampsOf('sx1262', sendingAt(dBm)))).toEqual([90, 118])
  })

  test('refuses a state that it does not know', () => {
    expect(() => milliampsOf('sx1276', 'singing')).toThrow(/no current of sx1276 in state singing/)
  })
})

describe('a machine', () => {
  test('that sleeps an hour has exactly the charge of its sleep and of its two starts', async () => {
    let starts = 0
    const { clock, account } = boot((hal) => {
      if (++starts === 1) hal.power.deepSleep(HOUR_MS)
    })
    await clock.run(HOUR_MS + 2 * (ESP32_COSTS.bootMicros / 1000))
    account.close(clock.nowMicros())
    expect(account.asleep.micros.get('esp32')!.get('deepSleep')).toBe(HOUR_MICROS)
    expect(account.asleep.chargeMas(['esp32'])).toBeCloseTo(3_600 * milliampsOf('esp32', 'deepSleep'), 9)
    const boots = (2 * ESP32_COSTS.bootMicros) / 1e6
    expect(account.plain.chargeMas(['esp32'])).toBeCloseTo(boots * milliampsOf('esp32', 'on'), 9)
    // The second start still lasts.
    expect([account.plain.wakes, account.uplink.wakes]).toEqual([1, 0])
    expect(account.total().seconds('esp32')).toBeCloseTo(clock.nowMicros() / 1e6, 9)
  })

  test('writes and erases its flash for as long as the processor waits for it', async () => {
    const { clock, account } = boot((hal) => {
      hal.flash.erase(0)
      hal.flash.write(0, new Uint8Array(16))
      hal.power.deepSleep(HOUR_MS)
    })
    await clock.run(1_000)
    account.close(clock.nowMicros())
    const flash = account.plain.micros.get('flash')!
    expect(flash.get('erasing')).toBe(ESP32_COSTS.flashEraseMicros)
    expect(flash.get('writing')).toBe(ESP32_COSTS.flashWriteMicros + 16 * ESP32_COSTS.flashWriteByteMicros)
    expect(account.total().seconds('flash')).toBeCloseTo(1, 9)
  })

  test('that loses its power is neither awake nor asleep', async () => {
    const { clock, machine, account } = boot(() => undefined)
    await clock.run(1_000)
    machine.powerOff()
    await clock.run(3_000)
    account.close(clock.nowMicros())
    expect(account.plain.wakes).toBe(1)
    expect(account.asleep.micros.get('esp32')!.get(OFF)).toBe(2_000_000)
    expect(account.asleep.chargeMas(['esp32'])).toBe(0)
  })

  test('takes longer to start the more it has to read', () => {
    const { bootMicros } = withBundle(ESP32_COSTS, 40_000)
    expect(bootMicros - ESP32_COSTS.bootMicros - WAKE_CODE_MICROS).toBe(40_000 * READ_MICROS_PER_BYTE)
    expect(READ_MICROS_PER_BYTE).toBe(1.5)
  })
})

describe('a radio', () => {
  test('that sends a known frame draws the current of its power for its time on air', async () => {
    const b = bench()
    const { ledger, tally, micros } = written()
    b.chip.onState = ledger.teller('sx1276')
    configure(b)
    fill(b)
    b.write(0x01, 0x83)
    await b.clock.run(1_000)
    ledger.settle(1_000_000)
    const airMicros = airtimeMicroseconds(FRAME.length, 10, 125_000)
    expect(airMicros).toBe(370_688)
    expect(micros('sx1276', 'sending 16 dBm')).toBe(airMicros)
    // 85 mA on the air; the rest of the second is 120 us of synthesizer and standby.
    const rest = 0.00012 * 5.8 + (1 - 0.370688 - 0.00012) * 1.6
    expect(tally.chargeMas()).toBeCloseTo(0.370688 * 85 + rest, 9)
  })

  test('that listens in vain draws the current of reception for the symbols of its window', async () => {
    const b = bench()
    const { ledger, micros } = written()
    b.chip.onState = ledger.teller('sx1276')
    configure(b)
    prepareListening(b)
    b.write(0x01, 0x86)
    await b.clock.run(200)
    ledger.settle(200_000)
    // 7 symbols of SF10 at 125 kHz.
    expect(micros('sx1276', 'receiving')).toBe(7 * 8_192)
    b.write(0x01, 0x80)
    ledger.settle(300_000)
    expect(micros('sx1276', 'sleep')).toBe(100_000)
  })
})
