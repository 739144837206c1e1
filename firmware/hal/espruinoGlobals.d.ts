/** What Espruino (2v29, ESP32) offers and the Hal uses: only that, with the types it really has. Times are in the unit each line names.
 *  The build shortens every property name of a bundle but those that stand in this file. */

export interface Spi {
  setup(options: { sck: number; miso: number; mosi: number; baud: number }): void
  send(bytes: Uint8Array | number[], selectPin: number): Uint8Array
}

export interface I2c {
  setup(options: { sda: number; scl: number; bitrate: number }): void
  /** Throws when nothing acknowledges. */
  writeTo(address: number, bytes: number[]): void
  readFrom(address: number, length: number): Uint8Array
}

export interface Esp32 {
  /** Microseconds as a signed 32-bit integer: above 2,147 s it never wakes. */
  deepSleep(microseconds: number): void
  /** ESP-IDF esp_sleep_source_t: 0 when the chip does not come from deep sleep. */
  getWakeupCause(): number
}

export interface RawFlash {
  read(length: number, address: number): Uint8Array
  write(bytes: Uint8Array, address: number): void
  erasePage(address: number): void
}

export interface Storage {
  readArrayBuffer(name: string): ArrayBuffer | undefined
  read(address: string, start?: number, many?: number): string | undefined
  write(address: string, data: Uint8Array | string, start: number): boolean
}

export interface Crypto {
  /** 32 bytes. */
  SHA256(message: Uint8Array | string): ArrayBuffer
  readonly AES: { encrypt(message: Uint8Array, key: Uint8Array, options: { mode: string }): ArrayBuffer }
}

export interface Engine {
  enableWatchdog(seconds: number, automatic: boolean): void
  /** Bytes as a text of as many characters, and back. */
  toString(bytes: Uint8Array): string
  toArrayBuffer(text: string): ArrayBuffer
  kickWatchdog(): void
  /** See E.getErrorFlags. */
  on(event: 'errorFlag', run: (flags: string[]) => void): void
}

export interface Process {
  memory(collect: boolean): { readonly free: number }
}

export interface IpInfo {
  ip: string
  netmask: string
  gw: string
}

export interface Wifi {
  connect(ssid: string, options: { password: string }, callback: (error: string | null) => void): void
  setIP(settings: IpInfo, callback: () => void): void
  getIP(): IpInfo
  disconnect(): void
}

export interface TcpSocket {
  on(event: 'data' | 'close', run: (text?: string) => void): void
  write(text: string): void
  end(): void
}

export interface Net {
  connect(options: { host: string; port: number }, connected: () => void): TcpSocket
}

export interface WatchOptions {
  repeat: boolean
  edge: 'rising' | 'falling' | 'both'
}

/** Times in seconds. */
export interface WatchEvent {
  readonly state: boolean
  readonly time: number
}

export interface Require {
  (name: 'Flash'): RawFlash
  (name: 'Storage'): Storage
  (name: 'crypto'): Crypto
  (name: 'Wifi'): Wifi
  (name: 'net'): Net
}
