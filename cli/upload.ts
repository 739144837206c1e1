/** `fieldnode upload`: puts a bundle on a node at its cable, reads it back, starts it and waits for its first packet.
 *  Exit codes: 0 done, 1 failed (the fault by its name), 2 called wrongly. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import type { BoardConsole } from './board/console.ts'
import { BoardError, type BoardFault } from './board/error.ts'
import { withBoard, type BoardAt } from './board/session.ts'
import { boardTexts } from './board/texts.ts'
import { bootAndWatch } from './board/watch.ts'
import { OptionError, parseOptions, wholeNumber } from './options.ts'
import { ABP_FILE, NETWORK_FILE, SETTINGS_FILE } from './provision.ts'

const BUNDLES = new URL('../dist/firmware/', import.meta.url)
/** Espruino runs this file at every start. */
const BOOT_FILE = '.bootcde'
const PROGRESS_BYTES = 10_000
/** What a Storage that has to be erased first looks like from here. */
const STALE: readonly BoardFault[] = ['noSpace', 'write']

const texts = boardTexts.upload

function bundleOf(file: string | undefined, board: string, profile: string | undefined): Uint8Array {
  if (!file && !profile)
    throw new OptionError('--profile', 'soil | air | gauge | light', boardTexts.provision.nothing)
  const path = file ?? fileURLToPath(new URL(`${board}-${profile}.js`, BUNDLES))
  if (!existsSync(path)) throw new OptionError('bundle', texts.expectsBundle, path)
  const bytes = readFileSync(path)
  if (bytes.length === 0) throw new OptionError('bundle', texts.expectsBundle, `${path}, 0 bytes`)
  return bytes
}

interface Upload extends BoardAt {
  bundle: Uint8Array
  packetWaitMs: number
}

async function upload({ bundle, packetWaitMs, ...at }: Upload): Promise<void> {
  await withBoard(at, async (board) => {
    console.log(texts.connected(at.port))
    let told = 0
    const write = (): Promise<void> =>
      board.writeFile(BOOT_FILE, bundle, (written) => {
        if (written - told < PROGRESS_BYTES) return
        told = written
        console.log(texts.progress(written, bundle.length))
      })
    await write().catch(async (error: unknown) => {
      // Full of what was replaced, or of what a power cut has left: a bundle is worth a fresh start.
      if (!(error instanceof BoardError && STALE.includes(error.fault))) throw error
      await board.clear([SETTINGS_FILE, NETWORK_FILE, ABP_FILE])
      told = 0
      await write()
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
    await upload({ port: values.port, bundle, patienceMs, packetWaitMs })
    return 0
  } catch (error) {
    if (!(error instanceof BoardError)) throw error
    console.error(boardTexts.failed('upload', boardTexts.faults[error.fault], error.detail))
    return 1
  }
}
