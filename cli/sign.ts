/** `fieldnode sign`: makes a key, signs the manifest of a bundle, verifies what was signed, adopts a key that was moved.
 *  Exit codes: 0 done, 1 failed or not good (by its name), 2 called wrongly. A wrong call never costs a leaf. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleDigest } from '../core/update/digest.ts'
import { REGIONS } from '../core/regions/index.ts'
import { BUNDLE_BYTES_MAX, MANIFEST_BYTES, type Manifest } from '../core/update/manifest.ts'
import { openTicket } from '../core/update/ticket.ts'
import { releaseOf } from './boardFiles.ts'
import { boards, bundleName, profiles, REGION_DEFAULT } from './build/plan.ts'
import { OptionError, parseOptions, wholeNumber } from './options.ts'
import { realDisk } from './sign/disk.ts'
import { SignError } from './sign/fault.ts'
import { leafFolders, makeKeyFolder, publicKeyIn, readKeyFolder, stateFolder } from './sign/keyFolder.ts'
import { adoptLeaves } from './sign/leaves.ts'
import { leafOf, leavesOf } from './sign/lms.ts'
import { makeTicket } from './sign/makeTicket.ts'
import { endsInMemory } from '../core/lms/ends.ts'
import { nodeSha256 } from './sign/nodeSha256.ts'
import { signTexts as texts } from './sign/texts.ts'

const BUNDLES = new URL('../dist/firmware/', import.meta.url)
const VERSION_MAX = 0xffffffff
/** From here on each signature says that the key comes to its end. */
const FEW_LEFT = 32
/** A ticket has 2,601 bytes; what is longer than this is read no further. */
const TICKET_BYTES_MAX = 65_536

const { expects } = texts

const OPTIONS = {
  key: { type: 'string' },
  board: { type: 'string' },
  profile: { type: 'string' },
  region: { type: 'string', default: REGION_DEFAULT },
  bundle: { type: 'string' },
  version: { type: 'string' },
  out: { type: 'string' },
  public: { type: 'string' },
  from: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const parse = (args: string[]) => parseOptions({ args, allowPositionals: true, options: OPTIONS })
type Values = ReturnType<typeof parse>['values']

function needed(where: string, value: string | undefined, expected: string): string {
  if (!value) throw new OptionError(where, expected, value ?? texts.nothing)
  return value
}

/** The bytes of a file of at most `max` bytes that is not empty. */
function bytesOf(where: string, expected: string, path: string, max: number): Uint8Array {
  const size = existsSync(path) ? statSync(path) : undefined
  if (!size?.isFile() || size.size === 0 || size.size > max)
    throw new OptionError(where, expected, size ? `${path}, ${size.size} bytes` : path)
  return readFileSync(path)
}

const readerOf = (bytes: Uint8Array) => (offset: number, length: number) =>
  bytes.subarray(offset, offset + length)

/** The name when it is one of those that exist: a node refuses another, and the signature would be spent. */
function knownName(where: string, name: string | undefined, names: readonly string[]): string {
  const known = names.find((each) => each === name)
  if (!known) throw new OptionError(where, expects.oneOf([...new Set(names)]), name ?? texts.nothing)
  return known
}

async function manifestOf(values: Values): Promise<Manifest> {
  const names = async (list: Promise<{ value: { name: string } }[]>) =>
    (await list).map((each) => each.value.name)
  const board = knownName('--board', values.board, await names(boards()))
  const profile = knownName('--profile', values.profile, await names(profiles()))
  const region = knownName(
    '--region',
    values.region,
    REGIONS.map((each) => each.name),
  )
  const version = wholeNumber(
    '--version',
    needed('--version', values.version, expects.version),
    1,
    VERSION_MAX,
  )
  const path = values.bundle ?? fileURLToPath(new URL(bundleName(board, profile, region), BUNDLES))
  const bundle = bytesOf('--bundle', expects.bundle, path, BUNDLE_BYTES_MAX)
  const release = releaseOf(bundle) ?? version
  // A node that runs a bundle goes by the bundle's own number: with another in the ticket it would take it again and again, or nothing any more.
  if (release !== version) throw new OptionError('--version', expects.release(release), String(version))
  const digest = bundleDigest(nodeSha256, bundle.length, readerOf(bundle))!
  return { version, board, profile, region, bundleBytes: bundle.length, digest }
}

/** The key of --key and where its used leaves are kept. */
function keyOf(values: Values) {
  const folder = resolve(needed('--key', values.key, expects.folder))
  const key = readKeyFolder(realDisk, folder)
  return { key, folders: leafFolders(folder, stateFolder(process.env), key) }
}

function init(values: Values): number {
  const folder = resolve(needed('--key', values.key, expects.folder))
  const key = makeKeyFolder(realDisk, folder, stateFolder(process.env))
  console.log(texts.made(folder, leavesOf(key)))
  return 0
}

async function sign(values: Values): Promise<number> {
  const manifest = await manifestOf(values)
  const out = resolve(needed('--out', values.out, expects.newFile))
  if (existsSync(out) || !existsSync(dirname(out))) throw new OptionError('--out', expects.newFile, out)
  const { leaf, left } = makeTicket({ disk: realDisk, sha256: nodeSha256, ...keyOf(values) }, manifest, out)
  console.log(texts.signed(out, leaf, left))
  if (left <= FEW_LEFT) console.log(texts.fewLeft)
  return 0
}

function verify(values: Values, file: string | undefined): number {
  const path = needed('verify', file, expects.file)
  const ticket = bytesOf('verify', expects.file, path, TICKET_BYTES_MAX)
  const publicPath = needed('--public', values.public, expects.publicKey)
  const key = publicKeyIn(
    Buffer.from(bytesOf('--public', expects.publicKey, publicPath, 1024)).toString('latin1'),
  )
  if (!key) throw new OptionError('--public', expects.publicKey, publicPath)
  const manifest = openTicket(nodeSha256, key, ticket.length, readerOf(ticket), endsInMemory(nodeSha256))
  if (typeof manifest === 'string') {
    console.error(texts.failed(texts.refusals[manifest], path))
    return 1
  }
  const { board, profile, region, version, bundleBytes, digest } = manifest
  console.log(
    texts.valid(board, profile, region, version, bundleBytes, leafOf(ticket.subarray(MANIFEST_BYTES))),
  )
  if (values.bundle === undefined) return 0
  const bundle = bytesOf('--bundle', expects.bundle, values.bundle, BUNDLE_BYTES_MAX)
  const own = bundleDigest(nodeSha256, bundle.length, readerOf(bundle))!
  const same = bundle.length === bundleBytes && Buffer.compare(own, digest) === 0
  if (same) console.log(texts.ofBundle(values.bundle))
  else console.error(texts.notOfBundle(values.bundle))
  return same ? 0 : 1
}

function adopt(values: Values): number {
  const { key, folders } = keyOf(values)
  const from = wholeNumber('--from', values.from ?? '', 0, leavesOf(key))
  adoptLeaves(realDisk, folders, from)
  console.log(texts.adopted(from))
  return 0
}

const ACTIONS: Record<string, (values: Values, file?: string) => number | Promise<number>> = {
  init,
  verify,
  adopt,
  sign,
}

export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse(args)
  if (values.help) {
    console.log(texts.help)
    return 0
  }
  const [action = 'sign', file, more] = positionals
  if (!Object.hasOwn(ACTIONS, action) || (action !== 'verify' && file) || more)
    throw new OptionError('sign', expects.action, positionals.join(' '))
  try {
    return await ACTIONS[action]!(values, file)
  } catch (error) {
    if (error instanceof SignError) console.error(texts.failed(texts.faults[error.fault], error.detail))
    else if (error instanceof Error && 'code' in error)
      console.error(texts.failed(texts.faults.disk, error.message))
    else throw error
    return 1
  }
}
