/** What a technician wrote on the node of the test bed. */
import type { Settings } from '../../core/settings.ts'

export const SETTINGS: Settings = {
  devEui: Uint8Array.from({ length: 8 }, (_, i) => i + 1),
  joinEui: new Uint8Array(8),
  appKey: Uint8Array.from({ length: 16 }, (_, i) => 200 - i),
  latitudeE4: 100_300,
  longitudeE4: 1_057_700,
  intervalSeconds: 0,
  samplesPerUplink: 0,
  soilDryMillivolts: 2_400,
  soilWetMillivolts: 1_000,
  gaugeHeightMm: 4_000,
  alarmAbove: 0,
  alarmRise: 0,
  alarmWithinMinutes: 0,
  lampOnMinutes: 0,
  lampOffMinutes: 0,
  darkFromMinutes: 0,
  darkToMinutes: 0,
  utcOffsetMinutes: 420,
}
