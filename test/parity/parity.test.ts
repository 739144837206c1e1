/** Source and bundle are the same program: a node's life with the one and with the other, the same frames at the same microsecond. */
import { beforeAll, describe, expect, test } from 'vitest'
import { UPLINK_PORT } from '../../core/packet/index.ts'
import { builtBundles } from './built.ts'
import { live, WAKES, type Life } from './life.ts'

for (const { plan, code } of await builtBundles()) {
  const profile = plan.profile.value
  const isLight = profile.name === 'light'

  describe(plan.file, () => {
    let source: Life
    let bundle: Life
    beforeAll(async () => {
      source = await live(plan.board.value, profile)
      bundle = await live(plan.board.value, profile, code)
    })

    test('the life has all that is to be compared in it', () => {
      const ports = source.network.uplinks.map(({ port }) => port)
      expect(source.network.joins).toBeGreaterThanOrEqual(1)
      expect(ports).toContain(UPLINK_PORT.hello)
      expect(source.network.stored.size).toBeGreaterThan(10)
      if (!isLight) expect(source.wakes).toBeGreaterThanOrEqual(WAKES)
      expect(bundle.programs.length).toBeGreaterThanOrEqual(isLight ? 2 : WAKES)
    })

    if (isLight)
      test('a lamp takes its command, by radio that of its group as well, each at once, and goes back to its schedule', () => {
        const commands = plan.board.value.link === 'lorawan' ? 2 : 1
        const relay = source.events.filter((event) => event.includes('relay'))
        const switched = relay.map((event) => event.split(' ').at(-1)).join(' ')
        // Lit at dusk; dark for each command, and for the restart.
        expect(switched).toBe('on' + ' off on'.repeat(commands + 1))
        const offMicros = parseInt(relay[2 * commands - 1]!)
        const toldMicros = source.events
          .filter((event) => event.includes('down'))
          .map((event) => parseInt(event))
        const last = Math.max(...toldMicros.filter((micros) => micros < offMicros))
        // Its air time at SF10 is 330 ms.
        expect(offMicros - last).toBeLessThan(600_000)
      })

    test('every frame, in both directions, and every switch of the relay is the same, at the same time', () => {
      expect(bundle.events).toEqual(source.events)
    })

    test('the technician reads the same lines', () => {
      expect(bundle.logs).toEqual(source.logs)
    })
  })
}
