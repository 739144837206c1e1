/** `fieldnode provision`: draws the keys of a new node, writes its settings on it (or to a file), registers it at the gateway.
 *  The node comes first: a device that is registered but never got its key would be a riddle, the other way round it is a second try.
 *  The key is shown nowhere. Exit codes: 0 done, 1 failed, 2 called wrongly. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { encodeAbp } from '../core/abp.ts'
import { encodeNetworkSettings } from '../core/networkSettings.ts'
import { encodeSettings } from '../core/settings.ts'
import { SIGNER_FILE } from '../firmware/update/record.ts'
import { BoardError } from './board/error.ts'
import { newNode, type NewNode } from './board/newNode.ts'
import { register } from './board/register.ts'
import { withBoard, type BoardAt } from './board/session.ts'
import { boardTexts } from './board/texts.ts'
import { ABP_FILE, NETWORK_FILE, SETTINGS_FILE } from './boardFiles.ts'
import { OptionError, parseOptions, wholeNumber } from './options.ts'
import { signerOption } from './signerOption.ts'

const OWNER_ONLY = 0o600

const texts = boardTexts.provision
const { expects, nothing } = texts

const OPTIONS = {
  name: { type: 'string' },
  profile: { type: 'string' },
  latitude: { type: 'string' },
  longitude: { type: 'string' },
  'dev-eui': { type: 'string' },
  'join-eui': { type: 'string' },
  interval: { type: 'string' },
  samples: { type: 'string' },
  'soil-dry': { type: 'string' },
  'soil-wet': { type: 'string' },
  'height-mm': { type: 'string' },
  'alarm-above-cm': { type: 'string' },
  'alarm-rise-cm': { type: 'string' },
  'alarm-within': { type: 'string' },
  'lamp-on': { type: 'string' },
  'lamp-off': { type: 'string' },
  'dark-from': { type: 'string' },
  'dark-to': { type: 'string' },
  'utc-offset': { type: 'string' },
  lamp: { type: 'string' },
  group: { type: 'string' },
  ssid: { type: 'string' },
  'wifi-password': { type: 'string' },
  broker: { type: 'string' },
  abp: { type: 'boolean' },
  'dev-addr': { type: 'string' },
  'nwk-s-key': { type: 'string' },
  'app-s-key': { type: 'string' },
  signer: { type: 'string' },
  port: { type: 'string' },
  out: { type: 'string' },
  gateway: { type: 'string' },
  patience: { type: 'string', default: '10' },
  help: { type: 'boolean', short: 'h' },
} as const

interface Registry {
  url: URL
  pin: string
}

function registryOf(gateway: string | undefined): Registry | undefined {
  if (gateway === undefined) return undefined
  const url = URL.canParse(gateway) ? new URL(gateway) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) throw new OptionError('--gateway', expects.url, gateway)
  // Not an option: the arguments of a running program are there for everybody on the machine to read.
  const pin = process.env['FIELDNODE_PIN']
  if (!pin) throw new OptionError('FIELDNODE_PIN', expects.pin, nothing)
  return { url, pin }
}

/** What a node reads, by the name of the file. */
type Records = readonly (readonly [name: string, record: Uint8Array])[]

async function writeToBoard(at: BoardAt, records: Records): Promise<void> {
  await withBoard(at, async (board) => {
    // The board may have been one that never joins; with a session of its own it would not again.
    if (!records.some(([name]) => name === ABP_FILE)) await board.erase(ABP_FILE)
    for (const [name, record] of records) await board.writeFile(name, record)
    await board.boot()
  })
}

/** Answers true when the gateway knows the device. */
async function registerAt({ url, pin }: Registry, { device }: NewNode): Promise<boolean> {
  const result = await register(url, pin, device)
  if (result.outcome === 'registered') {
    console.log(texts.registered(device.devEui, url.origin))
    return true
  }
  if (result.outcome === 'refused')
    console.error(texts.refused(result.error.where, result.error.expected, result.error.got))
  else console.error(texts.unreachable(url.origin, result.reason))
  console.error(texts.again)
  return false
}

async function provision(
  node: NewNode,
  target: BoardAt | { file: string },
  registry: Registry | undefined,
  signer: Uint8Array | undefined,
): Promise<number> {
  // The session first: cut off behind the settings, a node that must never join would.
  const records: Records = [
    ...(node.abp ? [[ABP_FILE, encodeAbp(node.abp)] as const] : []),
    [SETTINGS_FILE, encodeSettings(node.settings)],
    ...(signer ? [[SIGNER_FILE, signer] as const] : []),
    ...(node.network ? [[NETWORK_FILE, encodeNetworkSettings(node.network)] as const] : []),
  ]
  const fileOf = (file: string, name: string): string => (name === SETTINGS_FILE ? file : `${file}.${name}`)
  if ('port' in target) await writeToBoard(target, records)
  else
    for (const [name, record] of records)
      writeFileSync(fileOf(target.file, name), record, { mode: OWNER_ONLY, flag: 'wx' })
  console.log(texts.written('port' in target ? target.port : target.file))
  if (!registry) {
    console.log(texts.notRegistered(node.device.devEui))
    return 0
  }
  if (await registerAt(registry, node)) return 0
  // A key that no gateway knows opens nothing; left behind, the file would only be mistaken for a good one.
  if ('file' in target) for (const [name] of records) rmSync(fileOf(target.file, name))
  return 1
}

export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({ args, options: OPTIONS })
  if (values.help) {
    console.log(texts.help)
    return 0
  }
  const { port, out } = values
  if ((port === undefined) === (out === undefined))
    throw new OptionError(
      '--port, --out',
      expects.portOrOut,
      [port, out].filter(Boolean).join(', ') || nothing,
    )
  if (out !== undefined && existsSync(out))
    throw new OptionError('--out', expects.newFile, `${texts.exists}: ${out}`)
  const patienceMs = wholeNumber('--patience', values.patience, 1, 3600) * 1000
  const registry = registryOf(values.gateway)
  const node = newNode(values)
  const signer = signerOption(values.signer)
  const target = port === undefined ? { file: out! } : { port, patienceMs }
  try {
    return await provision(node, target, registry, signer)
  } catch (error) {
    if (error instanceof BoardError)
      console.error(boardTexts.failed('provision', boardTexts.faults[error.fault], error.detail))
    else if (error instanceof Error && 'code' in error)
      console.error(boardTexts.failed('provision', texts.cannotWrite, error.message))
    else throw error
    return 1
  }
}
