/** Espruino's console as a caller sees it: expressions asked one at a time, files put into Storage, lines the program prints.
 *  Source: Espruino's interactive console (a line that begins with byte 16 is run without echo); lib/jswrap_storage.c.
 *  A running program prints between the answers, so every answer carries a mark of its own. */
import type { Duplex } from 'node:stream'
import { crc32 } from 'node:zlib'
import { BoardError } from './error.ts'

const INTERRUPT = '\x03'
const NO_ECHO = '\x10'
/** Bytes a line carries: in base64 it fits the console's buffer with room to spare. */
const PIECE_BYTES = 400
const BOOT = `${NO_ECHO}load()\n`
const HELLO_EVERY_MS = 1_000

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

  /** Stops what runs on the board and clears its memory; boot code and files stay. Fails with 'noAnswer'. */
  async interrupt(): Promise<void> {
    // One Ctrl-C only: Espruino on Linux takes a second one as the wish to end.
    this.send(`${INTERRUPT}\n`)
    const until = Date.now() + this.patience.helloMs
    for (;;) {
      const mark = this.nextMark()
      this.send(`${NO_ECHO}reset();print("${mark}="+"hello")\n`)
      const wait = Math.min(HELLO_EVERY_MS, until - Date.now())
      if (await this.seen(new RegExp(`${mark}=hello`), wait)) return
      if (this.closed) throw new BoardError('closed', 'hello')
      if (Date.now() >= until) throw new BoardError('noAnswer', `${this.patience.helloMs} ms`)
    }
  }

  /** The value of an expression, as the board prints it. Fails with 'noAnswer' or 'closed'. */
  async ask(expression: string): Promise<string> {
    const mark = this.nextMark()
    // The mark is put together on the board: an echo of the line can't be taken for the answer.
    this.send(`${NO_ECHO}print("${mark}"+"="+(${expression})+";")\n`)
    const found = await this.seen(new RegExp(`${mark}=([^;]*);`), this.patience.answerMs)
    if (found) return found[1]!
    throw new BoardError(this.closed ? 'closed' : 'noAnswer', expression.slice(0, 40))
  }

  /** Puts `bytes` into the Storage file `name`, and reads them back by their checksum. A file that differs is erased.
   *  Fails with 'noSpace', 'write', 'crc', 'noAnswer' or 'closed'. */
  async writeFile(
    name: string,
    bytes: Uint8Array,
    progress: (written: number) => void = () => undefined,
  ): Promise<void> {
    const storage = 'require("Storage")'
    await this.makeRoom(bytes.length)
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = Buffer.from(bytes.subarray(at, at + PIECE_BYTES)).toString('base64')
      const written = await this.ask(`${storage}.write("${name}",atob("${piece}"),${at},${bytes.length})`)
      if (written !== 'true') throw new BoardError('write', `${name} ${at}: ${written}`)
      progress(Math.min(at + PIECE_BYTES, bytes.length))
    }
    const expected = String(crc32(bytes))
    const got = await this.ask(`E.CRC32(${storage}.read("${name}"))`)
    if (got === expected) return
    await this.ask(`${storage}.erase("${name}")`)
    throw new BoardError('crc', `${name}: ${expected}, ${got}`)
  }

  /** Starts the program in `.bootcde` as a power-on would. */
  boot(): void {
    this.send(BOOT)
  }

  /** Starts the program and answers when the board has been told. */
  bootAndLeave(): Promise<void> {
    return new Promise((resolve) => this.stream.write(BOOT, 'latin1', () => resolve()))
  }

  close(): void {
    this.stream.destroy()
  }

  /** Storage keeps the room of erased files until it is told to tidy up. */
  private async makeRoom(bytes: number): Promise<void> {
    const room = 'require("Storage").getFree()'
    if (parseInt(await this.ask(room), 10) > bytes) return
    await this.ask('require("Storage").compact()')
    const free = parseInt(await this.ask(room), 10)
    if (!(free > bytes)) throw new BoardError('noSpace', `${bytes} > ${free}`)
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
