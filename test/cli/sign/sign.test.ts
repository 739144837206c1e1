/** `fieldnode sign` on the real disk: a key, signatures, what is refused. */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { OptionError } from '../../../cli/options.ts'
import { run } from '../../../cli/sign.ts'
import { stateFolder } from '../../../cli/sign/keyFolder.ts'
import { growKey, publicKeyOf, signLms } from '../../../cli/sign/lms.ts'
import { signTexts } from '../../../cli/sign/texts.ts'
import { LMS_VECTORS, sha256 } from '../../core/lms/signatures.ts'

const folder = mkdtempSync(join(tmpdir(), 'fieldnode-sign-'))
const state = join(folder, 'state')
const bundle = join(folder, 'bundle.js')
let made = 0
const fresh = (): string => join(folder, `new-${++made}`)

let said: string[] = []
beforeAll(() => writeFileSync(bundle, 'print("a node")\n'.repeat(100)))
beforeEach(() => {
  said = []
  process.env['FIELDNODE_STATE'] = state
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line))
})
afterEach(() => {
  delete process.env['FIELDNODE_STATE']
  vi.restoreAllMocks()
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Drawing a key takes a second: one is drawn, and each test has it in a folder and with a record of its own. */
async function keyFolder(): Promise<string> {
  const first = join(folder, 'first')
  if (!existsSync(first)) await run(['init', '--key', first])
  const key = fresh()
  cpSync(first, key, { recursive: true })
  process.env['FIELDNODE_STATE'] = `${key}-state`
  cpSync(state, `${key}-state`, { recursive: true })
  said = []
  return key
}

const signing = (key: string, version: number, out: string, ...more: string[]): string[] => [
  ...['--key', key, '--board', 'ttgo-lora32-v21', '--profile', 'soil', '--bundle', bundle],
  ...['--version', String(version), '--out', out],
  ...more,
]
const verifying = (file: string, key: string, ...more: string[]): string[] => [
  ...['verify', file, '--public', join(key, 'public.key')],
  ...more,
]
const usedIn = (key: string): string[] => readdirSync(join(key, 'used')).sort()

describe('the RFC makes the same', () => {
  test.each(LMS_VECTORS.filter(({ seed }) => seed))('key and signature from its seed: $name', (vector) => {
    const { publicKey, signature, message, seed } = vector
    const key = growKey(sha256, {
      lmsType: publicKey[3]!,
      otsType: publicKey[7]!,
      identifier: publicKey.subarray(8, 24),
      seed: seed!,
    })
    expect(Buffer.compare(publicKeyOf(key), publicKey)).toBe(0)
    const again = signLms(sha256, key, signature[3]!, signature.subarray(8, 40), message)
    expect(Buffer.compare(again, signature)).toBe(0)
  })
})

describe('init', () => {
  test('draws a key, its secret for its owner alone, never the same twice', async () => {
    const [one, two] = [join(folder, 'first'), fresh()]
    expect(await run(['init', '--key', one])).toBe(0)
    expect(await run(['init', '--key', two])).toBe(0)
    expect(statSync(join(one, 'private.key')).mode & 0o777).toBe(0o600)
    expect(statSync(one).mode & 0o777).toBe(0o700)
    const [first, second] = [one, two].map((key) => readFileSync(join(key, 'public.key'), 'utf8'))
    expect(first).toMatch(/^0000000600000003[0-9a-f]{96}\n$/)
    expect(second).not.toBe(first)
    expect(said[0]).toBe(signTexts.made(one, 1024))
    const secret = readFileSync(join(one, 'private.key')).subarray(32, 64).toString('hex')
    expect(said.join() + first).not.toContain(secret)
    expect(readdirSync(one).sort()).toEqual(['private.key', 'public.key', 'used'])
  })

  test('not where something is', async () => {
    const key = await keyFolder()
    const before = readFileSync(join(key, 'private.key'))
    expect(await run(['init', '--key', key])).toBe(1)
    expect(said).toEqual([signTexts.failed(signTexts.faults.exists, key)])
    expect(Buffer.compare(readFileSync(join(key, 'private.key')), before)).toBe(0)
  })
})

describe('sign and verify', () => {
  test('there and back, each signature with a leaf of its own', async () => {
    const key = await keyFolder()
    for (const version of [1, 2, 3]) {
      const out = fresh()
      expect(await run(signing(key, version, out))).toBe(0)
      expect(said.at(-1)).toBe(signTexts.signed(out, version - 1, 1024 - version))
      expect(statSync(out).size).toBe(2601)
      expect(await run(verifying(out, key, '--bundle', bundle))).toBe(0)
      expect(said.at(-2)).toBe(
        signTexts.valid('ttgo-lora32-v21', 'soil', 'AS923-2', version, statSync(bundle).size, version - 1),
      )
    }
    expect(usedIn(key)).toEqual(['0000', '0001', '0002'])
    expect(readFileSync(join(key, 'used', '0001'), 'utf8')).toMatch(
      /^2 ttgo-lora32-v21 soil AS923-2 [0-9a-f]{64}\n$/,
    )
  })

  test('another bundle, another key, a spoilt ticket: exit 1', async () => {
    const key = await keyFolder()
    const [out, other] = [fresh(), fresh()]
    await run(signing(key, 1, out))
    writeFileSync(other, 'print("another")\n')
    expect(await run(verifying(out, key, '--bundle', other))).toBe(1)
    expect(said.at(-1)).toBe(signTexts.notOfBundle(other))
    const ticket = readFileSync(out)
    for (const [at, why] of [
      [0, 'wrong'],
      [93, 'leaf'],
      [100, 'type'],
      [500, 'wrong'],
    ] as const) {
      const copy = Buffer.from(ticket)
      copy[at]! ^= 0x80
      writeFileSync(other, copy)
      expect(await run(verifying(other, key))).toBe(1)
      expect(said.at(-1)).toBe(signTexts.failed(signTexts.refusals[why], other))
    }
    writeFileSync(other, ticket.subarray(0, 2600))
    expect(await run(verifying(other, key))).toBe(1)
    expect(said.at(-1)).toBe(signTexts.failed(signTexts.refusals.length, other))
  })

  test('the end of a key is told in time, and then named', async () => {
    const key = await keyFolder()
    await run(['adopt', '--key', key, '--from', '990'])
    expect(await run(signing(key, 1, fresh()))).toBe(0)
    expect(said.at(-1)).not.toBe(signTexts.fewLeft)
    expect(await run(signing(key, 2, fresh()))).toBe(0)
    expect(said.at(-1)).toBe(signTexts.fewLeft)
    await run(['adopt', '--key', key, '--from', '1023'])
    expect(await run(signing(key, 3, fresh()))).toBe(0)
    const out = fresh()
    expect(await run(signing(key, 4, out))).toBe(1)
    expect(said.at(-1)).toBe(signTexts.failed(signTexts.faults.exhausted, '1024'))
    expect(existsSync(out)).toBe(false)
  })
})

describe('refuses', () => {
  const fails = async (fault: keyof typeof signTexts.faults, args: string[]): Promise<void> => {
    expect(await run(args)).toBe(1)
    expect(said.at(-1)).toContain(signTexts.faults[fault])
  }

  test('a folder without a key, and one that was changed', async () => {
    await fails('noKey', signing(fresh(), 1, fresh()))
    const key = await keyFolder()
    const file = join(key, 'private.key')
    const bytes = readFileSync(file)
    for (const at of [0, 11, 15, 16, 40, 70_000, bytes.length - 1].filter((each) => each < bytes.length)) {
      const copy = Buffer.from(bytes)
      copy[at]! ^= 1
      writeFileSync(file, copy)
      await fails('damaged', signing(key, 1, fresh()))
    }
    for (const length of [0, 40, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, length))
      await fails('damaged', signing(key, 1, fresh()))
    }
    expect(usedIn(key)).toEqual([])
  })

  test('a private key that others may read', async () => {
    const key = await keyFolder()
    chmodSync(join(key, 'private.key'), 0o640)
    await fails('readable', signing(key, 1, fresh()))
  })

  test('a key that was moved, until it is adopted', async () => {
    const key = await keyFolder()
    process.env['FIELDNODE_STATE'] = fresh()
    await fails('unwitnessed', signing(key, 1, fresh()))
    expect(await run(['adopt', '--key', key, '--from', '7'])).toBe(0)
    expect(said.at(-1)).toBe(signTexts.adopted(7))
    const out = fresh()
    expect(await run(signing(key, 1, out))).toBe(0)
    expect(said.at(-1)).toBe(signTexts.signed(out, 7, 1016))
  })

  test('a folder from a backup, until it is adopted above what is known', async () => {
    const key = await keyFolder()
    const backup = fresh()
    cpSync(key, backup, { recursive: true })
    await run(signing(key, 1, fresh()))
    rmSync(key, { recursive: true })
    cpSync(backup, key, { recursive: true })
    await fails('restored', signing(key, 2, fresh()))
    await fails('used', ['adopt', '--key', key, '--from', '0'])
    expect(await run(['adopt', '--key', key, '--from', '1'])).toBe(0)
    expect(await run(signing(key, 2, fresh()))).toBe(0)
  })

  test('a version that was given already', async () => {
    const key = await keyFolder()
    await run(signing(key, 5, fresh()))
    await fails('downgrade', signing(key, 4, fresh()))
    expect(usedIn(key)).toEqual(['0000'])
  })

  test('a place where nothing can be made', async () =>
    await fails('disk', ['init', '--key', join(bundle, 'key')]))
})

describe('wrong calls are named and cost no leaf', () => {
  let key: string
  beforeAll(async () => {
    process.env['FIELDNODE_STATE'] = state
    key = await keyFolder()
  })
  const all = () => signing(key, 1, join(folder, 'never'))
  const without = (name: string) => all().filter((each, at, list) => each !== name && list[at - 1] !== name)
  const rows: [string, () => string[]][] = [
    ['--key', () => without('--key')],
    ['--key', () => ['init']],
    ['--board', () => without('--board')],
    ['--board', () => [...without('--board'), '--board', 'toaster']],
    ['--profile', () => [...without('--profile'), '--profile', 'sea']],
    ['--version', () => without('--version')],
    ['--version', () => [...without('--version'), '--version', '0']],
    ['--version', () => [...without('--version'), '--version', '4294967296']],
    ['--version', () => [...without('--version'), '--version', '1.5']],
    ['--out', () => without('--out')],
    ['--out', () => [...without('--out'), '--out', bundle]],
    ['--out', () => [...without('--out'), '--out', join(folder, 'none', 'x')]],
    ['--bundle', () => [...without('--bundle'), '--bundle', join(folder, 'none')]],
    ['--bundle', () => [...without('--bundle'), '--bundle', folder]],
    ['verify', () => ['verify', '--public', join(key, 'public.key')]],
    ['verify', () => ['verify', join(folder, 'none'), '--public', join(key, 'public.key')]],
    ['--public', () => ['verify', bundle]],
    ['--public', () => ['verify', bundle, '--public', join(key, 'private.key')]],
    ['--public', () => ['verify', bundle, '--public', bundle]],
    ['--from', () => ['adopt', '--key', key]],
    ['--from', () => ['adopt', '--key', key, '--from', '1025']],
    ['sign', () => ['forge']],
    ['sign', () => ['init', 'more', '--key', key]],
    ['sign', () => ['toString']],
    ['options', () => [...all(), '--seed', '00']],
  ]
  test.each(rows)('%s, row %#', async (where, args) => {
    const error = await run(args()).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OptionError)
    expect((error as OptionError).where).toBe(where)
    expect(usedIn(key)).toEqual([])
    expect(existsSync(join(folder, 'never'))).toBe(false)
  })

  test('an empty bundle and one that is too large', async () => {
    for (const size of [0, 1_048_577]) {
      const file = fresh()
      writeFileSync(file, Buffer.alloc(size))
      await expect(run([...without('--bundle'), '--bundle', file])).rejects.toMatchObject({
        where: '--bundle',
      })
    }
  })

  test('--help is no error', async () => {
    expect(await run(['--help'])).toBe(0)
    expect(said).toEqual([signTexts.help])
  })
})

test('where a machine keeps its records', () => {
  expect(stateFolder({ FIELDNODE_STATE: 'a', XDG_STATE_HOME: 'b' })).toBe('a')
  expect(stateFolder({ XDG_STATE_HOME: 'b' })).toBe(join('b', 'fieldnode'))
  expect(stateFolder({})).toMatch(/\.local.state.fieldnode$/)
})
