/** Commands and registers of the SX1262: opcode, length with the opcode, and the modes a command may be sent in.
 *  Source: Semtech SX1261/2 datasheet DS.SX1261-2.W.APP rev. 2.2: tables 11-1 to 11-5 (commands), 12-1 (registers and their values after reset),
 *  13 (parameters). That calibration and SetDIO3AsTcxoCtrl want STDBY_RC is 13.1.12 and 13.3.6; that settings are changed in standby only is the
 *  order of 14.2 and 14.3, kept more strictly here than the chip keeps it. */

/** 'rc': STDBY_RC; 'standby': STDBY_RC or STDBY_XOSC; 'awake': everywhere but in sleep. */
export type CommandMode = 'rc' | 'standby' | 'awake'

export interface CommandRow {
  readonly opcode: number
  readonly name: string
  readonly bytesMin: number
  readonly bytesMax: number
  readonly mode: CommandMode
}

// prettier-ignore
export const COMMANDS: readonly CommandRow[] = [
  { opcode: 0x84, name: 'SetSleep',              bytesMin: 2, bytesMax: 2,   mode: 'standby' },
  { opcode: 0x80, name: 'SetStandby',            bytesMin: 2, bytesMax: 2,   mode: 'awake' },
  { opcode: 0x83, name: 'SetTx',                 bytesMin: 4, bytesMax: 4,   mode: 'standby' },
  { opcode: 0x82, name: 'SetRx',                 bytesMin: 4, bytesMax: 4,   mode: 'standby' },
  { opcode: 0x96, name: 'SetRegulatorMode',      bytesMin: 2, bytesMax: 2,   mode: 'rc' },
  { opcode: 0x89, name: 'Calibrate',             bytesMin: 2, bytesMax: 2,   mode: 'rc' },
  { opcode: 0x98, name: 'CalibrateImage',        bytesMin: 3, bytesMax: 3,   mode: 'rc' },
  { opcode: 0x95, name: 'SetPaConfig',           bytesMin: 5, bytesMax: 5,   mode: 'standby' },
  { opcode: 0x0d, name: 'WriteRegister',         bytesMin: 4, bytesMax: 259, mode: 'standby' },
  { opcode: 0x1d, name: 'ReadRegister',          bytesMin: 5, bytesMax: 260, mode: 'awake' },
  { opcode: 0x0e, name: 'WriteBuffer',           bytesMin: 3, bytesMax: 258, mode: 'standby' },
  { opcode: 0x1e, name: 'ReadBuffer',            bytesMin: 4, bytesMax: 259, mode: 'awake' },
  { opcode: 0x08, name: 'SetDioIrqParams',       bytesMin: 9, bytesMax: 9,   mode: 'standby' },
  { opcode: 0x12, name: 'GetIrqStatus',          bytesMin: 4, bytesMax: 4,   mode: 'awake' },
  { opcode: 0x02, name: 'ClearIrqStatus',        bytesMin: 3, bytesMax: 3,   mode: 'awake' },
  { opcode: 0x9d, name: 'SetDIO2AsRfSwitchCtrl', bytesMin: 2, bytesMax: 2,   mode: 'standby' },
  { opcode: 0x97, name: 'SetDIO3AsTcxoCtrl',     bytesMin: 5, bytesMax: 5,   mode: 'rc' },
  { opcode: 0x86, name: 'SetRfFrequency',        bytesMin: 5, bytesMax: 5,   mode: 'standby' },
  { opcode: 0x8a, name: 'SetPacketType',         bytesMin: 2, bytesMax: 2,   mode: 'standby' },
  { opcode: 0x8e, name: 'SetTxParams',           bytesMin: 3, bytesMax: 3,   mode: 'standby' },
  { opcode: 0x8b, name: 'SetModulationParams',   bytesMin: 5, bytesMax: 9,   mode: 'standby' },
  { opcode: 0x8c, name: 'SetPacketParams',       bytesMin: 7, bytesMax: 10,  mode: 'standby' },
  { opcode: 0x8f, name: 'SetBufferBaseAddress',  bytesMin: 3, bytesMax: 3,   mode: 'standby' },
  { opcode: 0xa0, name: 'SetLoRaSymbNumTimeout', bytesMin: 2, bytesMax: 2,   mode: 'standby' },
  { opcode: 0xc0, name: 'GetStatus',             bytesMin: 2, bytesMax: 2,   mode: 'awake' },
  { opcode: 0x13, name: 'GetRxBufferStatus',     bytesMin: 4, bytesMax: 4,   mode: 'awake' },
  { opcode: 0x14, name: 'GetPacketStatus',       bytesMin: 5, bytesMax: 5,   mode: 'awake' },
  { opcode: 0x17, name: 'GetDeviceErrors',       bytesMin: 4, bytesMax: 4,   mode: 'awake' },
  { opcode: 0x07, name: 'ClearDeviceErrors',     bytesMin: 3, bytesMax: 3,   mode: 'awake' },
]

export interface RegisterRow {
  readonly address: number
  readonly name: string
  readonly reset: number
  /** Bits that a driver may change; the others are the chip's own. */
  readonly writable: number
}

// prettier-ignore
export const REGISTERS: readonly RegisterRow[] = [
  { address: 0x0706, name: 'LoRaSynchTimeout', reset: 0x00, writable: 0xff },
  { address: 0x0736, name: 'IqPolarity',       reset: 0x0d, writable: 0x04 },
  { address: 0x0740, name: 'LoRaSyncWordMsb',  reset: 0x14, writable: 0xf0 },
  { address: 0x0741, name: 'LoRaSyncWordLsb',  reset: 0x24, writable: 0xf0 },
  { address: 0x0889, name: 'TxModulation',     reset: 0x01, writable: 0x04 },
  { address: 0x08ac, name: 'RxGain',           reset: 0x94, writable: 0x02 },
  { address: 0x08d8, name: 'TxClampConfig',    reset: 0xc8, writable: 0x1e },
  { address: 0x08e7, name: 'OcpConfiguration', reset: 0x18, writable: 0x3f },
  { address: 0x0902, name: 'RtcControl',       reset: 0x00, writable: 0xff },
  { address: 0x0944, name: 'EventMask',        reset: 0x00, writable: 0x02 },
]

/** Bits of IrqStatus that the model sets (table 8-4). */
export const IRQ = {
  txDone: 0x01,
  rxDone: 0x02,
  preamble: 0x04,
  headerValid: 0x10,
  crcError: 0x40,
  timeout: 0x200,
} as const

export type Mode = 'sleep' | 'rc' | 'xosc' | 'tx' | 'rx'

/** Chip mode in the status byte (table 13-76). */
export const MODE_BITS: Record<Mode, number> = { sleep: 0, rc: 2, xosc: 3, rx: 5, tx: 6 }

/** Times: 8.1 (NRESET low), 13.1.1 (deaf after SetSleep), table 8-2 (from mode to mode), 13.1.12 (all blocks; CalibrateImage, one of them, has no figure of
 *  its own). The last is BUSY after a command that changes no mode: the datasheet has no figure for it. */
export const MICROS = {
  resetLow: 100,
  deaf: 500,
  coldStart: 3_500,
  warmStart: 340,
  toXosc: 31,
  toTx: { rc: 126, xosc: 105 },
  toRx: { rc: 83, xosc: 62 },
  calibrate: 3_500,
  command: 10,
} as const
