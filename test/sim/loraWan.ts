/** How frames of a public LoRaWAN network are modulated, whatever their channel and data rate; written apart from the firmware, which is held against
 *  it. Source: LoRaWAN 1.0.3, 3.1 and 3.2 (header, and a CRC on uplinks alone); the sync word is the SX127x value that core/regions names. */
import { needsLowDataRate, type LoraSetting } from '../../sim/chips/lora.ts'

const EITHER = { codingRate: 1, preambleSymbols: 8, explicitHeader: true, syncWord: 0x34 } as const

export const UP = { ...EITHER, payloadCrc: true, invertedIq: false } as const
export const DOWN = { ...EITHER, payloadCrc: false, invertedIq: true } as const

/** An uplink on Viet Nam's first channel at SF10. */
export const SF10_UP: LoraSetting = {
  ...UP,
  ...{ frequencyHz: 921_400_000, spreadingFactor: 10, bandwidthHz: 125_000, lowDataRate: false },
}

export type Place = Pick<LoraSetting, 'frequencyHz' | 'spreadingFactor' | 'bandwidthHz'>

/** A downlink at a place. */
export const downSetting = ({ frequencyHz, spreadingFactor, bandwidthHz }: Place): LoraSetting => ({
  ...DOWN,
  ...{ frequencyHz, spreadingFactor, bandwidthHz },
  lowDataRate: needsLowDataRate(spreadingFactor, bandwidthHz),
})
