/** `fieldnode build`: the firmware bundles of every board and profile, each through the gate. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REGIONS } from '../core/regions/index.ts'
import { chain, type Entry } from './build/chain.ts'
import { gate, overBudget } from './build/gate.ts'
import { bundlePlans, REGION_DEFAULT, ROOT, type BundlePlan, type Exported } from './build/plan.ts'
import { OptionError, parseOptions } from './options.ts'
import { texts } from './texts.ts'

/** Where bundles go, relative to the root. */
export const FIRMWARE_FOLDER = 'dist/firmware'

/** What one bundle came to. */
export interface Built {
  board: string
  profile: string
  region: string
  /** Relative to the root. */
  file: string
  bytes: number
  /** Functions the interpreter holds all the time. */
  functions: number
}

const imported = (what: Exported<unknown>, as: string): string =>
  `import { ${what.exported} as ${as} } from './${what.file}'`

/** The composition root of a bundle: nothing else makes the hardware. */
function entryOf({ board, profile, region, file }: BundlePlan): Entry {
  const lines = [
    imported(board, 'board'),
    imported(profile, 'profile'),
    imported(region, 'region'),
    `import { start } from './firmware/start.ts'`,
    `import { espruinoHal } from './firmware/hal/espruino.ts'`,
    `start(board, profile, region, espruinoHal(board))`,
  ]
  return { name: file, code: lines.join('\n') }
}

/** Builds all bundles for a region into dist/firmware. The gate's refusals come back as lines of text; then nothing is written. */
export async function buildFirmware(region = REGION_DEFAULT): Promise<{ built: Built[]; refused: string[] }> {
  const plans = await bundlePlans(region)
  const chained = await chain(plans.map(entryOf))
  const built: Built[] = []
  const refused: string[] = []
  chained.forEach(({ code, map }, index) => {
    const { board, profile, file } = plans[index]!
    const gated = gate(code, map)
    refused.push(...gated.refusals.map((each) => `${each.file}:${each.line}: ${each.rule}: ${each.instead}`))
    refused.push(...overBudget(gated, board.value).map((line) => `${file}: ${line}`))
    built.push({
      board: board.value.name,
      profile: profile.value.name,
      region,
      file: `${FIRMWARE_FOLDER}/${file}`,
      bytes: gated.bytes,
      functions: gated.functions,
    })
  })
  if (refused.length > 0) return { built, refused: [...new Set(refused)] }
  mkdirSync(join(ROOT, FIRMWARE_FOLDER), { recursive: true })
  built.forEach(({ file }, index) => writeFileSync(join(ROOT, file), chained[index]!.code))
  return { built, refused }
}

const row = ({ file, bytes, functions }: Built): string =>
  `${file.padEnd(46)} ${String(bytes).padStart(6)} B ${String(functions).padStart(4)} ${texts.build.functions}`

/** Prints a line a bundle; with --json each line is an object. Exit code 1 when the gate refused anything. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      json: { type: 'boolean' },
      region: { type: 'string', default: REGION_DEFAULT },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.build.help)
    return 0
  }
  const names = REGIONS.map(({ name }) => name as string)
  if (!names.includes(values.region)) throw new OptionError('--region', names.join(' | '), values.region)
  const { built, refused } = await buildFirmware(values.region)
  for (const line of refused) console.error(line)
  if (refused.length > 0) return 1
  for (const bundle of built) console.log(values.json ? JSON.stringify(bundle) : row(bundle))
  return 0
}
