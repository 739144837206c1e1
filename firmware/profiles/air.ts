/** Air: temperature and humidity in a shaded box, and the battery. A reading every ten minutes, an uplink an hour. */
import { runBattery } from '../node.ts'
import { Battery } from '../sensors/battery.ts'
import { Sht31 } from '../sensors/sht31.ts'
import type { Profile } from './profile.ts'

export const air: Profile = {
  name: 'air',
  quantities: [3, 4, 16], // airTemperature airHumidity batteryVoltage
  intervalSeconds: 600,
  samplesPerUplink: 6,
  commissioned: true,
  mount: (hal, board) => [
    new Sht31(hal.i2c),
    new Battery(hal.adc, board.battery.pin, board.battery.dividerPerMille),
  ],
  run: runBattery,
}
