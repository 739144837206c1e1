/** Opcodes and registers of the SX1262 that its driver uses.
 *  Source: Semtech SX1261/2 datasheet DS.SX1261-2.W.APP rev. 2.2: tables 11-1 to 11-5 and 12-1; 0x0706 is in Semtech's sx126x_driver 2.3.2, which gives
 *  its format too. */

export const CLEAR_IRQ_STATUS = 0x02
export const CLEAR_DEVICE_ERRORS = 0x07
export const SET_DIO_IRQ_PARAMS = 0x08
export const WRITE_REGISTER = 0x0d
export const WRITE_BUFFER = 0x0e
export const GET_IRQ_STATUS = 0x12
export const GET_RX_BUFFER_STATUS = 0x13
export const GET_PACKET_STATUS = 0x14
export const GET_DEVICE_ERRORS = 0x17
export const READ_REGISTER = 0x1d
export const READ_BUFFER = 0x1e
export const SET_STANDBY = 0x80
export const SET_RX = 0x82
export const SET_TX = 0x83
export const SET_SLEEP = 0x84
export const SET_RF_FREQUENCY = 0x86
export const CALIBRATE = 0x89
export const SET_PACKET_TYPE = 0x8a
export const SET_MODULATION_PARAMS = 0x8b
export const SET_PACKET_PARAMS = 0x8c
export const SET_TX_PARAMS = 0x8e
export const SET_BUFFER_BASE_ADDRESS = 0x8f
export const SET_PA_CONFIG = 0x95
export const SET_REGULATOR_MODE = 0x96
export const SET_DIO3_AS_TCXO_CTRL = 0x97
export const CALIBRATE_IMAGE = 0x98
export const SET_DIO2_AS_RF_SWITCH_CTRL = 0x9d
export const SET_LORA_SYMB_NUM_TIMEOUT = 0xa0

export const SYNCH_TIMEOUT = 0x0706
export const IQ_POLARITY = 0x0736
export const SYNC_WORD = 0x0740
export const TX_MODULATION = 0x0889
export const RX_GAIN = 0x08ac
export const TX_CLAMP_CONFIG = 0x08d8
