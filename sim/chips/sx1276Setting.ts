/** What an SX1276's registers add up to, and the rules that the datasheet sets for them before it sends or listens.
 *  Source: Semtech SX1276/77/78/79 datasheet rev. 7: 4.1.1 (modem), 4.1.4 (frequency), 5.4 (power), 6.4 (registers); errata note 2.3;
 *  RegInvertIQ and RegInvertIQ2 as in Semtech's own driver (0x27/0x1d normal, bit 6 with 0x19 inverted at reception). */
import { needsLowDataRate, type LoraSetting } from './lora.ts'
import { ChipMisuse } from './misuse.ts'

const CHIP = 'sx1276'
const CRYSTAL_HZ = 32_000_000
const BANDWIDTHS_HZ = [7_800, 10_400, 15_600, 20_800, 31_250, 41_700, 62_500, 125_000, 250_000, 500_000]

/** Refuses unless `holds`. `detail` is a function where it costs something to say: this is asked for every byte over SPI. */
export function demand(holds: boolean, rule: string, detail: string | (() => string)): void {
  if (!holds) throw new ChipMisuse(CHIP, rule, typeof detail === 'string' ? detail : detail())
}

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`

/** Fields that sending and receiving share. */
function sharedSetting(r: Uint8Array) {
  const bandwidthHz = BANDWIDTHS_HZ[r[0x1d]! >> 4]
  const codingRate = (r[0x1d]! >> 1) & 7
  const spreadingFactor = r[0x1e]! >> 4
  const explicitHeader = (r[0x1d]! & 1) === 0
  demand(bandwidthHz !== undefined, 'RegModemConfig1 Bw is 0 to 9', () => `RegModemConfig1 ${hex(r[0x1d]!)}`)
  demand(
    codingRate >= 1 && codingRate <= 4,
    'RegModemConfig1 CodingRate is 1 to 4',
    () => `RegModemConfig1 ${hex(r[0x1d]!)}`,
  )
  demand(spreadingFactor >= 6 && spreadingFactor <= 12, 'RegModemConfig2 SpreadingFactor is 6 to 12', () =>
    hex(r[0x1e]!),
  )
  demand(
    spreadingFactor > 6 || !explicitHeader,
    '4.1.1.2: SF6 needs the implicit header',
    'explicit header at SF6',
  )
  const lowDataRate = (r[0x26]! & 0x08) !== 0
  if (needsLowDataRate(spreadingFactor, bandwidthHz!))
    demand(
      lowDataRate,
      '4.1.1.6: LowDataRateOptimize for symbols over 16 ms',
      () => `SF${spreadingFactor}, bit 3 of RegModemConfig3 is 0`,
    )
  const preambleSymbols = (r[0x20]! << 8) | r[0x21]!
  demand(
    preambleSymbols >= 6,
    '4.1.1.6: a preamble has 6 to 65535 symbols',
    () => `${preambleSymbols} symbols`,
  )
  return {
    // Frf steps of 32 MHz / 2^19; rounded to what the crystal's 61 Hz steps can mean.
    frequencyHz: Math.round((((r[0x06]! << 16) | (r[0x07]! << 8) | r[0x08]!) * CRYSTAL_HZ) / 2 ** 19),
    spreadingFactor,
    bandwidthHz: bandwidthHz!,
    codingRate,
    preambleSymbols,
    explicitHeader,
    payloadCrc: (r[0x1e]! & 0x04) !== 0,
    lowDataRate,
    syncWord: r[0x39]!,
  }
}

/** What the chip would send with. */
export function sendSetting(r: Uint8Array): LoraSetting {
  const invertedIq = (r[0x33]! & 0x01) === 0
  demand(
    r[0x3b] === (invertedIq ? 0x19 : 0x1d),
    'RegInvertIQ2 follows RegInvertIQ',
    () => `${hex(r[0x33]!)} with ${hex(r[0x3b]!)}`,
  )
  return { ...sharedSetting(r), invertedIq }
}

/** What the chip would listen for. */
export function listenSetting(r: Uint8Array): LoraSetting {
  const shared = sharedSetting(r)
  const invertedIq = (r[0x33]! & 0x40) !== 0
  demand(
    r[0x3b] === (invertedIq ? 0x19 : 0x1d),
    'RegInvertIQ2 follows RegInvertIQ',
    () => `${hex(r[0x33]!)} with ${hex(r[0x3b]!)}`,
  )
  const six = shared.spreadingFactor === 6
  demand((r[0x31]! & 7) === (six ? 5 : 3), 'RegDetectOptimize is 3 for SF7 to 12, 5 for SF6', () =>
    hex(r[0x31]!),
  )
  demand(r[0x37] === (six ? 0x0c : 0x0a), 'RegDetectionThreshold is 0x0a for SF7 to 12, 0x0c for SF6', () =>
    hex(r[0x37]!),
  )
  checkSpurious(r, shared.bandwidthHz)
  return { ...shared, invertedIq }
}

/** Errata 2.3, receiver spurious reception: below 500 kHz the automatic intermediate frequency is off and 40 00 stands in its place. */
function checkSpurious(r: Uint8Array, bandwidthHz: number): void {
  const automatic = (r[0x31]! & 0x80) !== 0
  const rule = 'errata 2.3: spurious reception'
  if (bandwidthHz === 500_000) return demand(automatic, rule, 'bit 7 of 0x31 is 0 at 500 kHz')
  demand(!automatic, rule, () => `bit 7 of 0x31 is 1 at ${bandwidthHz} Hz`)
  if (bandwidthHz >= 62_500)
    demand(
      r[0x2f] === 0x40 && r[0x30] === 0,
      rule,
      () => `0x2f and 0x30 are ${hex(r[0x2f]!)} ${hex(r[0x30]!)}, not 0x40 0x00`,
    )
}

/** Power at the PA_BOOST pin in dBm: the only amplifier that these boards wire to their antenna. */
export function powerDbm(r: Uint8Array): number {
  demand(
    (r[0x09]! & 0x80) !== 0,
    '5.4.2 and the board: only PA_BOOST is wired',
    () => `RegPaConfig ${hex(r[0x09]!)}`,
  )
  const output = r[0x09]! & 0x0f
  const dac = r[0x4d]! & 7
  demand(
    dac === 4 || dac === 7,
    '5.4.3: RegPaDac is 0x84, or 0x87 for +20 dBm',
    () => `RegPaDac ${hex(r[0x4d]!)}`,
  )
  if (dac === 4) return 2 + output
  demand(output === 15, '5.4.3: +20 dBm needs OutputPower 15', () => `OutputPower ${output}`)
  const trim = r[0x0b]! & 0x1f
  const protectedMa = trim <= 15 ? 45 + 5 * trim : trim <= 27 ? 10 * trim - 30 : 240
  demand(
    (r[0x0b]! & 0x20) === 0 || protectedMa >= 120,
    '5.4.4: +20 dBm draws 120 mA',
    () => `RegOcp stops at ${protectedMa} mA`,
  )
  return 20
}

/** Symbols that a single reception waits for a preamble. */
export function symbolTimeout(r: Uint8Array): number {
  const symbols = ((r[0x1e]! & 3) << 8) | r[0x1f]!
  demand(symbols >= 4, '4.1.5: SymbTimeout is 4 to 1023', () => `${symbols} symbols`)
  return symbols
}
