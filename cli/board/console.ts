/** Espruino's console as a caller sees it: expressions asked one at a time, files put into Storage, lines the program prints.
 *  Source: Espruino's interactive console (a line that begins with byte 16 is run without echo); lib/jswrap_storage.c.
 *  A running program prints between the answers, so every answer carries a mark of its own. */
import type { Duplex } from 'node:stream'
import { crc32 } from 'node:zlib'
import { BoardError } from './error.ts'

/** Ctrl-C. It stops a program that never waits, or enters the debugger in the middle of it, which a second one leaves.
 *  The debugger's own `quit` lets the program run on (Espruino 2v29, jsinteractive.c). */
const INTERRUPT = '\x03'
const DEBUGGER = 'debug>'
const NO_ECHO = '\x10'
const STORAGE = 'require("Storage")'
/** Bytes a line carries: in base64, with what is around it, it fits half of Espruino's input buffer (1,023 bytes).
 *  A board that reads on while it still works on a line loses letters. */
const PIECE_BYTES = 180
const HELLO_EVERY_MS = 1_000
/** Espruino on Linux ends at a second Ctrl-C outside its debugger within 5 s of the first. */
const HELLOS_PER_INTERRUPT = 6
/** Cables and busy boards lose letters: a line whose checksum is wrong is sent again. */
const ASK_ATTEMPTS = 4
/** What Storage puts before and behind a file. */
const FILE_BYTES = 64
/** Erasing 224 pages takes an ESP32 some 12 s, at its slowest a minute and a half. */
const ERASE_MS = 100_000
/** The watchdog that the program has left armed would bite in the middle of the work; so long a board waits before it goes back to its program by itself. */
const WATCHDOG_SECONDS = 900
/** How long after the word to start the program starts: the answer has to be out by then. */
const START_DELAY_MS = 100

export interface Patience {
  /** How long the board may take to say hello; a sleeping node must wake (or be reset) within it. */
  helloMs: number
  /** How long it may take for one answer: the longest is the erasing of flash for a new file. */
  answerMs: number
}

interface Waiting {
  pattern: RegExp
  finish: (found: RegExpExecArray | undefined) => void
}

/** Printed text without the console's prompt and its erasing of the line. */
function cleanLine(line: string): string {
  return line.replace(/\r|\x1b\[J/g, '').replace(/^>+/, '')
}

export class BoardConsole {
  /** Called with every line the board prints. */
  onLine: (line: string) => void = () => undefined

  private text = ''
  private mark = 0
  private waiting: Waiting | undefined
  private closed = false

  constructor(
    private readonly stream: Duplex,
    private readonly patience: Patience,
  ) {
    stream.on('data', (bytes: Buffer) => this.take(bytes.toString('latin1')))
    stream.on('error', () => this.end())
    stream.on('close', () => this.end())
    stream.on('end', () => this.end())
  }

  /** Stops what runs on the board and clears its memory; boot code and files stay. Fails with 'noAnswer' or 'closed'.
   *  A program that waits for its timers answers a greeting; only one that never waits needs Ctrl-C. */
  async interrupt(): Promise<void> {
    this.send('\n')
    const until = Date.now() + this.patience.helloMs
    for (let hello = 0; ; hello++) {
      if (hello % HELLOS_PER_INTERRUPT === 1) this.send(INTERRUPT)
      const wait = Math.min(HELLO_EVERY_MS, until - Date.now())
      if (await this.greeted(wait)) return
      if (this.closed) throw new BoardError('closed', 'hello')
      if (Date.now() >= until) throw new BoardError('noAnswer', `${this.patience.helloMs} ms`)
    }
  }

  /** Whether the board was reset within `waitMs`. */
  private async greeted(waitMs: number): Promise<boolean> {
    const mark = this.nextMark()
    // To the debugger `reset` and `print` are commands of its own; a line that begins otherwise does nothing there.
    this.send(`${NO_ECHO}void reset();print("${mark}="+"hello")\n`)
    const found = await this.seen(new RegExp(`${mark}=hello|${DEBUGGER}`), waitMs)
    if (found?.[0] === DEBUGGER) {
      this.text = ''
      this.send(INTERRUPT)
      return false
    }
    // The greeting is heard before the reset is done; a timer may still run, and hold the board, in between.
    return found !== undefined && this.idle()
  }

  /** Whether the board answers a short line at once, which gives the technician time as well. */
  private async idle(): Promise<boolean> {
    const mark = this.nextMark()
    const watchdog = `E.enableWatchdog(${WATCHDOG_SECONDS},false);E.kickWatchdog()`
    this.send(`${NO_ECHO}${watchdog};print("${mark}="+"idle")\n`)
    return (await this.seen(new RegExp(`${mark}=idle`), HELLO_EVERY_MS)) !== undefined
  }

  /** The value of an expression without single quotes and backslashes, as the board prints it; `!` and the error when it throws.
   *  It may be evaluated twice when an answer is late. Fails with 'noAnswer', 'crc' or 'closed'. */
  async ask(expression: string, patienceMs = this.patience.answerMs / ASK_ATTEMPTS): Promise<string> {
    const mark = this.nextMark()
    const checked = `function(x){try{return E.CRC32(x)==${crc32(expression)}?eval(x):"?"}catch(e){return"!"+e}}`
    // The mark is put together on the board: an echo of the line can't be taken for the answer.
    const line = `${NO_ECHO}print("${mark}"+"="+(${checked})('${expression}')+";")\n`
    let heard = false
    for (let attempt = 0; attempt < ASK_ATTEMPTS; attempt++) {
      this.send(line)
      const found = await this.seen(new RegExp(`${mark}=([^;]*);|Uncaught .*\n`), patienceMs)
      if (this.closed) throw new BoardError('closed', expression.slice(0, 40))
      if (found?.[1] !== undefined && found[1] !== '?') return found[1]
      heard ||= found !== undefined
    }
    throw new BoardError(heard ? 'crc' : 'noAnswer', expression.slice(0, 40))
  }

  /** Bytes behind the last file. */
  async free(): Promise<number> {
    return parseInt(await this.ask(`${STORAGE}.getFree()`), 10)
  }

  /** The bytes of a small file, none where there is no such file. */
  async readFile(name: string): Promise<Buffer> {
    return Buffer.from(await this.ask(`btoa(${STORAGE}.read("${name}")||"")`), 'base64')
  }

  /** CRC-32 of `length` bytes of a file from `at` on; undefined where there is no such file. */
  async crcOf(name: string, at: number, length: number): Promise<number | undefined> {
    const answer = await this.ask(`E.CRC32(${STORAGE}.read("${name}",${at},${length}))`)
    return /^\d+$/.test(answer) ? Number(answer) : undefined
  }

  async erase(name: string): Promise<void> {
    await this.ask(`${STORAGE}.erase("${name}")`)
  }

  /** Erases all of Storage, which keeps the room of replaced files for ever otherwise. Espruino's own compact() is never asked for: it moves files through
   *  RAM, and a power cut then costs any of them. */
  async eraseAll(): Promise<void> {
    await this.ask(`${STORAGE}.eraseAll()`, ERASE_MS)
  }

  /** Puts `bytes` into the Storage file `name`, and reads them back by their checksum. A file that differs is erased. Storage never tidies itself up for it.
   *  Fails with 'noSpace', 'write', 'crc', 'noAnswer' or 'closed'. */
  async writeFile(name: string, bytes: Uint8Array): Promise<void> {
    await this.claim(bytes.length)
    try {
      await this.writePieces(name, bytes, 0, bytes.length, () => undefined)
    } catch (error) {
      // Half a program must not start; where the line is gone the next attempt writes it whole.
      await this.erase(name).catch(() => undefined)
      throw error
    }
  }

  /** Makes a file of `size` bytes that begins with `bytes` (few) and is erased behind them: fill() does the rest. Fails as writeFile() does. */
  async makeFile(name: string, bytes: Uint8Array, size: number): Promise<void> {
    await this.claim(size)
    await this.writePieces(name, bytes, 0, size, () => undefined)
  }

  /** Puts `bytes` into a file that is there, from `at` (1 or more) on, where it is still erased, and reads them back by their checksum. Fails with 'write',
   *  'crc', 'noAnswer' or 'closed'. */
  async fill(
    name: string,
    bytes: Uint8Array,
    at: number,
    progress = (_written: number): void => undefined,
  ): Promise<void> {
    await this.writePieces(name, bytes, at, at + bytes.length, progress)
  }

  private async claim(bytes: number): Promise<void> {
    const free = await this.free()
    if (!(free > bytes + FILE_BYTES)) throw new BoardError('noSpace', `${bytes} > ${free}`)
  }

  private async writePieces(
    name: string,
    bytes: Uint8Array,
    at: number,
    size: number,
    progress: (written: number) => void,
  ): Promise<void> {
    for (let done = 0; done < bytes.length; done += PIECE_BYTES) {
      const piece = Buffer.from(bytes.subarray(done, done + PIECE_BYTES))
      const put = `${STORAGE}.write("${name}",atob("${piece.toString('base64')}"),${at + done},${size})`
      const written = await this.ask(put)
      // A line whose answer was lost is asked again, and nothing is written twice: then the piece is there.
      if (written !== 'true' && (await this.crcOf(name, at + done, piece.length)) !== crc32(piece))
        throw new BoardError('write', `${name} ${at + done}: ${written}`)
      progress(Math.min(done + PIECE_BYTES, bytes.length))
    }
    const expected = crc32(bytes)
    const got = await this.crcOf(name, at, bytes.length)
    if (got !== expected) throw new BoardError('crc', `${name}: ${expected}, ${got}`)
  }

  /** Starts the program in `.bootcde` as a power-on would; answers when the board has understood. */
  async boot(): Promise<void> {
    await this.ask(`setTimeout(load,${START_DELAY_MS})`)
  }

  close(): void {
    this.stream.destroy()
  }

  private nextMark(): string {
    this.mark++
    return `#fieldnode${this.mark}`
  }

  private send(text: string): void {
    if (!this.closed) this.stream.write(text, 'latin1')
  }

  /** The first match in what comes from now on, or undefined after `withinMs` or when the stream ends. */
  private seen(pattern: RegExp, withinMs: number): Promise<RegExpExecArray | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), Math.max(0, withinMs))
      const finish = (found: RegExpExecArray | undefined): void => {
        clearTimeout(timer)
        this.waiting = undefined
        resolve(found)
      }
      if (this.closed) return finish(undefined)
      this.waiting = { pattern, finish }
    })
  }

  private take(text: string): void {
    this.text += text
    const found = this.waiting?.pattern.exec(this.text)
    if (found) this.waiting!.finish(found)
    const lines = this.text.split('\n')
    // The last piece is a line that has not ended: it may be the beginning of an answer.
    this.text = lines.pop()!
    for (const line of lines) this.onLine(cleanLine(line))
  }

  private end(): void {
    this.closed = true
    this.waiting?.finish(undefined)
  }
}
