/** Soil: moisture at the root, the air above it, and the battery. Buried probe, a reading every ten minutes, an uplink an hour. */
import { runBattery } from '../node.ts'
import { Battery } from '../sensors/battery.ts'
import { Sht31 } from '../sensors/sht31.ts'
import { SoilProbe } from '../sensors/soilProbe.ts'
import type { Profile } from './profile.ts'

export const soil: Profile = {
  name: 'soil',
  quantities: [1, 3, 4, 16], // soilMoisture airTemperature airHumidity batteryVoltage
  intervalSeconds: 600,
  samplesPerUplink: 6,
  commissioned: true,
  mount: (hal, board, settings) => [
    new SoilProbe(hal.adc, board.mount.soilProbe, settings.soilDryMillivolts, settings.soilWetMillivolts),
    new Sht31(hal.i2c),
    new Battery(hal.adc, board.battery.pin, board.battery.dividerPerMille),
  ],
  run: runBattery,
}
