/** The sensors' switched supply: an output of the board that feeds them, or the switch that does, while they measure.
 *  In deep sleep an ESP32 lets go of its pins and Espruino has no way to hold one (no gpio_hold_en in its targets/esp32), so low is what the resistor at
 *  the rail makes of it (boards/); until then it is what is written here. Times in ms. */
import type { Board } from './board.ts'
import type { Hal } from './hal/index.ts'
import type { Sensor } from './sensors/sensor.ts'

/** How long the slowest sensor on the rail warms up, ms; 0 when none hangs there. */
export function slowestWarmUpMs(sensors: readonly Sensor[]): number {
  let warmUpMs = 0
  for (const sensor of sensors) warmUpMs = Math.max(warmUpMs, sensor.warmUpMs ?? 0)
  return warmUpMs
}

/** Switches the rail. What drives a sensor's inputs is low before its supply comes and before it goes, so that none is fed through its data pins. */
export function switchRail(hal: Hal, board: Board, sensors: readonly Sensor[], on: boolean): void {
  for (const { drives } of sensors) if (drives !== undefined) hal.gpio.write(drives, false)
  hal.gpio.write(board.mount.rail, on)
}
