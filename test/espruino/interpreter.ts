/** The real Espruino interpreter as a program that is run once: in a folder of its own, until it has said a mark, then ended.
 *  It never ends by itself, listens to no gentle signal and pads what it says; so it is killed and its lines are cleaned. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packed, type Transcript } from '../parity/transcript.ts'
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
const HEAD = new Uint8Array(7)

export class Interpreter {
  readonly folder = mkdtempSync(join(tmpdir(), 'fieldnode-espruino-'))

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folder, name), content)
  }

  /** What the prelude will answer: a recorded program. */
  writeTranscript(transcript: Transcript): void {
    this.write('transcript.bin', Buffer.concat([HEAD, packed(transcript)]))
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
      let said = ''
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString('latin1')
        if (end.test(said)) child.kill('SIGKILL')
      })
      child.on('close', () => {
        clearTimeout(timer)
        resolve(said.split(/\r?\n/).map(clean))
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
