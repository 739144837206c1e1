/** `fieldnode configure`: changes a node's settings over the air, through the gateway's HTTP API with the operator's PIN, and prints the gateway's answer as a line
 *  of JSON; or those of a node at the cable. Exit codes: 0 taken, 1 refused or out of reach, 2 called wrongly. */
import { changeSettings } from './board/change.ts'
import { BoardError } from './board/error.ts'
import type { BoardAt } from './board/session.ts'
import { boardTexts } from './board/texts.ts'
import { centimetres, clockMinutes, OptionError, parseOptions, wholeNumber } from './options.ts'
import { texts } from './texts.ts'

const { expects, nothing } = boardTexts.provision

const OPTIONS = {
  gateway: { type: 'string' },
  node: { type: 'string' },
  port: { type: 'string' },
  patience: { type: 'string', default: '10' },
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
  latitude: { type: 'string' },
  longitude: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

const INTEGER_MAX = 999_999_999

const whole = (option: string, text: string): number =>
  wholeNumber(`--${option}`, text, -INTEGER_MAX, INTEGER_MAX)

const degreesE4 = (option: string, text: string): number => {
  if (!/^-?\d{1,3}(\.\d{1,7})?$/.test(text)) throw new OptionError(`--${option}`, 'degrees', text)
  return Math.round(parseFloat(text) * 10_000)
}

const level = (option: string, text: string): number => centimetres(`--${option}`, text, -99_999, 99_999)

const timeOfDay = (option: string, text: string): number => clockMinutes(`--${option}`, text)

/** Option, setting, and how a text becomes the integer that the API takes. Ranges are the gateway's to judge. */
const SETTINGS = [
  ['interval', 'intervalSeconds', whole],
  ['samples', 'samplesPerUplink', whole],
  ['soil-dry', 'soilDryMillivolts', whole],
  ['soil-wet', 'soilWetMillivolts', whole],
  ['height-mm', 'gaugeHeightMm', whole],
  ['latitude', 'latitudeE4', degreesE4],
  ['longitude', 'longitudeE4', degreesE4],
  ['alarm-above-cm', 'alarmAbove', level],
  ['alarm-rise-cm', 'alarmRise', level],
  ['alarm-within', 'alarmWithinMinutes', whole],
  ['lamp-on', 'lampOnMinutes', whole],
  ['lamp-off', 'lampOffMinutes', whole],
  ['dark-from', 'darkFromMinutes', timeOfDay],
  ['dark-to', 'darkToMinutes', timeOfDay],
  ['utc-offset', 'utcOffsetMinutes', whole],
] as const

type Values = { [name in keyof typeof OPTIONS]?: string | boolean | undefined }

/** What is to be changed, by the names of the API. */
export function changesOf(values: Values): Record<string, number> {
  const changes: Record<string, number> = {}
  for (const [option, field, read] of SETTINGS) {
    const text = values[option]
    if (typeof text === 'string') changes[field] = read(option, text)
  }
  return changes
}

const optionOf = (field: string): string => `--${SETTINGS.find(([, name]) => name === field)?.[0] ?? field}`

async function atTheCable(at: BoardAt, changes: Record<string, number>): Promise<number> {
  if (Object.keys(changes).length === 0)
    throw new OptionError(`--${SETTINGS[0][0]}`, texts.configure.change, nothing)
  try {
    const outcome = await changeSettings(at, changes, optionOf)
    if (outcome === 'changed') console.log(texts.configure.changed(at.port))
    else console.error(texts.configure.noSettings(at.port, outcome))
    return outcome === 'changed' ? 0 : 1
  } catch (error) {
    if (!(error instanceof BoardError)) throw error
    console.error(boardTexts.failed('configure', boardTexts.faults[error.fault], error.detail))
    return 1
  }
}

export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({ args, options: OPTIONS })
  if (values.help) {
    console.log(texts.configure.help)
    return 0
  }
  if (values.port !== undefined) {
    const other = values.gateway ?? values.node
    if (other !== undefined) throw new OptionError('--port', texts.configure.oneWay, other)
    const patienceMs = wholeNumber('--patience', values.patience, 1, 3600) * 1000
    return atTheCable({ port: values.port, patienceMs }, changesOf(values))
  }
  return overTheAir(values)
}

async function overTheAir(values: Values & { gateway?: string; node?: string }): Promise<number> {
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
