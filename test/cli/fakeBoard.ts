/** A board's console in a few lines, behind a TCP port: what the real interpreter does (test/espruino), with faults on demand. */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import { SLOTS, TEXT_AT } from '../../firmware/update/record.ts'

export interface BoardFaults {
  /** Never answers. */
  silent?: boolean
  /** Closes the connection when this many bytes have been written to its Storage. */
  closeAfterBytes?: number
  /** Closes the connection when its Storage was erased: once. */
  closeAfterErase?: boolean
  /** Room in Storage before and after it is erased. */
  freeBytes?: [number, number]
  /** Refuses the piece at this offset, so many times; always when no number is given. */
  refuseAt?: number
  refusals?: number
  /** Stores one byte wrong. */
  corrupt?: boolean
  /** Asleep for so many greetings. */
  deafGreetings?: number
  /** Runs a program that never waits: Ctrl-C stops it in the debugger, a second one leaves that. */
  busy?: boolean
  /** Loses a letter in so many of the lines that write. */
  garbledLines?: number
  /** What its program prints when it boots, at once. */
  program?: string[]
  /** What it prints in the middle of everything, as a running program does. */
  chatter?: string
}

export interface FakeBoard {
  address: string
  files: Map<string, Buffer>
  /** Programs started. */
  boots: number
  /** How often its Storage was erased. */
  erased: number
  /** Seconds of its watchdog, as it was set last. */
  watchdog: number
  close(): Promise<void>
}

export async function fakeBoard(faults: BoardFaults = {}): Promise<FakeBoard> {
  const files = new Map<string, Buffer>()
  const sockets = new Set<Socket>()
  let greetings = 0
  let cleared = false
  let garbled = 0
  let refused = 0
  let interrupts = 0
  const board: FakeBoard = {
    address: '',
    files,
    boots: 0,
    erased: 0,
    watchdog: 0,
    close: () => Promise.resolve(),
  }

  function write(name: string, base64: string, at: number, size: number): string {
    if (at === faults.refuseAt && refused++ < (faults.refusals ?? Infinity)) return 'false'
    const file = at === 0 ? Buffer.alloc(size, 0xff) : files.get(name)
    const piece = Buffer.from(base64, 'base64')
    if (!file || file.subarray(at, at + piece.length).some((byte) => byte !== 0xff)) return '!Error'
    piece.copy(file, at)
    if (faults.corrupt && at <= TEXT_AT && piece.length > TEXT_AT) file[at]! ^= 1
    files.set(name, file)
    return 'true'
  }

  function value(expression: string): string {
    const piece = /\.write\("([^"]+)",atob\("([^"]*)"\),(\d+),(\d+)\)$/.exec(expression)
    if (piece) return write(piece[1]!, piece[2]!, Number(piece[3]), Number(piece[4]))
    const sum = /^E\.CRC32\(require\("Storage"\)\.read\("([^"]+)",(\d+),(\d+)\)\)$/.exec(expression)
    if (sum) {
      const [at, length] = [Number(sum[2]), Number(sum[3])]
      const file = files.get(sum[1]!)
      return file ? String(crc32(file.subarray(at, at + length))) : '!Error'
    }
    const erased = /\.erase\("([^"]+)"\)$/.exec(expression)
    if (erased) {
      files.delete(erased[1]!)
      return 'undefined'
    }
    if (expression.endsWith('.getFree()'))
      return String((faults.freeBytes ?? [900_000, 900_000])[cleared ? 1 : 0])
    const read = /^btoa\(require\("Storage"\)\.read\("([^"]+)"\)\|\|""\)$/.exec(expression)
    if (read) return (files.get(read[1]!) ?? Buffer.alloc(0)).toString('base64')
    if (expression.endsWith('.eraseAll()')) {
      cleared = true
      files.clear()
      board.erased++
      return 'undefined'
    }
    return 'Uncaught'
  }

  /** What the console prints for one line. */
  function obey(line: string): string {
    if (line.startsWith('void reset();')) {
      if (greetings++ < (faults.deafGreetings ?? 0)) return ''
      return `${/"(#[^"]*)"/.exec(line)![1]}hello\r\n>`
    }
    const idle = /^E\.enableWatchdog\((\d+),false\);E\.kickWatchdog\(\);print\("([^"]*)"\+"idle"\)$/.exec(
      line,
    )
    if (idle) {
      board.watchdog = Number(idle[1])
      return `${idle[2]}idle\r\n>`
    }
    const asked = /^print\("([^"]*)"\+"="\+\(function.*E\.CRC32\(x\)==(\d+)\?.*\)\('([^']*)'\)\+";"\)$/.exec(
      line,
    )
    if (!asked) return 'Uncaught SyntaxError: Got EOF expected STRING\r\n>'
    const [, mark, sum, expression] = asked
    if (crc32(expression!) !== Number(sum)) return `${mark}=?;\r\n>`
    if (!expression!.startsWith('setTimeout(load,')) return `${mark}=${value(expression!)};\r\n>`
    board.boots++
    const said = (faults.program ?? ['sent 3']).map((text) => `\r\u001b[J${text}\r\n>`).join('')
    return `${mark}=1;\r\n>${said}`
  }

  /** What a program that never waits leaves of the input: nothing, before a Ctrl-C; the debugger's answers, before a second. */
  function held(text: string): string | undefined {
    interrupts += text.split('\u0003').length - 1
    if (!faults.busy || interrupts > 1) return undefined
    // The debugger knows `reset`: the program runs on.
    if (interrupts === 1 && /^\u0010?reset\b/m.test(text)) interrupts = 0
    return text.includes('\u0003') ? '\r\n                ^\r\ndebug>' : ''
  }

  /** The line as the cable lets it through. */
  function heard(line: string): string {
    if (!line.includes('.write(') || garbled >= (faults.garbledLines ?? 0)) return line
    // At the quote's end, in the middle of the expression, and in the mark: what is lost differs.
    const at = [line.length - 8, Math.floor(line.length / 2), 8][garbled++ % 3]!
    return line.slice(0, at) + line.slice(at + 1)
  }

  const stored = (): number =>
    Math.max(0, ...[...files.values()].map((file) => file.filter((byte) => byte !== 0xff).length))

  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let text = ''
    socket.on('data', (bytes) => {
      if (faults.silent) return
      const answer = held(bytes.toString('latin1'))
      if (answer !== undefined) {
        socket.write(answer, 'latin1')
        return
      }
      const lines = (text + bytes.toString('latin1')).split('\n')
      text = lines.pop()!
      for (const line of lines) {
        const answer = obey(heard(line.replace(/[\u0003\u0010]/g, '')))
        const lost = faults.closeAfterErase && line.includes('.eraseAll()') && board.erased === 1
        if (lost || (faults.closeAfterBytes !== undefined && stored() >= faults.closeAfterBytes)) {
          socket.destroy()
          return
        }
        socket.write(`${faults.chatter ? `${faults.chatter}\r\n>` : ''}${answer}`, 'latin1')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  board.address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`
  board.close = async () => {
    sockets.forEach((socket) => socket.destroy())
    await new Promise((resolve) => server.close(resolve))
  }
  return board
}

/** The bundle in a slot, up to what is erased. */
export function bundleIn(board: FakeBoard, slot = SLOTS.charAt(0)): string {
  const file = board.files.get(slot)?.subarray(TEXT_AT) ?? Buffer.alloc(0)
  const end = file.indexOf(0xff)
  return file.subarray(0, end < 0 ? file.length : end).toString('latin1')
}
