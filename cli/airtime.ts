/** `fieldnode airtime`: how long a LoRa frame is in the air (core/lorawan/airtime.ts has the source). */
import { airtimeMicroseconds } from '../core/lorawan/airtime.ts'
import { parseOptions, wholeNumber } from './options.ts'
import { energyTexts as texts } from './energy/texts.ts'

const BANDWIDTH_HZ = 125_000

/** Prints the time of an uplink's frame of so many bytes, PHYPayload, at 125 kHz and 4/5, with its CRC. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      sf: { type: 'string', default: '10' },
      'phy-bytes': { type: 'string', default: '23' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.airtime.help)
    return 0
  }
  const spreadingFactor = wholeNumber('--sf', values.sf, 7, 12)
  const bytes = wholeNumber('--phy-bytes', values['phy-bytes'], 1, 255)
  const ms = airtimeMicroseconds(bytes, spreadingFactor, BANDWIDTH_HZ) / 1000
  console.log(values.json ? JSON.stringify({ ms }) : texts.airtime.figure(ms))
  return 0
}
