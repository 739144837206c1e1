/** `fieldnode update`: brings a signed bundle to the gateway for some nodes or all, cancels that, and tells what became of it. Talks to the gateway's HTTP API
 *  with the operator's PIN. Exit codes: 0 taken, 1 refused or out of reach, 2 called wrongly. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { ErrorAnswer, UpdatesAnswer } from '../gateway/api/types.ts'
import { OptionError, parseOptions } from './options.ts'
import { updateTexts as texts } from './update/texts.ts'

const { expects, nothing } = texts

const parse = (args: string[]) =>
  parseOptions({
    args,
    options: {
      gateway: { type: 'string' },
      pin: { type: 'string' },
      bundle: { type: 'string' },
      ticket: { type: 'string' },
      node: { type: 'string', multiple: true },
      all: { type: 'boolean' },
      status: { type: 'boolean' },
      cancel: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values
type Values = ReturnType<typeof parse>

function baseOf({ gateway = nothing }: Values): URL {
  const base = URL.canParse(gateway) ? new URL(gateway) : undefined
  if (!base || !/^https?:$/.test(base.protocol)) throw new OptionError('--gateway', expects.url, gateway)
  return base
}

function pinOf({ pin }: Values): string {
  const given = pin ?? process.env['FIELDNODE_PIN']
  if (!given) throw new OptionError('--pin', expects.pin, nothing)
  return given
}

function nodesOf({ node = [] }: Values): string[] {
  for (const eui of node) if (!/^[0-9a-f]{16}$/i.test(eui)) throw new OptionError('--node', expects.node, eui)
  return node.map((eui) => eui.toLowerCase())
}

/** A file in base64; what it holds is the gateway's to judge. */
function base64Of(option: string, path: string | undefined): string {
  const size = path !== undefined && existsSync(path) ? statSync(path) : undefined
  if (path === undefined || !size?.isFile() || size.size === 0)
    throw new OptionError(option, expects.file, path ?? nothing)
  return readFileSync(path).toString('base64')
}

interface Ask {
  path: string
  init: RequestInit
}

/** A release for some nodes or all. */
function bring(values: Values): Ask[] {
  const nodes = nodesOf(values)
  if (nodes.length > 0 === (values.all === true))
    throw new OptionError('--node', expects.nodes, values.all ? '--node --all' : nothing)
  const body = JSON.stringify({
    ticket: base64Of('--ticket', values.ticket),
    bundle: base64Of('--bundle', values.bundle),
    ...(values.all ? { all: true } : { nodes }),
  })
  const headers = { 'content-type': 'application/json', 'x-operator-pin': pinOf(values) }
  return [{ path: '/api/updates', init: { method: 'POST', headers, body } }]
}

function cancel(values: Values): Ask[] {
  const nodes = nodesOf(values)
  if (nodes.length === 0) throw new OptionError('--node', expects.node, nothing)
  const headers = { 'x-operator-pin': pinOf(values) }
  return nodes.map((eui) => ({ path: `/api/updates/${eui}`, init: { method: 'DELETE', headers } }))
}

const status = (): Ask[] => [{ path: '/api/updates', init: {} }]

function asks(values: Values): Ask[] {
  const brings = values.bundle !== undefined || values.ticket !== undefined
  const things = [brings, values.cancel === true, values.status === true].filter(Boolean).length
  if (things !== 1) throw new OptionError('update', expects.oneThing, things === 0 ? nothing : String(things))
  if (brings) return bring(values)
  return values.cancel ? cancel(values) : status()
}

function print({ updates }: UpdatesAnswer, json: boolean): void {
  for (const update of updates) {
    const { eui, name, version, state } = update
    console.log(json ? JSON.stringify(update) : texts.row(eui, name, version, texts.states[state](update)))
  }
}

/** The answer, or undefined when it was refused or none came, which is said. */
async function answerTo({ path, init }: Ask, base: URL): Promise<UpdatesAnswer | undefined> {
  try {
    const response = await fetch(new URL(path, base), init)
    const answer = (await response.json()) as UpdatesAnswer | ErrorAnswer
    if (!('error' in answer)) return answer
    const { where, expected, got } = answer.error
    console.error(texts.refused(where, expected, got))
  } catch (error) {
    console.error(texts.unreachable(base.origin, (error as Error).message))
  }
  return undefined
}

export async function run(args: string[]): Promise<number> {
  const values = parse(args)
  if (values.help) {
    console.log(texts.help)
    return 0
  }
  const base = baseOf(values)
  const answers: (UpdatesAnswer | undefined)[] = []
  for (const ask of asks(values)) answers.push(await answerTo(ask, base))
  for (const answer of answers) if (answer) print(answer, values.json === true)
  if (values.status && !values.json && answers[0]?.updates.length === 0) console.log(texts.none)
  return answers.every((answer) => answer !== undefined) ? 0 : 1
}
