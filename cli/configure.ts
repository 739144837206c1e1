/** `fieldnode configure`: changes a node's settings over the air, through the gateway's HTTP API with the operator's PIN. Prints the gateway's answer as a line
 *  of JSON. Exit codes: 0 taken, 1 refused or out of reach, 2 called wrongly. */
import { boardTexts } from './board/texts.ts'
import { OptionError, parseOptions, wholeNumber } from './options.ts'
import { texts } from './texts.ts'

const { expects, nothing } = boardTexts.provision

const OPTIONS = {
  gateway: { type: 'string' },
  node: { type: 'string' },
  interval: { type: 'string' },
  samples: { type: 'string' },
  'soil-dry': { type: 'string' },
  'soil-wet': { type: 'string' },
  'height-mm': { type: 'string' },
  latitude: { type: 'string' },
  longitude: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Option, setting, and by what a number is multiplied: the API takes integers. Ranges are the gateway's to judge. */
const SETTINGS = [
  ['interval', 'intervalSeconds', 1],
  ['samples', 'samplesPerUplink', 1],
  ['soil-dry', 'soilDryMillivolts', 1],
  ['soil-wet', 'soilWetMillivolts', 1],
  ['height-mm', 'gaugeHeightMm', 1],
  ['latitude', 'latitudeE4', 10_000],
  ['longitude', 'longitudeE4', 10_000],
] as const

const INTEGER_MAX = 999_999_999

function integerOf(option: string, text: string, factor: number): number {
  if (factor === 1) return wholeNumber(`--${option}`, text, -INTEGER_MAX, INTEGER_MAX)
  if (!/^-?\d{1,3}(\.\d{1,7})?$/.test(text)) throw new OptionError(`--${option}`, 'degrees', text)
  return Math.round(parseFloat(text) * factor)
}

type Values = { [name in keyof typeof OPTIONS]?: string | boolean | undefined }

/** What is to be changed, by the names of the API. */
export function changesOf(values: Values): Record<string, number> {
  const changes: Record<string, number> = {}
  for (const [option, field, factor] of SETTINGS) {
    const text = values[option]
    if (typeof text === 'string') changes[field] = integerOf(option, text, factor)
  }
  return changes
}

export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({ args, options: OPTIONS })
  if (values.help) {
    console.log(texts.configure.help)
    return 0
  }
  const { gateway = nothing, node = nothing } = values
  const base = URL.canParse(gateway) ? new URL(gateway) : undefined
  if (!base || !/^https?:$/.test(base.protocol)) throw new OptionError('--gateway', expects.url, gateway)
  if (!/^[0-9a-f]{16}$/i.test(node)) throw new OptionError('--node', '16 hex digits', node)
  const changes = changesOf(values)
  const asks = Object.keys(changes).length === 0
  const pin = process.env['FIELDNODE_PIN']
  if (!pin && !asks) throw new OptionError('FIELDNODE_PIN', expects.pin, nothing)
  const url = new URL(`/api/nodes/${node.toLowerCase()}/configuration`, base)
  const headers = { 'content-type': 'application/json', 'x-operator-pin': pin ?? '' }
  try {
    const response = await fetch(url, asks ? {} : { method: 'POST', headers, body: JSON.stringify(changes) })
    const body = await response.text()
    if (response.ok) console.log(body)
    else console.error(body)
    return response.ok ? 0 : 1
  } catch (error) {
    console.error(texts.configure.unreachable(base.origin, (error as Error).message))
    return 1
  }
}
