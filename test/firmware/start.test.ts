/** The settings record at a start: the technician's, else the one the journal kept, else a blank node. */
import { describe, expect, test } from 'vitest'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import { as923_2 } from '../../core/regions/as923_2.ts'
import { encodeSettings, type Settings } from '../../core/settings.ts'
import type { Hal } from '../../firmware/hal/index.ts'
import type { NodeParts, Profile } from '../../firmware/profiles/profile.ts'
import { start } from '../../firmware/start.ts'
import { SETTINGS } from './bed.ts'
import { CutFlash, untilCut } from './cutFlash.ts'

const OLD = encodeSettings({ ...SETTINGS, intervalSeconds: 600 })
const NEW = encodeSettings({ ...SETTINGS, intervalSeconds: 300 })

/** Starts once; answers the settings the profile was run with, and what was said. */
function boot(flash: CutFlash, record: Uint8Array | undefined): { settings?: Settings; logs: string[] } {
  const logs: string[] = []
  let settings: Settings | undefined
  const profile = { run: (parts: NodeParts) => (settings = parts.settings) } as unknown as Profile
  const power = { watch: () => undefined }
  const hal = {
    flash,
    power,
    settings: () => record,
    log: (line: string) => logs.push(line),
  } as unknown as Hal
  start(ttgoLora32V21, profile, as923_2, hal)
  return settings ? { settings, logs } : { logs }
}

describe('the settings', () => {
  test('are the technician’s', () => {
    const flash = new CutFlash()
    expect(boot(flash, OLD).settings!.intervalSeconds).toBe(600)
    expect(boot(flash, NEW).settings!.intervalSeconds).toBe(300)
  })

  test('are written to the journal once', () => {
    const flash = new CutFlash()
    boot(flash, OLD)
    const { steps } = flash
    for (let i = 0; i < 5; i++) boot(flash, OLD)
    expect(flash.steps).toBe(steps)
  })

  test('outlive a Storage that lost or spoilt them, and the node says so', () => {
    const flash = new CutFlash()
    boot(flash, OLD)
    boot(flash, NEW)
    const spoilt = NEW.map((byte, i) => (i === 20 ? byte ^ 1 : byte))
    for (const [record, word] of [
      [undefined, 'settings blank'],
      [spoilt, 'settings crc'],
      [NEW.subarray(0, 30), 'settings short'],
    ] as const) {
      const { settings, logs } = boot(flash, record)
      expect(settings!.intervalSeconds).toBe(300)
      expect(logs).toEqual([word])
    }
  })

  test('of a blank node are none: it says so and does nothing', () => {
    const flash = new CutFlash()
    expect(boot(flash, undefined)).toEqual({ logs: ['settings blank'] })
    expect(flash.steps).toBe(0)
  })

  test('after a power cut at any byte of their copy are the old or the new ones', () => {
    for (let cut = 0; cut < 72; cut++) {
      const flash = new CutFlash()
      boot(flash, OLD)
      untilCut(flash, cut, () => boot(flash, NEW))
      expect([300, 600]).toContain(boot(flash, undefined).settings!.intervalSeconds)
      expect(boot(flash, NEW).settings!.intervalSeconds).toBe(300)
    }
  })
})
