/** JSN-SR04T driver: echo times to levels, the chain of pings, and the register-level model of the module. */
import { describe, expect, test } from 'vitest'
import type { Gpio, NodeClock } from '../../../firmware/hal/index.ts'
import { BLIND_ZONE, echoToDistance, JsnSr04t } from '../../../firmware/sensors/jsnSr04t.ts'
import { JsnSr04t as JsnSr04tChip, type JsnSr04tFault } from '../../../sim/chips/jsnSr04t.ts'
import { VirtualClock } from '../../../sim/clock.ts'
import { Random } from '../../../sim/random.ts'

const TRIGGER = 17
const ECHO = 34
const HEIGHT_MM = 4000

/** A board with nothing but two pins and a clock; `module` is what is wired to them. */
function bench(
  module: (
    pulse: { atMicros: number; micros: number },
    echo: (high: boolean) => void,
    time: VirtualClock,
  ) => void,
) {
  const time = new VirtualClock(0)
  const watches = new Map<number, (high: boolean, atMs: number) => void>()
  const timers = new Map<number, () => void>()
  let ids = 0
  const echo = (high: boolean) => watches.forEach((run) => run(high, time.nowMicros() / 1000))
  const gpio: Gpio = {
    write: () => undefined,
    read: () => false,
    pulse: (pin, micros) => {
      expect(pin).toBe(TRIGGER)
      module({ atMicros: time.nowMicros(), micros }, echo, time)
    },
    watch: (pin, edge, run) => {
      expect([pin, edge]).toEqual([ECHO, 'both'])
      watches.set(++ids, run)
      return ids
    },
    unwatch: (watch) => void watches.delete(watch),
  }
  const clock: NodeClock = {
    nowMs: () => time.nowMicros() / 1000,
    setTimer: (delayMs, run) => {
      const id = ++ids
      const cancel = time.setTimer(delayMs, () => (timers.delete(id), run()))
      timers.set(id, cancel)
      return id
    },
    clearTimer: (timer) => {
      timers.get(timer)?.()
      timers.delete(timer)
    },
  }
  return { hal: { gpio, clock }, time, watches, timers }
}

/** Starts, lets the time pass that start() asks for, reads. */
function measure(
  module: Parameters<typeof bench>[0],
  air: { temperatureCentiC: number | undefined } = { temperatureCentiC: 2500 },
) {
  const { hal, time, watches, timers } = bench(module)
  const sensor = new JsnSr04t(hal, { trigger: TRIGGER, echo: ECHO }, HEIGHT_MM, air)
  const into = Int32Array.of(-1)
  void time.run(time.nowMicros() / 1000 + sensor.start())
  const error = sensor.read(into, 0)
  expect([watches.size, timers.size]).toEqual([0, 0])
  return { error, level: into[0]! }
}

/** A module that answers pulses of these widths, one a ping; undefined is silence. */
function widths(...micros: (number | undefined)[]): Parameters<typeof bench>[0] {
  return (pulse, echo, time) => {
    const width = micros.length > 1 ? micros.shift() : micros[0]
    if (width === undefined) return
    time.at(pulse.atMicros + 470, () => echo(true))
    time.at(pulse.atMicros + 470 + width, () => echo(false))
  }
}

describe('distance', () => {
  test('of every microsecond up to 28 ms is the nearest tenth of a millimetre, from frost to heat', () => {
    for (const centiC of [-1000, 0, 1234, 2500, 5000]) {
      const mmPerS = 331_300 + Math.round((606 * centiC) / 100)
      for (let micros = 0; micros <= 28_000; micros += 1) {
        const exact = (micros * mmPerS) / 200_000
        if (Math.abs(echoToDistance(micros, centiC) - exact) > 0.5) expect([micros, centiC]).toEqual([])
      }
    }
  })

  test('warm air carries sound faster: 10 degrees are 1.7 % of the way', () => {
    expect(echoToDistance(10_000, 2500)).toBe(17_323)
    expect(echoToDistance(10_000, 1500)).toBe(17_020)
  })
})

describe('driver', () => {
  const TWO_METRES = 11_545 // at 25 degC: 1,999.9 mm
  const LEVEL = 20_001

  test('the level is the height of the sensor less the distance', () => {
    expect(measure(widths(TWO_METRES))).toEqual({ error: 'ok', level: LEVEL })
  })

  test('pings five times, 60 ms or more apart, with triggers long enough', () => {
    const pulses: number[] = []
    const { error } = measure((pulse, echo, time) => {
      pulses.push(pulse.atMicros)
      expect(pulse.micros).toBeGreaterThanOrEqual(10)
      widths(TWO_METRES)(pulse, echo, time)
    })
    expect(error).toBe('ok')
    expect(pulses).toHaveLength(5)
    for (let i = 1; i < 5; i++) expect(pulses[i]! - pulses[i - 1]!).toBeGreaterThanOrEqual(60_500)
  })

  test('two strays of five do not move it', () => {
    expect(measure(widths(TWO_METRES, 3000, TWO_METRES, 1500, TWO_METRES)).level).toBe(LEVEL)
  })

  test('two lost echoes are borne, three are no answer', () => {
    expect(measure(widths(60_000, TWO_METRES, undefined, TWO_METRES, TWO_METRES))).toEqual({
      error: 'ok',
      level: LEVEL,
    })
    expect(measure(widths(60_000, TWO_METRES, undefined, TWO_METRES, 60_000)).error).toBe('noAnswer')
    expect(measure(widths(undefined)).error).toBe('noAnswer')
    expect(measure(widths(60_000)).error).toBe('noAnswer')
  })

  test('farther than the module reaches is no answer', () => {
    expect(measure(widths(27_900)).error).toBe('noAnswer')
  })

  test('in the blind zone the level is the highest there is', () => {
    for (const width of [300, 800, 1100]) {
      expect(measure(widths(width))).toEqual({ error: 'ok', level: HEIGHT_MM * 10 - BLIND_ZONE })
    }
  })

  test('a pulse too short for any echo is a range error', () => {
    expect(measure(widths(60))).toEqual({ error: 'range', level: -1 })
  })

  test('an edge that nothing began is ignored', () => {
    expect(
      measure((pulse, echo, time) => {
        time.at(pulse.atMicros + 10, () => echo(false))
        widths(TWO_METRES)(pulse, echo, time)
      }).level,
    ).toBe(LEVEL)
  })

  test('without a temperature it takes the mean of the delta', () => {
    expect(measure(widths(TWO_METRES), { temperatureCentiC: undefined })).toEqual(
      measure(widths(TWO_METRES), { temperatureCentiC: 2700 }),
    )
  })

  test('a second measurement begins clean', () => {
    const script = [TWO_METRES, TWO_METRES, TWO_METRES, TWO_METRES, TWO_METRES, 60_000]
    const { hal, time } = bench(widths(...script))
    const sensor = new JsnSr04t(hal, { trigger: TRIGGER, echo: ECHO }, HEIGHT_MM, { temperatureCentiC: 2500 })
    const errors = [0, 1].map(() => {
      void time.run(time.nowMicros() / 1000 + sensor.start())
      return sensor.read(new Int32Array(1), 0)
    })
    expect(errors).toEqual(['ok', 'noAnswer'])
  })
})

describe('on the chip model', () => {
  function levels(distanceMm: number | undefined, fault: JsnSr04tFault = 'none') {
    const air = 31
    const random = new Random(3, 'jsn')
    return Array.from({ length: 40 }, () => {
      let chip: JsnSr04tChip | undefined
      return measure(
        (pulse, echo, time) => {
          chip ??= new JsnSr04tChip(time, () => ({ distanceMm, airTemperatureC: air }), echo, random)
          chip.fault = fault
          chip.trigger(pulse.micros, pulse.atMicros)
        },
        { temperatureCentiC: air * 100 },
      )
    })
  }

  test('levels are within 5 mm over the whole reach', () => {
    for (const distanceMm of [230, 500, 1250, 2500, 4400]) {
      for (const { error, level } of levels(distanceMm)) {
        expect(error).toBe('ok')
        expect(Math.abs(level - (HEIGHT_MM - distanceMm) * 10)).toBeLessThan(50)
      }
    }
  })

  /** Measures so long after its supply came on; undefined: without one. */
  function afterPower(waitMs: number | undefined) {
    let chip: JsnSr04tChip | undefined
    return measure((pulse, echo, time) => {
      if (!chip) {
        chip = new JsnSr04tChip(
          time,
          () => ({ distanceMm: 2_000, airTemperatureC: 25 }),
          echo,
          new Random(3, 'jsn'),
        )
        chip.power(false, 0)
        if (waitMs !== undefined) chip.power(true, pulse.atMicros - waitMs * 1000)
      }
      chip.trigger(pulse.micros, pulse.atMicros)
    })
  }

  test('without power no answer; after its own warm-up the level, and one ping too early does not move it', () => {
    const { warmUpMs, drives } = new JsnSr04t(bench(widths(1)).hal, { trigger: TRIGGER, echo: ECHO }, 0, {
      temperatureCentiC: 0,
    })
    expect(drives).toBe(TRIGGER)
    expect(afterPower(undefined).error).toBe('noAnswer')
    for (const waitMs of [0, warmUpMs]) {
      const { error, level } = afterPower(waitMs)
      expect(error).toBe('ok')
      expect(Math.abs(level - 20_000)).toBeLessThan(60)
    }
  })

  test('its faults have their names', () => {
    expect(new Set(levels(2000, 'silent').map(({ error }) => error))).toEqual(new Set(['noAnswer']))
    expect(new Set(levels(undefined).map(({ error }) => error))).toEqual(new Set(['noAnswer']))
    expect(new Set(levels(5200).map(({ error }) => error))).toEqual(new Set(['noAnswer']))
    for (const { level } of levels(2000, 'object')) expect(Math.abs(level - 32_000)).toBeLessThan(60)
  })

  test('water at the sensor is the highest level, not an error', () => {
    for (const { error, level } of levels(30)) {
      expect(error).toBe('ok')
      expect(HEIGHT_MM * 10 - level).toBeLessThan(BLIND_ZONE + 20)
    }
  })
})
