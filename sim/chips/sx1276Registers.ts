/** Registers of the SX1276 on its LoRa page: name, value after reset, and in which modes they may be written.
 *  Source: Semtech SX1276/77/78/79 datasheet rev. 7, table 41 (common) and 6.4 (LoRa page); 4.1.6 and table 16 (access by mode);
 *  SX1276/77/78 errata note rev. 1, 2.1 and 2.3 (0x2f, 0x30, 0x31, 0x36, 0x3a); RegInvertIQ2 0x3b as Semtech's own driver sets it. */

/** 'idle': sleep and standby; 'always'; 'never': read only; 'fifo': 4.1.2.3 has rules of its own. */
export type WriteAccess = 'idle' | 'always' | 'never' | 'fifo'

export interface RegisterRow {
  readonly address: number
  readonly name: string
  readonly reset: number
  readonly write: WriteAccess
  /** Shared with the FSK page, so that it can be reached before LoRa is chosen. */
  readonly both?: boolean
}

// prettier-ignore
export const REGISTERS: readonly RegisterRow[] = [
  { address: 0x00, name: 'RegFifo',              reset: 0x00, write: 'fifo' },
  { address: 0x01, name: 'RegOpMode',            reset: 0x09, write: 'always', both: true },
  { address: 0x06, name: 'RegFrfMsb',            reset: 0x6c, write: 'idle', both: true },
  { address: 0x07, name: 'RegFrfMid',            reset: 0x80, write: 'idle', both: true },
  { address: 0x08, name: 'RegFrfLsb',            reset: 0x00, write: 'idle', both: true },
  { address: 0x09, name: 'RegPaConfig',          reset: 0x4f, write: 'idle', both: true },
  { address: 0x0a, name: 'RegPaRamp',            reset: 0x09, write: 'idle', both: true },
  { address: 0x0b, name: 'RegOcp',               reset: 0x2b, write: 'idle', both: true },
  { address: 0x0c, name: 'RegLna',               reset: 0x20, write: 'idle', both: true },
  { address: 0x0d, name: 'RegFifoAddrPtr',       reset: 0x00, write: 'always' },
  { address: 0x0e, name: 'RegFifoTxBaseAddr',    reset: 0x80, write: 'idle' },
  { address: 0x0f, name: 'RegFifoRxBaseAddr',    reset: 0x00, write: 'idle' },
  { address: 0x10, name: 'RegFifoRxCurrentAddr', reset: 0x00, write: 'never' },
  { address: 0x11, name: 'RegIrqFlagsMask',      reset: 0x00, write: 'always' },
  { address: 0x12, name: 'RegIrqFlags',          reset: 0x00, write: 'always' },
  { address: 0x13, name: 'RegRxNbBytes',         reset: 0x00, write: 'never' },
  { address: 0x14, name: 'RegRxHeaderCntMsb',    reset: 0x00, write: 'never' },
  { address: 0x15, name: 'RegRxHeaderCntLsb',    reset: 0x00, write: 'never' },
  { address: 0x16, name: 'RegRxPacketCntMsb',    reset: 0x00, write: 'never' },
  { address: 0x17, name: 'RegRxPacketCntLsb',    reset: 0x00, write: 'never' },
  { address: 0x18, name: 'RegModemStat',         reset: 0x10, write: 'never' },
  { address: 0x19, name: 'RegPktSnrValue',       reset: 0x00, write: 'never' },
  { address: 0x1a, name: 'RegPktRssiValue',      reset: 0x00, write: 'never' },
  { address: 0x1b, name: 'RegRssiValue',         reset: 0x00, write: 'never' },
  { address: 0x1c, name: 'RegHopChannel',        reset: 0x00, write: 'never' },
  { address: 0x1d, name: 'RegModemConfig1',      reset: 0x72, write: 'idle' },
  { address: 0x1e, name: 'RegModemConfig2',      reset: 0x70, write: 'idle' },
  { address: 0x1f, name: 'RegSymbTimeoutLsb',    reset: 0x64, write: 'idle' },
  { address: 0x20, name: 'RegPreambleMsb',       reset: 0x00, write: 'idle' },
  { address: 0x21, name: 'RegPreambleLsb',       reset: 0x08, write: 'idle' },
  { address: 0x22, name: 'RegPayloadLength',     reset: 0x01, write: 'idle' },
  { address: 0x23, name: 'RegMaxPayloadLength',  reset: 0xff, write: 'idle' },
  { address: 0x24, name: 'RegHopPeriod',         reset: 0x00, write: 'idle' },
  { address: 0x25, name: 'RegFifoRxByteAddr',    reset: 0x00, write: 'never' },
  { address: 0x26, name: 'RegModemConfig3',      reset: 0x04, write: 'idle' },
  { address: 0x27, name: 'RegPpmCorrection',     reset: 0x00, write: 'idle' },
  { address: 0x28, name: 'RegFeiMsb',            reset: 0x00, write: 'never' },
  { address: 0x29, name: 'RegFeiMid',            reset: 0x00, write: 'never' },
  { address: 0x2a, name: 'RegFeiLsb',            reset: 0x00, write: 'never' },
  { address: 0x2c, name: 'RegRssiWideband',      reset: 0x00, write: 'never' },
  { address: 0x2f, name: 'RegIfFreq2',           reset: 0x20, write: 'idle' },
  { address: 0x30, name: 'RegIfFreq1',           reset: 0x00, write: 'idle' },
  { address: 0x31, name: 'RegDetectOptimize',    reset: 0xc3, write: 'idle' },
  { address: 0x33, name: 'RegInvertIQ',          reset: 0x27, write: 'idle' },
  { address: 0x36, name: 'RegHighBwOptimize1',   reset: 0x03, write: 'idle' },
  { address: 0x37, name: 'RegDetectionThreshold', reset: 0x0a, write: 'idle' },
  { address: 0x39, name: 'RegSyncWord',          reset: 0x12, write: 'idle' },
  { address: 0x3a, name: 'RegHighBwOptimize2',   reset: 0x52, write: 'idle' },
  { address: 0x3b, name: 'RegInvertIQ2',         reset: 0x1d, write: 'idle' },
  { address: 0x40, name: 'RegDioMapping1',       reset: 0x00, write: 'always', both: true },
  { address: 0x41, name: 'RegDioMapping2',       reset: 0x00, write: 'always', both: true },
  { address: 0x42, name: 'RegVersion',           reset: 0x12, write: 'never', both: true },
  { address: 0x4b, name: 'RegTcxo',              reset: 0x09, write: 'idle', both: true },
  { address: 0x4d, name: 'RegPaDac',             reset: 0x84, write: 'idle', both: true },
]
