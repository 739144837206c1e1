/** `fieldnode upload` and `fieldnode provision` against the real Espruino interpreter behind a TCP port. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { withBoard } from '../../cli/board/session.ts'
import { boardTexts } from '../../cli/board/texts.ts'
import { bootAndWatch } from '../../cli/board/watch.ts'
import { run as provision } from '../../cli/provision.ts'
import { run as upload } from '../../cli/upload.ts'
import { TEXT_AT } from '../../firmware/update/record.ts'
import { decodeSettings, SETTINGS_BYTES, type Settings } from '../../core/settings.ts'
import { BOARD_RETRIES, interpreter, onPath, serveBoard, type BoardServer } from './boardServer.ts'

const program = interpreter()
if (!program)
  console.log(
    'upload to a real interpreter: skipped, there is no espruino-interpreter on the PATH and no ESPRUINO',
  )

/** A pseudo terminal stands in for the cable; the package that opens serial ports is optional. */
const serial = onPath('socat') !== undefined && hasPackage('serialport')
if (program && !serial)
  console.log('upload through a serial port: skipped, there is no socat or no package serialport')

function hasPackage(name: string): boolean {
  try {
    return createRequire(import.meta.url).resolve(name) !== ''
  } catch {
    return false
  }
}

/** A stand-in for firmware: says how long its settings are, and a packet later. Long enough for many pieces. */
const FIRMWARE = [
  'print("record of "+(require("Storage").read("settings")||"").length+" bytes");',
  'setTimeout(function(){print("sent 1")},200);',
  ...Array.from({ length: 300 }, (_, i) => `function f${i}(a){return a*${i}+${i * i}}`),
].join('\n')

describe.skipIf(!program)('the real interpreter', { retry: BOARD_RETRIES }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'fieldnode-real-'))
  const bundleOf = (code: string) => {
    const file = join(folder, 'bundle.js')
    writeFileSync(file, code)
    return file
  }
  let board: BoardServer
  let said: string[] = []

  beforeAll(async () => {
    board = await serveBoard(program!, mkdtempSync(join(folder, 'flash-')))
  })
  afterAll(async () => {
    await board.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    said = []
    for (const stream of ['log', 'error'] as const)
      vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line))
  })
  afterEach(() => {
    board.disturb(undefined)
    vi.restoreAllMocks()
  })

  /** What the board says when it starts what it has, up to its first packet. */
  const started = async (): Promise<string[]> => {
    const lines: string[] = []
    await withBoard({ port: board.address, patienceMs: 5000 }, (console) =>
      bootAndWatch(console, 5000, (line) => void lines.push(line)),
    )
    return lines
  }

  /** The value of an expression on the board. */
  const ask = (expression: string): Promise<string> =>
    withBoard({ port: board.address, patienceMs: 5000 }, (console) => console.ask(expression))

  test('takes a bundle, starts it, and sends its first packet', async () => {
    expect(await upload(['--port', board.address, bundleOf(FIRMWARE)])).toBe(0)
    expect(said).toContain(boardTexts.upload.line('record of 0 bytes'))
    expect(said.at(-1)).toBe(boardTexts.upload.packet)
    const text = `require("Storage").read("a",${TEXT_AT},${FIRMWARE.length})`
    expect(await ask(`E.CRC32(${text})`)).toBe(String(crc32(FIRMWARE)))
  })

  test('takes its settings, and keeps both over a loss of power', async () => {
    const args = ['--name', 'Yard', '--profile', 'air', '--latitude', '10.0342', '--longitude', '105.7881']
    expect(await provision([...args, '--dev-eui', '0011223344556677', '--port', board.address])).toBe(0)
    const stored = await ask('btoa(require("Storage").read("settings"))')
    const settings = decodeSettings(Uint8Array.from(Buffer.from(stored, 'base64'))) as Settings
    expect(Buffer.from(settings.devEui).toString('hex')).toBe('0011223344556677')
    expect([settings.latitudeE4, settings.longitudeE4]).toEqual([100_342, 1_057_881])
    expect(await upload(['--port', board.address, bundleOf(FIRMWARE)])).toBe(0)
    expect(said).toContain(boardTexts.upload.line(`record of ${SETTINGS_BYTES} bytes`))
  })

  test('takes a bundle shorter than half a kilobyte', async () => {
    expect(await upload(['--port', board.address, bundleOf('print("sent 9")')])).toBe(0)
  })

  test('is interrupted in the middle of a program that talks without end', async () => {
    expect(
      await upload([
        '--port',
        board.address,
        bundleOf('print("sent 1");setInterval(function(){print("tick")},5)'),
      ]),
    ).toBe(0)
    expect(await upload(['--port', board.address, bundleOf(FIRMWARE)])).toBe(0)
  })

  test('is interrupted in the middle of a program that never waits', async () => {
    expect(
      await upload([
        '--port',
        board.address,
        bundleOf('print("sent 1");setTimeout(function(){for(;;);},50)'),
      ]),
    ).toBe(0)
    expect(await upload(['--port', board.address, bundleOf(FIRMWARE)])).toBe(0)
  })

  test('a cable that spoils the third piece each time: the fault is named, and what ran before runs', async () => {
    board.disturb((text) => (text.includes(`,${TEXT_AT + 360},`) ? text.replace('atob("', 'atob("A') : text))
    expect(await upload(['--port', board.address, bundleOf(FIRMWARE)])).toBe(1)
    expect(said.at(-1)).toContain(boardTexts.faults.crc)
    board.disturb(undefined)
    const lines = await started()
    expect(lines).toContain(`record of ${SETTINGS_BYTES} bytes`)
  })

  test('loses its power in the middle: the upload begins again', async () => {
    let lines = 0
    board.disturb((text) => {
      if (++lines === 10) board.cutPower()
      return text
    })
    expect(await upload(['--port', board.address, bundleOf(FIRMWARE)])).toBe(0)
    expect(said.filter((line) => line.includes(boardTexts.faults.closed))).toHaveLength(1)
  })

  test('a program that fails, and one that says nothing', async () => {
    expect(await upload(['--port', board.address, bundleOf('print("x");nothing.there()')])).toBe(1)
    expect(said.at(-1)).toContain(boardTexts.faults.program)
    expect(await upload(['--port', board.address, '--packet-wait', '1', bundleOf('print("x")')])).toBe(1)
    expect(said.at(-1)).toContain(boardTexts.faults.silent)
  })

  test.skipIf(!serial)('is reached through a serial port too', async () => {
    const path = join(folder, 'tty')
    const line = spawn('socat', [`pty,link=${path},raw,echo=0`, board.address.replace('tcp://', 'tcp:')])
    await vi.waitUntil(() => existsSync(path), { timeout: 5000 })
    expect(await upload(['--port', path, bundleOf('print("sent 5")')])).toBe(0)
    line.kill()
  })

  test('takes 45 kB, more than its memory would hold', async () => {
    const code = `${'//'.padEnd(60, 'x')}\n`.repeat(740) + 'print("sent 1 "+process.memory().usage)'
    expect(code.length).toBeGreaterThan(45_000)
    expect(await upload(['--port', board.address, bundleOf(code)])).toBe(0)
  })
})
