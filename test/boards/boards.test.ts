/** Every board: no pin is used twice, the rail is an output that neither starts nor stops the chip, and an update has room. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Board } from '../../firmware/board.ts'
import { TEXT_BYTES } from '../../firmware/update/record.ts'

const folder = new URL('../../boards/', import.meta.url)
const modules = await Promise.all(
  readdirSync(folder).map((file) => import(new URL(file, folder).href) as Promise<Record<string, Board>>),
)
const boards = modules.flatMap((each) => Object.values(each))

/** ESP32 datasheet: strapping pins; those of the flash outside and, in an ESP32-PICO-D4 or beside PSRAM, 16 and 17; the console. 34 to 39 are inputs. */
const NO_RAIL = [0, 2, 5, 12, 15, 6, 7, 8, 9, 10, 11, 16, 17, 1, 3]
const OUTPUTS_END = 34

/** Pins of a board by what they are for. */
function pinsOf({ i2c, battery, mount, ...rest }: Board): number[] {
  const pins = [i2c.data, i2c.clock, battery.pin, ...Object.values(mount)]
  if (rest.link !== 'lorawan') return pins
  const { select, reset, interrupt } = rest.radio
  return [...pins, rest.spi.clock, rest.spi.miso, rest.spi.mosi, select, reset, interrupt]
}

describe.each(boards.map((board) => [board.name, board] as const))('%s', (_, board) => {
  test('uses no pin twice', () => expect(new Set(pinsOf(board)).size).toBe(pinsOf(board).length))

  test('has its rail and its trigger at outputs that are free', () => {
    for (const pin of [board.mount.rail, board.mount.trigger]) {
      expect(NO_RAIL).not.toContain(pin)
      expect(pin).toBeLessThan(OUTPUTS_END)
    }
  })
})

test('the largest bundle that a board may have fits the file that an update fills', () => {
  for (const { name, link, budgets } of boards)
    if (link === 'mqtt') expect(budgets.bundleBytes, name).toBeLessThanOrEqual(TEXT_BYTES)
})
