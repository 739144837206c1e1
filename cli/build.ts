/** `fieldnode build`: the firmware bundles of every board and profile, in dist/firmware. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle } from './build/bundles.ts'
import { bundlePlans, REGION_DEFAULT, regions, ROOT } from './build/plan.ts'
import { OptionError, parseOptions } from './options.ts'
import { texts } from './texts.ts'

/** Where the bundles go, from the root. */
export const FIRMWARE_DIR = 'dist/firmware'

function report(bundle: Bundle, asJson: boolean): void {
  const { board, profile, region, bytes, functions } = bundle
  const file = `${FIRMWARE_DIR}/${bundle.file}`
  const row = { board, profile, region, file, bytes, functions }
  console.log(asJson ? JSON.stringify(row) : texts.build.made(file, bytes, functions))
}

/** Builds, checks and writes; a bundle that the gate refuses is not written. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      json: { type: 'boolean', default: false },
      region: { type: 'string', default: REGION_DEFAULT },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.build.help)
    return 0
  }
  const names = (await regions()).map((row) => row.value.name)
  if (!names.includes(values.region)) throw new OptionError('--region', names.join(' | '), values.region)
  // Loaded only now: help and a wrong option need no compiler.
  const { makeBundles } = await import('./build/bundles.ts')
  let bundles: Bundle[]
  try {
    bundles = await makeBundles(await bundlePlans(values.region))
  } catch (error) {
    console.error(texts.build.failed((error as Error).message))
    return 1
  }
  mkdirSync(join(ROOT, FIRMWARE_DIR), { recursive: true })
  for (const bundle of bundles) {
    for (const { rule, file, line, message } of bundle.findings)
      console.error(texts.build.refused(bundle.file, `${file}:${line}`, message, rule))
    if (bundle.findings.length > 0) continue
    writeFileSync(join(ROOT, FIRMWARE_DIR, bundle.file), bundle.code)
    report(bundle, values.json)
  }
  return bundles.every(({ findings }) => findings.length === 0) ? 0 : 1
}
