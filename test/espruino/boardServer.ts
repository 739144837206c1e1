/** A real Espruino interpreter behind a TCP port: every connection is a power-on, as behind socat's fork.
 *  The Linux board keeps its flash in the file espruino.flash of its working folder; two of its threads share the input
 *  without a lock, so now and then it loses letters, repeats them without end or falls over, as a board with a bad supply does. */
import { execFileSync, spawn } from 'node:child_process'
import { createServer, type AddressInfo, type Socket } from 'node:net'

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

/** For tests that talk to a served board: how often its broken input may cost a test its run. */
export const BOARD_RETRIES = 2

export interface BoardServer {
  /** tcp://127.0.0.1:port */
  address: string
  /** Changes what is sent to the board, as a bad cable does. */
  disturb(change: ((text: string) => string) | undefined): void
  /** Cuts the power of the board at the next line it is sent: once. */
  cutPower(): void
  close(): Promise<void>
}

/** `folder` is where the board keeps its flash. */
export async function serveBoard(program: string, folder: string): Promise<BoardServer> {
  let change: ((text: string) => string) | undefined
  let cut = false
  /** How to switch off the board of the last connection. */
  let off = Promise.resolve(() => Promise.resolve())

  /** Answers how to switch the board off; it does not listen to gentler signals. */
  function power(socket: Socket): () => Promise<void> {
    const board = spawn(program, [], { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] })
    const gone = new Promise<void>((resolve) => board.once('exit', () => resolve()))
    board.stdout.on('data', (bytes: Buffer) => socket.write(bytes))
    board.stdin.on('error', () => undefined)
    socket.on('data', (bytes) => {
      if (cut) board.kill('SIGKILL')
      cut = false
      const text = bytes.toString('latin1')
      board.stdin.write(change ? change(text) : text, 'latin1')
    })
    socket.on('close', () => board.kill('SIGKILL'))
    void gone.then(() => socket.destroy())
    return async () => {
      socket.destroy()
      await gone
    }
  }

  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined)
    // One board: two interpreters would write one flash.
    off = off.then(async (before) => {
      await before()
      return power(socket.resume())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    disturb: (by) => void (change = by),
    cutPower: () => void (cut = true),
    close: async () => {
      await (
        await off
      )()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
