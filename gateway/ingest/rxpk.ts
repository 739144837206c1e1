/** One received frame as a forwarder reports it (`rxpk`), read strictly into a Reception.
 *  Source: Semtech packet_forwarder, PROTOCOL.TXT, section 4. Units stand in the names; `tmst` is the forwarder's own microsecond
 *  counter at the end of the frame, 32 bits, and wraps every 71.6 minutes. */

/** One frame as one forwarder heard it. */
export interface Reception {
  /** EUI of the forwarder, 16 lower-case hex digits. */
  gateway: string
  tmst: number
  frequencyHz: number
  spreadingFactor: number
  bandwidthHz: number
  rssiDbm: number
  snrDb: number
  /** Unix milliseconds at which the datagram came. */
  receivedMs: number
}

export interface Rxpk {
  reception: Reception
  phy: Uint8Array
}

/** Which part of an rxpk was wrong: `shape` is no object at all, `crc` a frame that the forwarder knows to be broken. */
export type RxpkError =
  'shape' | 'crc' | 'modu' | 'datr' | 'tmst' | 'freq' | 'rssi' | 'lsnr' | 'data' | 'size'

/** A LoRa frame carries at most 255 bytes. */
const PHY_BYTES_MAX = 255
const BASE64_CHARS_MAX = 344
const CRC_GOOD = 1
/** Some forwarders leave the padding out and some write the URL alphabet. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/
const DATA_RATE = /^SF(5|6|7|8|9|10|11|12)BW(125|250|500)$/

const isUint32 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffffffff

const isBetween = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && value >= min && value <= max

/** The bytes of base64 text, with or without padding; undefined when it is no such text or too long for a frame. */
export function bytesOfBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length > BASE64_CHARS_MAX || !BASE64.test(text)) return undefined
  const digits = text.indexOf('=') < 0 ? text.length : text.indexOf('=')
  if (digits % 4 === 1 || (digits < text.length && text.length % 4 !== 0)) return undefined
  const bytes = Buffer.from(text, 'base64')
  return bytes.length <= PHY_BYTES_MAX ? bytes : undefined
}

/** Reads one element of `rxpk`. A missing `stat` is taken for a good CRC, as old forwarders leave it out. */
export function parseRxpk(rxpk: unknown, gateway: string, receivedMs: number): Rxpk | RxpkError {
  if (typeof rxpk !== 'object' || rxpk === null) return 'shape'
  const { stat, modu, datr, tmst, freq, rssi, lsnr, data, size } = rxpk as Record<string, unknown>
  if (stat !== undefined && stat !== CRC_GOOD) return 'crc'
  if (modu !== 'LORA') return 'modu'
  const rate = typeof datr === 'string' ? DATA_RATE.exec(datr) : null
  if (!rate) return 'datr'
  if (!isUint32(tmst)) return 'tmst'
  if (!isBetween(freq, 100, 3000)) return 'freq'
  if (!isBetween(rssi, -300, 100)) return 'rssi'
  if (!isBetween(lsnr, -100, 100)) return 'lsnr'
  const phy = bytesOfBase64(data)
  if (!phy) return 'data'
  if (size !== phy.length) return 'size'
  const reception = {
    gateway,
    tmst,
    frequencyHz: Math.round(freq * 1e6),
    spreadingFactor: Number(rate[1]),
    bandwidthHz: Number(rate[2]) * 1000,
    rssiDbm: rssi,
    snrDb: lsnr,
    receivedMs,
  }
  return { reception, phy }
}
