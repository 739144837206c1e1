/** The real Espruino interpreter as a program that is run once: in a folder of its own, until it has said a mark, then ended.
 *  It never ends by itself, listens to no gentle signal and pads what it says; so it is killed and its lines are cleaned. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { entryAt, HEAD_BYTES, packed, said, type Transcript } from '../parity/transcript.ts'
import { interpreter } from './boardServer.ts'

export const program = interpreter()
if (!program)
  console.log(
    'The real interpreter is absent: no espruino-interpreter on the PATH and no ESPRUINO. Its tests are skipped; docs/HACKING.md says how to get it.',
  )

/** Writes two files into Storage, a piece at a time so that they need no room in RAM. */
const STORE = `var s = require("Storage");
function put(name, path) {
  var n = require("fs").statSync(path).size, f = E.openFile(path, "r"), at = 0, d;
  while ((d = f.read(1024)) !== undefined) { s.write(name, d, at, n); at += d.length }
  f.close();
}
`

/** Two words that only a person at work on the prelude sets (prelude.js), and room up to the first entry. */
const HEAD = new Uint8Array(HEAD_BYTES)

export class Interpreter {
  readonly folder = mkdtempSync(join(tmpdir(), 'fieldnode-espruino-'))

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folder, name), content)
  }

  private programs = 0

  /** What the prelude will answer: one recorded program after the other. */
  addTranscript(transcript: Transcript): void {
    if (this.programs === 0) this.write('program', '0')
    this.write(`${this.programs++}.bin`, Buffer.concat([HEAD, packed(transcript)]))
  }

  /** The recorded call of a program, as a person reads it. */
  recorded(program: number, index: number): string {
    const bytes = readFileSync(join(this.folder, `${program}.bin`))
    return said(entryAt(bytes.subarray(HEAD.length), index))
  }

  /** Boots as often as there are programs and gives each line that is said to `onLine`, until that answers true, or nothing was said for `patienceMs`. */
  boot(onLine: (line: string) => boolean, patienceMs = 60_000): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn(program!, [], { cwd: this.folder, stdio: ['pipe', 'pipe', 'ignore'] })
      let rest = ''
      let timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      child.stdout.on('data', (bytes: Buffer) => {
        clearTimeout(timer)
        timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
        const lines = (rest + bytes.toString('latin1')).split(/\r?\n/)
        rest = lines.pop()!
        if (lines.map(clean).some(onLine)) child.kill('SIGKILL')
      })
      child.on('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Puts files of the folder into flash under the names the interpreter boots from. */
  async store(files: Record<string, string>): Promise<void> {
    const puts = Object.entries(files).map(
      ([name, file]) => `put(${JSON.stringify(name)}, ${JSON.stringify(file)});`,
    )
    this.write('store.js', `${STORE}${puts.join('\n')}\nprint("STORED");\n`)
    const lines = await this.run(['store.js'], /STORED/)
    if (!lines.includes('STORED'))
      throw new Error(`the interpreter's flash was not written: ${lines.join('\n')}`)
  }

  /** Boots, or runs a script, until a line matches `end` or `timeoutMs` have passed. All lines that were said. */
  run(args: string[], end: RegExp, timeoutMs = 60_000): Promise<string[]> {
    return new Promise((resolve) => {
      const child = spawn(program!, args, { cwd: this.folder, stdio: ['pipe', 'pipe', 'ignore'] })
      let heard = ''
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
      child.stdout.on('data', (bytes: Buffer) => {
        heard += bytes.toString('latin1')
        if (end.test(heard)) child.kill('SIGKILL')
      })
      child.on('close', () => {
        clearTimeout(timer)
        resolve(heard.split(/\r?\n/).map(clean))
      })
    })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A line without the console's cursor movements and prompts. */
function clean(line: string): string {
  return line
    .replace(/\x1b\[[0-9;]*[A-Za-z]/g, '')
    .replace(/^[>\r ]+/, '')
    .trimEnd()
}
