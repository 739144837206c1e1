/** Gauge: the level of a river or canal under a bridge. A flood does not wait for an hour to be full, so every reading is sent at once. */
import { runBattery } from '../node.ts'
import { Battery } from '../sensors/battery.ts'
import { JsnSr04t } from '../sensors/jsnSr04t.ts'
import { Sht31 } from '../sensors/sht31.ts'
import type { Profile } from './profile.ts'

export const gauge: Profile = {
  name: 'gauge',
  quantities: [9, 3, 16], // waterLevel airTemperature batteryVoltage
  intervalSeconds: 600,
  samplesPerUplink: 1,
  commissioned: true,
  // A dyke's last metre, and a flood that comes while one looks: the sensor itself scatters by 1 cm.
  alarms: [{ quantity: 9, above: 30_000, rise: 2_000, withinSeconds: 3_600 }],
  mount: (hal, board, settings) => {
    // Read first: the speed of sound follows the air's temperature. Its humidity is not sent.
    const thermometer = new Sht31(hal.i2c)
    return [
      thermometer,
      new JsnSr04t(hal, board.mount, settings.gaugeHeightMm, thermometer),
      new Battery(hal.adc, board.battery.pin, board.battery.dividerPerMille),
    ]
  },
  run: runBattery,
}
