/** The byte stream to a board: a TCP socket (a serial bridge, an interpreter behind a port) or a serial port.
 *  Serial ports need the optional package `serialport`, which is loaded only when a path is given. */
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { BoardError } from './error.ts'

const CONNECT_MS = 5_000
/** The console of Espruino's ESP32 build. */
const BAUD = 115_200

/** tcp://host:port as its parts, or undefined for anything else. */
export function tcpAddress(port: string): { host: string; port: number } | undefined {
  const found = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^:/[\]]+):(\d{1,5})$/.exec(port)
  const number = parseInt(found?.[2] ?? '', 10)
  if (!found || number < 1 || number > 65_535) return undefined
  return { host: found[1]!.replace(/^\[|\]$/g, ''), port: number }
}

/** Opens `port`: tcp://host:port or the path of a serial port. Fails with BoardError 'port'. */
export function openPort(port: string): Promise<Duplex> {
  const address = tcpAddress(port)
  return address ? openTcp(port, address) : openSerial(port)
}

function openTcp(name: string, address: { host: string; port: number }): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, noDelay: true, timeout: CONNECT_MS })
    const fail = (reason: string): void => {
      socket.destroy()
      reject(new BoardError('port', `${name} ${reason}`))
    }
    socket.once('timeout', () => fail('ETIMEDOUT'))
    socket.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message))
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.removeAllListeners('error').removeAllListeners('timeout')
      resolve(socket)
    })
  })
}

/** The little of `serialport` that is used: the package may be missing, so its own types may be too. */
interface SerialPort extends Duplex {
  open(done: (error: Error | null) => void): void
  set(lines: { dtr: boolean; rts: boolean }, done: (error: Error | null) => void): void
}
interface SerialModule {
  SerialPort: new (options: { path: string; baudRate: number; autoOpen: boolean }) => SerialPort
}

const SERIAL_PACKAGE = 'serialport'

async function openSerial(path: string): Promise<Duplex> {
  let serial: SerialModule
  try {
    serial = (await import(SERIAL_PACKAGE)) as SerialModule
  } catch {
    throw new BoardError('port', `${path} (npm install serialport)`)
  }
  const port = new serial.SerialPort({ path, baudRate: BAUD, autoOpen: false })
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(new BoardError('port', `${path} ${error.message}`)) : resolve()))
  })
  // On common ESP32 boards DTR and RTS pull the boot and reset pins: released, the board runs its program.
  await new Promise<void>((resolve) => port.set({ dtr: false, rts: false }, () => resolve()))
  return port
}
