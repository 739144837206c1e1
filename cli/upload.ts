/** `fieldnode upload`: puts a bundle on a node at its cable, reads it back, starts it and waits for its first packet.
 *  Exit codes: 0 done, 1 failed (the fault by its name), 2 called wrongly. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { BUNDLE_END, TEXT_BYTES } from '../firmware/update/record.ts'
import type { BoardConsole } from './board/console.ts'
import { BoardError } from './board/error.ts'
import { install, type Kept, type Program } from './board/install.ts'
import { withBoard, type BoardAt } from './board/session.ts'
import { boardTexts } from './board/texts.ts'
import { bootAndWatch } from './board/watch.ts'
import { LOADER_FILE, releaseOf } from './boardFiles.ts'
import { OptionError, parseOptions, wholeNumber } from './options.ts'

const BUNDLES = new URL('../dist/firmware/', import.meta.url)
const PROGRESS_BYTES = 10_000

const texts = boardTexts.upload

function bundleOf(file: string | undefined, board: string, profile: string | undefined): Uint8Array {
  if (!file && !profile)
    throw new OptionError('--profile', 'soil | air | gauge | light', boardTexts.provision.nothing)
  const path = file ?? fileURLToPath(new URL(`${board}-${profile}.js`, BUNDLES))
  if (!existsSync(path)) throw new OptionError('bundle', texts.expectsBundle, path)
  const bytes = readFileSync(path)
  if (bytes.length === 0 || bytes.length > TEXT_BYTES - BUNDLE_END.length - 1)
    throw new OptionError('bundle', texts.expectsBundle, `${path}, ${bytes.length} bytes`)
  // Behind a bundle its slot is erased.
  return releaseOf(bytes) !== undefined || bytes.toString('latin1').endsWith(BUNDLE_END)
    ? bytes
    : Buffer.concat([bytes, Buffer.from(`\n${BUNDLE_END}`)])
}

/** What every bundle is started by. */
function loaderOf(): Uint8Array {
  const path = fileURLToPath(new URL(LOADER_FILE, BUNDLES))
  if (!existsSync(path)) throw new OptionError('bundle', texts.expectsBundle, path)
  return readFileSync(path)
}

interface Upload extends BoardAt {
  program: Program
  packetWaitMs: number
}

async function upload({ program, packetWaitMs, ...at }: Upload): Promise<void> {
  const { bundle } = program
  const kept: Kept = new Map()
  await withBoard(at, async (board) => {
    console.log(texts.connected(at.port))
    let told = 0
    await install(board, program, kept, (written) => {
      // Begun anew in another slot.
      if (written < told) told = 0
      if (written - told < PROGRESS_BYTES) return
      told = written
      console.log(texts.progress(written, bundle.length))
    })
    console.log(texts.verified(bundle.length, crc32(bundle).toString(16).padStart(8, '0')))
    console.log(await start(board, packetWaitMs))
  })
}

/** Starts the program; answers the last line to say. */
async function start(board: BoardConsole, packetWaitMs: number): Promise<string> {
  if (packetWaitMs === 0) {
    await board.boot()
    return texts.started
  }
  return texts[await bootAndWatch(board, packetWaitMs, (line) => console.log(texts.line(line)))]
}

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      board: { type: 'string', default: 'ttgo-lora32-v21' },
      profile: { type: 'string' },
      patience: { type: 'string', default: '10' },
      'packet-wait': { type: 'string', default: '120' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.help)
    return 0
  }
  if (!values.port) throw new OptionError('--port', 'tcp://host:port', boardTexts.provision.nothing)
  const bundle = bundleOf(positionals[0], values.board, values.profile)
  const patienceMs = wholeNumber('--patience', values.patience, 1, 3600) * 1000
  const packetWaitMs = wholeNumber('--packet-wait', values['packet-wait'], 0, 86_400) * 1000
  try {
    await upload({ port: values.port, program: { bundle, loader: loaderOf() }, patienceMs, packetWaitMs })
    return 0
  } catch (error) {
    if (!(error instanceof BoardError)) throw error
    console.error(boardTexts.failed('upload', boardTexts.faults[error.fault], error.detail))
    return 1
  }
}
