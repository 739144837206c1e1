/** A node that hears nothing for long. */
import { describe, expect, test } from 'vitest'
import { adr, joined, SMALL, tell } from './commandRig.ts'

describe('long silence', () => {
  test('asks for a downlink after 64 uplinks, then falls back: power, data rate, channels', () => {
    const rig = joined()
    tell(rig, '0905')
    tell(rig, adr({ dataRate: 4, powerIndex: 3, channelMask: 1 }))
    const seen: string[] = []
    // The last downlink came before the last uplink, which was the first of the silence.
    for (let silent = 1; silent < 300; silent++) {
      // Half of the way on one program, half with a reboot before each uplink, as a node that sleeps.
      if (silent % 2) rig.mac = rig.bench.boot()
      rig.bench.nowMs += rig.mac.waitMs()
      rig.bench.uplink(rig.mac, 1, SMALL)
      const { modulation, powerDbm } = rig.bench.uplinks.at(-1)!
      const state = `SF${modulation.spreadingFactor} ${powerDbm} dBm ${rig.network.frames.at(-1)!.adrAckReq}`
      if (!seen.length || seen.at(-1)!.split(': ')[1] !== state) seen.push(`${silent}: ${state}`)
    }
    expect(seen).toEqual([
      '1: SF8 8 dBm false',
      '64: SF8 8 dBm true',
      '96: SF8 14 dBm true',
      '128: SF9 14 dBm true',
      '160: SF10 14 dBm true',
      '192: SF11 14 dBm true',
      '224: SF12 14 dBm true',
    ])
    rig.bench.noise = 1
    rig.bench.nowMs += rig.mac.waitMs()
    rig.bench.uplink(rig.mac, 1, SMALL)
    expect(rig.bench.uplinks.at(-1)!.modulation.frequencyHz).toBe(921_600_000)
  })
})
