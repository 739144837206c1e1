/** What an SX1262 has been told, what that adds up to, and the rules that the datasheet sets before it sends or listens.
 *  Source: Semtech SX1261/2 datasheet DS.SX1261-2.W.APP rev. 2.2: 9.2.1 (image calibration), 13.1.14 (PA), 13.3.5 and 13.3.6 (DIO2, DIO3), 13.4
 *  (RF and packet), 14.2 and 14.3 (order of the settings), 15 (limitations). The formula of register 0x0706 is Semtech's own driver's
 *  (sx126x_driver, sx126x_regs.h). Frequencies in Hz, powers in dBm, times in microseconds. */
import { needsLowDataRate, type LoraSetting } from './lora.ts'
import { ChipMisuse } from './misuse.ts'
import { REGISTERS } from './sx1262Commands.ts'

const CHIP = 'sx1262'
const CRYSTAL_HZ = 32_000_000
/** Of DIO3's timer, SetTx and SetRx. */
export const STEP_MICROS = 15.625

/** How a board has wired its chip: the model refuses a driver that does not know. */
export interface Sx1262Wiring {
  /** What DIO3 must feed the oscillator with; 0 where a crystal needs nothing. */
  readonly tcxoMillivolts: number
  /** Whether DIO2 throws the antenna switch. */
  readonly dio2Switch: boolean
  /** What the antenna matching is made for: 14, 17, 20 or 22. */
  readonly powerDbmMax: number
}

/** All that is lost in a cold start; undefined is what nobody has set. */
export interface Told {
  readonly r: Map<number, number>
  packetType: number | undefined
  frequencyHz: number | undefined
  modulation: readonly number[] | undefined
  packet: readonly number[] | undefined
  pa: readonly number[] | undefined
  /** dBm as SetTxParams has them. */
  powerDbm: number | undefined
  txBase: number
  rxBase: number
  irqMask: number
  dio1Mask: number
  dio2Switch: boolean
  /** Start-up time of the oscillator that DIO3 feeds. */
  tcxoMicros: number | undefined
  /** All blocks, since the oscillator runs. */
  calibrated: boolean
  /** MHz from and to. */
  imageMhz: readonly number[] | undefined
  errors: number
  /** 15.4: 0x0736 has been written since the last SetPacketParams. */
  polarityFixed: boolean
}

/** Table 9-2: MHz from and to, then the bytes of CalibrateImage. */
const IMAGE_BANDS = [
  [430, 440, 0x6b, 0x6f],
  [470, 510, 0x75, 0x81],
  [779, 787, 0xc1, 0xc5],
  [863, 870, 0xd7, 0xdb],
  [902, 928, 0xe1, 0xe9],
] as const
const IMAGE_DEFAULT = [902, 928]

/** Table 13-21: matching of the board, then paDutyCycle and hpMax; SetTxParams at 22 is the matching's full power. */
const PA_ROWS = [
  [14, 2, 2],
  [17, 2, 3],
  [20, 3, 5],
  [22, 4, 7],
] as const
const POWER_SETTING_MAX = 22
const POWER_SETTING_MIN = -9

/** Table 13-35. */
const TCXO_MILLIVOLTS = [1600, 1700, 1800, 2200, 2400, 2700, 3000, 3300]
/** A TCXO is stable after 2 ms at the most. An estimate from the parts boards use; the datasheet leaves it to them. */
const TCXO_START_MICROS = 2_000

/** GetDeviceErrors: the oscillator did not start (table 13-85). */
export const XOSC_START = 0x20

const BANDWIDTHS_HZ: Record<number, number> = {
  0x00: 7_810,
  0x08: 10_420,
  0x01: 15_630,
  0x09: 20_830,
  0x02: 31_250,
  0x0a: 41_670,
  0x03: 62_500,
  0x04: 125_000,
  0x05: 250_000,
  0x06: 500_000,
}

/** Refuses unless `holds`. `detail` is a function where it costs something to say. */
export function demand(holds: boolean, rule: string, detail: string | (() => string)): void {
  if (!holds) throw new ChipMisuse(CHIP, rule, typeof detail === 'string' ? detail : detail())
}

export const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`

/** As after power-on. A board with a TCXO starts with the calibration failed, since nobody has fed it yet (9.2.1). */
export function fresh(wiring: Sx1262Wiring): Told {
  const crystal = wiring.tcxoMillivolts === 0
  return {
    r: new Map(REGISTERS.map((row) => [row.address, row.reset])),
    packetType: undefined,
    frequencyHz: undefined,
    modulation: undefined,
    packet: undefined,
    pa: undefined,
    powerDbm: undefined,
    txBase: 0,
    rxBase: 0,
    irqMask: 0,
    dio1Mask: 0,
    dio2Switch: false,
    tcxoMicros: undefined,
    calibrated: crystal,
    imageMhz: crystal ? IMAGE_DEFAULT : undefined,
    errors: crystal ? 0 : XOSC_START,
    polarityFixed: false,
  }
}

/** The band of a CalibrateImage. */
export function imageBand(first: number, last: number): readonly number[] {
  const row = IMAGE_BANDS.find((band) => band[2] === first && band[3] === last)
  demand(
    row !== undefined,
    '9.2.1: CalibrateImage takes a row of table 9-2',
    () => `${hex(first)} ${hex(last)}`,
  )
  return [row![0], row![1]]
}

/** Feeds the oscillator. */
export function setTcxo(told: Told, wiring: Sx1262Wiring, code: number, steps: number): void {
  const micros = steps * STEP_MICROS
  const rule = '13.3.6: DIO3 feeds what the board has wired to it'
  demand(wiring.tcxoMillivolts > 0, rule, 'SetDIO3AsTcxoCtrl on a board with a crystal')
  demand(
    TCXO_MILLIVOLTS[code] === wiring.tcxoMillivolts,
    rule,
    () => `${TCXO_MILLIVOLTS[code] ?? code} mV for a TCXO of ${wiring.tcxoMillivolts} mV`,
  )
  demand(micros >= TCXO_START_MICROS, '13.3.6: the TCXO starts within the delay', () => `${micros} us`)
  told.tcxoMicros = micros
}

/** How long the oscillator needs from STDBY_RC on, besides what the table of 8.3.1 has. */
export function oscillatorMicros(told: Told, wiring: Sx1262Wiring): number {
  demand(
    wiring.tcxoMillivolts === 0 || told.tcxoMicros !== undefined,
    '9.2.1 and 13.3.6: a TCXO needs SetDIO3AsTcxoCtrl',
    'the oscillator is needed and nobody feeds it',
  )
  return told.tcxoMicros ?? 0
}

export function calibrate(told: Told, wiring: Sx1262Wiring, blocks: number): void {
  oscillatorMicros(told, wiring)
  demand(
    (told.errors & XOSC_START) === 0,
    '13.3.6: XOSC_START_ERR of the start is cleared by ClearDeviceErrors',
    'calibration while it stands: a new failure would not be seen',
  )
  if (blocks === 0x7f) told.calibrated = true
  if (blocks & 0x40) told.imageMhz = IMAGE_DEFAULT
}

/** Everything that sending and receiving share. */
function sharedSetting(told: Told, wiring: Sx1262Wiring): LoraSetting {
  const { packetType, frequencyHz, modulation, packet, imageMhz, r } = told
  demand(packetType === 1, '14.2 and 14.3: SetPacketType(LoRa) comes first', () => `type ${packetType}`)
  demand(frequencyHz !== undefined, '14.2 and 14.3: SetRfFrequency', 'no frequency was set')
  demand(modulation !== undefined, '14.2 and 14.3: SetModulationParams', 'no modulation was set')
  demand(packet !== undefined, '14.2 and 14.3: SetPacketParams', 'no packet parameters were set')
  demand(told.calibrated, '9.2.1: with a TCXO, Calibrate all once DIO3 feeds it', 'never calibrated')
  const mhz = frequencyHz! / 1e6
  demand(
    imageMhz !== undefined && mhz >= imageMhz[0]! && mhz <= imageMhz[1]!,
    '9.2.1: the image is calibrated for the band in use',
    () => `${mhz} MHz, calibrated for ${imageMhz?.join(' to ') ?? 'nothing'}`,
  )
  demand(
    told.dio2Switch === wiring.dio2Switch,
    '13.3.5 and the board: DIO2 as the antenna switch',
    () => `SetDIO2AsRfSwitchCtrl is ${told.dio2Switch}, the board has ${wiring.dio2Switch}`,
  )
  checkModulation(modulation!)
  const invertedIq = packet![5] === 1
  demand(
    told.polarityFixed && ((r.get(0x0736)! & 4) === 0) === invertedIq,
    '15.4: bit 2 of 0x0736 is 0 with inverted IQ and 1 without, after SetPacketParams',
    () => `0x0736 is ${hex(r.get(0x0736)!)}, InvertIQ ${packet![5]}`,
  )
  const preambleSymbols = (packet![0]! << 8) | packet![1]!
  demand(preambleSymbols >= 8, '13.4.6: a preamble of 8 symbols is advised', () => `${preambleSymbols}`)
  return {
    frequencyHz: frequencyHz!,
    spreadingFactor: modulation![0]!,
    bandwidthHz: BANDWIDTHS_HZ[modulation![1]!]!,
    codingRate: modulation![2]!,
    preambleSymbols,
    explicitHeader: packet![2] === 0,
    payloadCrc: packet![4] === 1,
    lowDataRate: modulation![3] === 1,
    invertedIq,
    syncWord: (r.get(0x0740)! & 0xf0) | (r.get(0x0741)! >> 4),
  }
}

function checkModulation(modulation: readonly number[]): void {
  const [spreadingFactor, bandwidth, codingRate, lowDataRate] = modulation as [number, number, number, number]
  const rule = '13.4.5.2: SetModulationParams'
  demand(spreadingFactor >= 5 && spreadingFactor <= 12, rule, () => `SF${spreadingFactor}`)
  demand(BANDWIDTHS_HZ[bandwidth] !== undefined, rule, () => `bandwidth ${hex(bandwidth)}`)
  demand(codingRate >= 1 && codingRate <= 4, rule, () => `coding rate ${codingRate}`)
  if (needsLowDataRate(spreadingFactor, BANDWIDTHS_HZ[bandwidth]!))
    demand(lowDataRate === 1, '6.1.1.4: LowDataRateOptimize for symbols over 16 ms', `SF${spreadingFactor}`)
}

/** What the chip would send with. */
export function sendSetting(told: Told, wiring: Sx1262Wiring): { setting: LoraSetting; powerDbm: number } {
  const setting = sharedSetting(told, wiring)
  const { pa, powerDbm, r } = told
  demand(pa !== undefined, '14.2: SetPaConfig', 'no PA configuration was set')
  demand(powerDbm !== undefined, '14.2: SetTxParams, after SetPaConfig', 'no power was set')
  const row = PA_ROWS.find((matched) => matched[0] === wiring.powerDbmMax)!
  demand(
    pa![0] === row[1] && pa![1] === row[2] && pa![2] === 0 && pa![3] === 1,
    '13.1.14.1 and the board: the PA is set for the matching it works on (table 13-21)',
    () => `${pa!.join(' ')} on a board for ${wiring.powerDbmMax} dBm`,
  )
  demand(
    ((r.get(0x0889)! & 4) === 0) === (setting.bandwidthHz === 500_000),
    '15.1: bit 2 of 0x0889 is 0 at 500 kHz and 1 otherwise',
    () => `0x0889 is ${hex(r.get(0x0889)!)} at ${setting.bandwidthHz} Hz`,
  )
  demand(
    (r.get(0x08d8)! & 0x1e) === 0x1e,
    '15.2: bits 4 to 1 of 0x08D8 are set',
    () => `0x08D8 is ${hex(r.get(0x08d8)!)}`,
  )
  return { setting, powerDbm: powerDbm! - POWER_SETTING_MAX + row[0] }
}

/** What the chip would listen for. */
export const listenSetting = sharedSetting

/** dBm of a SetTxParams. */
export function powerOf(byte: number): number {
  const dbm = (byte << 24) >> 24
  demand(
    dbm >= POWER_SETTING_MIN && dbm <= POWER_SETTING_MAX,
    '13.4.4: -9 to +22 with the PA of the SX1262',
    () => `${dbm} dBm`,
  )
  return dbm
}

/** Hz of a SetRfFrequency: steps of 32 MHz / 2^25. */
export const frequencyOf = (bytes: readonly number[]): number =>
  Math.round((bytes.reduce((sum, byte) => sum * 256 + byte, 0) * CRYSTAL_HZ) / 2 ** 25)

/** Symbols that a reception waits for a preamble by register 0x0706, 0 for ever: the five upper bits times 2^(2e + 1). */
export const symbolTimeout = (register: number): number => (register >> 3) * 2 ** (2 * (register & 7) + 1)

/** What SetLoRaSymbNumTimeout makes of its number in that register: an even one, and four of eight from 64 on, never more than was asked. */
export function synchTimeout(symbols: number): number {
  let mantissa = symbols >> 1
  let exponent = 0
  for (; mantissa > 31; exponent++) mantissa >>= 2
  return (mantissa << 3) | exponent
}

/** The three bytes of GetPacketStatus (13.5.3): RssiPkt is all there was on the channel, SignalRssiPkt the frame's own part; both in -0.5 dBm. */
export function packetStatus(rssiDbm: number, snrDb: number): readonly number[] {
  const half = (dbm: number): number => Math.max(0, Math.min(255, Math.round(-2 * dbm)))
  const snr = Math.max(-128, Math.min(127, Math.round(snrDb * 4)))
  return [half(rssiDbm - Math.min(0, snrDb)), snr & 0xff, half(rssiDbm)]
}
