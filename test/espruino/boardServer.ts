/** A real Espruino interpreter behind a TCP port, as a board at a serial bridge: it lives on from one connection to the next.
 *  The Linux board keeps its flash in the file espruino.flash of its working folder. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where a program is, or undefined when it is not on the PATH. */
export function onPath(program: string): string | undefined {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** The interpreter: environment variable ESPRUINO, else `espruino-interpreter` on the PATH; undefined where there is none. */
export function interpreter(): string | undefined {
  return process.env['ESPRUINO'] || onPath('espruino-interpreter')
}

export interface BoardServer {
  /** tcp://127.0.0.1:port */
  address: string
  /** Cuts the power and gives it again: RAM is lost, flash stays. */
  powerCycle(): void
  /** Changes what is sent to the board, as a bad cable does. */
  disturb(change: ((text: string) => string) | undefined): void
  close(): Promise<void>
}

export async function serveBoard(program: string): Promise<BoardServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldnode-board-'))
  const sockets = new Set<Socket>()
  let change: ((text: string) => string) | undefined
  let board: ChildProcess

  const power = (): void => {
    board = spawn(program, [], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
    board.stdout!.on('data', (bytes: Buffer) => sockets.forEach((socket) => socket.write(bytes)))
    board.stdin!.on('error', () => undefined)
  }
  // When its input ends the interpreter floods its output, and it does not listen to gentler signals.
  const cut = (): void => void board.kill('SIGKILL')

  power()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1')
      board.stdin!.write(change ? change(text) : text, 'latin1')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    powerCycle: () => {
      cut()
      power()
    },
    disturb: (by) => void (change = by),
    close: async () => {
      const gone = new Promise((resolve) => board.once('exit', resolve))
      cut()
      await gone
      sockets.forEach((socket) => socket.destroy())
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
}
