/** `fieldnode upload` against a board with faults on demand: each fault by its name and with its exit code. */
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BoardConsole } from '../../cli/board/console.ts'
import { BoardError } from '../../cli/board/error.ts'
import { openPort, tcpAddress } from '../../cli/board/stream.ts'
import { boardTexts } from '../../cli/board/texts.ts'
import { bootAndWatch } from '../../cli/board/watch.ts'
import { OptionError } from '../../cli/options.ts'
import { run } from '../../cli/upload.ts'
import {
  ENTRY_BYTES,
  FAILED,
  PASSED,
  RECORD_FILE,
  SLOT_BYTES,
  SLOTS,
  STARTED,
  SWITCHED,
} from '../../firmware/update/record.ts'
import { bundleIn, type BoardFaults } from './fakeBoard.ts'
import { CODE, OTHER, UploadBench } from './uploadBench.ts'

const its = UploadBench.forEachTest()
const { bundle, folder, other } = its

describe('a good board', () => {
  test('gets the bundle, starts it, and the first packet is seen', async () => {
    const node = await its.board({ program: ['hello', 'sent 3'] })
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(bundleIn(node)).toBe(CODE)
    expect(node.boots).toBe(1)
    expect(its.said).toContain(boardTexts.upload.packet)
    expect(its.said).toContain(boardTexts.upload.line('hello'))
  })

  test('may chat in the middle of everything', async () => {
    const node = await its.board({ chatter: 'sensor noAnswer' })
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(bundleIn(node)).toBe(CODE)
  })

  test('may sleep through the first greeting', async () => {
    const node = await its.board({ deafGreetings: 1 })
    expect(await run(['--port', node.address, bundle])).toBe(0)
  })

  test('is held by a program that never waits', async () => {
    const node = await its.board({ busy: true })
    expect(await run(['--port', node.address, bundle])).toBe(0)
  })

  test('starts it by the loader, as a first start, and has room for what is to come', async () => {
    const node = await its.board()
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(node.files.get('.bootcde')!.toString()).toContain('eval($)')
    const record = node.files.get(RECORD_FILE)!
    expect([SWITCHED, STARTED, PASSED].map((mark) => record[mark])).toEqual([0, 255, 0])
    expect([...SLOTS].filter((slot) => node.files.get(slot)?.length === SLOT_BYTES)).toHaveLength(12)
  })

  test('has slots already: the next is filled, and nothing is erased', async () => {
    const node = await its.board()
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(await run(['--port', node.address, other])).toBe(0)
    expect([bundleIn(node, 'a'), bundleIn(node, 'b'), node.erased]).toEqual([CODE, OTHER, 0])
    const record = node.files.get(RECORD_FILE)!
    expect([SWITCHED, STARTED, PASSED].map((mark) => record[ENTRY_BYTES + mark])).toEqual([0, 255, 0])
  })

  test('has a slot with something else in it: that one is given up for the next', async () => {
    const node = await its.board()
    expect(await run(['--port', node.address, bundle])).toBe(0)
    node.files.get('b')!.write('half a bundle', 100)
    expect(await run(['--port', node.address, other])).toBe(0)
    expect([bundleIn(node, 'c'), node.erased]).toEqual([OTHER, 0])
    const record = node.files.get(RECORD_FILE)!
    expect([SWITCHED, FAILED].map((mark) => record[ENTRY_BYTES + mark])).toEqual([255, 0])
  })

  test('has used its slots up, or another loader: Storage is laid out anew', async () => {
    const node = await its.board()
    expect(await run(['--port', node.address, bundle])).toBe(0)
    node.files.get(RECORD_FILE)!.fill(0)
    expect(await run(['--port', node.address, other])).toBe(0)
    expect([bundleIn(node), node.erased]).toEqual([OTHER, 1])
    node.files.get('.bootcde')![7]! ^= 1
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect([bundleIn(node), node.erased]).toEqual([CODE, 2])
  })

  test('may have a full Storage: it is erased but for the records, and never tidied up by Espruino', async () => {
    const node = await its.board({ freeBytes: [100, 200_000] })
    node.files.set('settings', Buffer.from('record'))
    node.files.set('wifi', Buffer.from('network'))
    node.files.set('.bootcde', Buffer.from('old'))
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(['settings', 'wifi'].map((name) => String(node.files.get(name)))).toEqual(['record', 'network'])
    expect(bundleIn(node)).toBe(CODE)
  })

  test('may lose its cable when its Storage has just been erased: the records come back', async () => {
    const node = await its.board({ closeAfterErase: true, freeBytes: [100, 900_000] })
    node.files.set('settings', Buffer.from('record'))
    node.files.set('wifi', Buffer.from('network'))
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(its.said.filter((line) => line.includes(boardTexts.faults.closed))).toHaveLength(1)
    expect(['settings', 'wifi'].map((name) => String(node.files.get(name)))).toEqual(['record', 'network'])
    expect(bundleIn(node)).toBe(CODE)
  })

  test('waits longer than the program it ran would have let it', async () => {
    const node = await its.board()
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(node.watchdog).toBe(900)
  })

  test('may be blank: the advice is to provision it', async () => {
    const node = await its.board({ program: ['settings blank'] })
    expect(await run(['--port', node.address, bundle])).toBe(0)
    expect(its.said).toContain(boardTexts.upload.noSettings)
  })

  test('is not waited for when nobody wants to', async () => {
    const node = await its.board({ program: [] })
    expect(await run(['--port', node.address, '--packet-wait', '0', bundle])).toBe(0)
    expect(its.said.at(-1)).toBe(boardTexts.upload.started)
  })
})

describe('faults', () => {
  /** Writes a file and watches the start, with little patience; answers the fault. */
  async function faultOf(faults: BoardFaults): Promise<string> {
    const { address } = await its.board(faults)
    const console = new BoardConsole(await openPort(address), { helloMs: 200, answerMs: 200 })
    try {
      await console.interrupt()
      await console.writeFile('.bootcde', Buffer.from(CODE))
      return await bootAndWatch(console, 200, () => undefined)
    } catch (error) {
      expect(error).toBeInstanceOf(BoardError)
      return (error as BoardError).fault
    } finally {
      console.close()
    }
  }

  const cases: [string, BoardFaults][] = [
    ['noAnswer', { silent: true }],
    ['closed', { closeAfterBytes: 900 }],
    ['noSpace', { freeBytes: [10, 20] }],
    ['write', { refuseAt: 900 }],
    ['crc', { corrupt: true }],
    ['crc', { garbledLines: 1_000_000 }],
    ['silent', { program: ['hello'] }],
    ['program', { program: ['Uncaught ReferenceError: "x" is not defined'] }],
    ['program', { program: ['OUT OF MEMORY'] }],
    ['packet', {}],
    // A line that lost a letter is sent again, and the bundle is whole.
    ['packet', { garbledLines: 1 }],
  ]
  for (const [expected, faults] of cases) {
    test(`${expected}: ${JSON.stringify(faults)}`, async () => {
      expect(await faultOf(faults)).toBe(expected)
    })
  }

  test('a damaged file is erased, so that it never starts', async () => {
    const node = await its.board({ corrupt: true })
    expect(await run(['--port', node.address, bundle])).toBe(1)
    expect([node.files.has('.bootcde'), node.boots]).toEqual([false, 0])
    expect(its.said.at(-1)).toContain(boardTexts.faults.crc)
  })

  test('something else than Espruino does not answer', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await run(['--port', `tcp://127.0.0.1:${port}`, '--patience', '1', bundle])).toBe(1)
    expect(its.said.at(-1)).toContain(boardTexts.faults.noAnswer)
    server.close()
  })

  test('a port that nobody listens at, and a serial port that does not exist', async () => {
    for (const port of ['tcp://127.0.0.1:1', '/dev/fieldnode-does-not-exist']) {
      expect(await run(['--port', port, bundle])).toBe(1)
      expect(its.said.at(-1)).toContain(boardTexts.faults.port)
    }
  })
})

describe('wrong calls', () => {
  const wrong: [string, string[]][] = [
    ['--port', [bundle]],
    ['--profile', ['--port', 'tcp://127.0.0.1:1']],
    ['bundle', ['--port', 'tcp://127.0.0.1:1', join(folder, 'none.js')]],
    ['bundle', ['--port', 'tcp://127.0.0.1:1', '--profile', 'nothing']],
    ['--patience', ['--port', 'tcp://127.0.0.1:1', '--patience', 'long', bundle]],
    ['--packet-wait', ['--port', 'tcp://127.0.0.1:1', '--packet-wait=-1', bundle]],
    ['options', ['--prot', 'x']],
  ]
  for (const [where, args] of wrong) {
    test(`${where} is named: upload ${args.filter((arg) => arg.startsWith('--')).join(' ')}`, async () => {
      const error = await run(args).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(OptionError)
      expect((error as OptionError).where).toBe(where)
    })
  }

  test('--help is no error', async () => {
    expect(await run(['--help'])).toBe(0)
    expect(its.said).toEqual([boardTexts.upload.help])
  })

  test('tcp addresses', () => {
    expect(tcpAddress('tcp://bridge.local:2323')).toEqual({ host: 'bridge.local', port: 2323 })
    expect(tcpAddress('tcp://[::1]:23')).toEqual({ host: '::1', port: 23 })
    for (const other of [
      '/dev/ttyUSB0',
      'COM3',
      'tcp://host',
      'tcp://host:0',
      'tcp://host:65536',
      'tcp://a:b:1',
    ])
      expect(tcpAddress(other)).toBeUndefined()
  })
})
