/** Network settings: how a node with Wi-Fi finds its gateway, as a technician writes it by cable. A file of its own beside core/settings.ts, since a node
 *  without Wi-Fi has none, and a change of the access point's password does not touch a node's keys.
 *  The record: version (1 byte), then SSID, password and host, each with its length (1 byte) before it, port (2 bytes), CRC-16 over all before it.
 *  Big-endian. Texts are bytes here, one character each: an SSID may be any bytes. */
import { crc16 } from './crc16.ts'

export interface NetworkSettings {
  /** 1 to 32 bytes. */
  ssid: string
  /** 8 to 63 bytes, or none for an open network. */
  password: string
  /** Of the broker: an IPv4 address, or a name of up to 64 bytes. */
  host: string
  /** 1 to 65,535. */
  port: number
}

export type NetworkField = keyof NetworkSettings
export type NetworkSettingsError = 'short' | 'long' | 'version' | 'crc' | 'range'

const VERSION = 1
const TEXTS = 3
const PORT_BYTES = 2
const CRC_BYTES = 2
const SSID_BYTES_MAX = 32
const PASSWORD_BYTES_MIN = 8
const PASSWORD_BYTES_MAX = 63
const HOST_BYTES_MAX = 64
/** The longest record that can be. */
const RECORD_BYTES_MAX =
  1 + TEXTS + SSID_BYTES_MAX + PASSWORD_BYTES_MAX + HOST_BYTES_MAX + PORT_BYTES + CRC_BYTES
const RECORD_BYTES_MIN = 1 + TEXTS + PORT_BYTES + CRC_BYTES

function isHost(host: string): boolean {
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i)
    const letter = (code | 32) >= 97 && (code | 32) <= 122
    if (!letter && (code < 45 || code > 57 || code === 47)) return false
  }
  return host.length > 0 && host.length <= HOST_BYTES_MAX
}

/** The first field that a record could not hold, or undefined when all is well. */
export function networkFault({ ssid, password, host, port }: NetworkSettings): NetworkField | undefined {
  if (ssid.length < 1 || ssid.length > SSID_BYTES_MAX) return 'ssid'
  const bytes = password.length
  if (bytes > 0 && (bytes < PASSWORD_BYTES_MIN || bytes > PASSWORD_BYTES_MAX)) return 'password'
  if (!isHost(host)) return 'host'
  return port % 1 === 0 && port >= 1 && port <= 0xffff ? undefined : 'port'
}

/** The record of settings in which `networkFault` finds nothing. */
export function encodeNetworkSettings({ ssid, password, host, port }: NetworkSettings): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES_MIN + ssid.length + password.length + host.length)
  record[0] = VERSION
  let at = 1
  for (const text of [ssid, password, host]) {
    record[at++] = text.length
    for (let i = 0; i < text.length; i++) record[at++] = text.charCodeAt(i)
  }
  record[at++] = port >> 8
  record[at++] = port
  const crc = crc16(record, 0, at)
  record[at++] = crc >> 8
  record[at] = crc
  return record
}

/** Reads and checks a record. Errors: 'short' and 'long' by length, then 'version', 'crc', 'range' (a text that ends elsewhere, or a field out of its range). */
export function decodeNetworkSettings(record: Uint8Array): NetworkSettings | NetworkSettingsError {
  if (record.length < RECORD_BYTES_MIN) return 'short'
  if (record.length > RECORD_BYTES_MAX) return 'long'
  if (record[0] !== VERSION) return 'version'
  const end = record.length - CRC_BYTES
  if (crc16(record, 0, end) !== ((record[end]! << 8) | record[end + 1]!)) return 'crc'
  const texts: string[] = []
  let at = 1
  for (let i = 0; i < TEXTS && at < end; i++) {
    const stop = at + 1 + record[at]!
    let text = ''
    for (at++; at < stop && at < end; at++) text += String.fromCharCode(record[at]!)
    texts.push(text)
  }
  if (at + PORT_BYTES !== end) return 'range'
  const port = (record[at]! << 8) | record[at + 1]!
  const settings = { ssid: texts[0]!, password: texts[1]!, host: texts[2]!, port }
  return networkFault(settings) ? 'range' : settings
}
