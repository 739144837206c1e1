/** `fieldnode build`: the firmware bundles of every board and profile, in dist/firmware. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RELEASE, RELEASE_MAX } from '../firmware/release.ts'
import { LOADER_FILE } from './boardFiles.ts'
import type { Bundle } from './build/bundles.ts'
import { BuildError } from './build/fault.ts'
import { bundlePlans, REGION_DEFAULT, ROOT, type BundlePlan } from './build/plan.ts'
import { parseOptions, wholeNumber } from './options.ts'
import { regionOption } from './regionOption.ts'
import { texts } from './texts.ts'

/** Where the bundles go, from the root. */
export const FIRMWARE_DIR = 'dist/firmware'

/** How a build reports. */
interface Report {
  /** From the root. */
  readonly folder: string
  /** A line of JSON a bundle. */
  readonly json: boolean
}

/** Prints the line of one bundle. */
export function report(bundle: Bundle, { folder, json }: Report): void {
  const { board, profile, region, bytes, functions } = bundle
  const file = `${folder}/${bundle.file}`
  const row = { board, profile, region, file, bytes, functions }
  console.log(json ? JSON.stringify(row) : texts.build.made(file, bytes, functions))
}

/** Builds, checks, writes and prints a line a bundle; a bundle that the gate refuses is not written. Answers the exit code: 1 where the sources are wrong or
 *  something was refused, with a line a fault that begins with its file and line. */
export async function build(plans: readonly BundlePlan[], to: Report): Promise<number> {
  // Loaded only now: help and a wrong option need no compiler.
  const { makeBundles } = await import('./build/bundles.ts')
  const { makeLoader } = await import('./build/loader.ts')
  let bundles: Bundle[]
  let loader: string
  try {
    bundles = await makeBundles(plans)
    loader = await makeLoader()
  } catch (error) {
    if (!(error instanceof BuildError)) throw error
    for (const line of error.lines) console.error(line)
    return 1
  }
  const code = write(bundles, to)
  writeLoader(`${to.folder}/${LOADER_FILE}`, loader, to.json)
  return code
}

/** Writes the one file that every board begins with. */
function writeLoader(file: string, loader: string, json: boolean): void {
  writeFileSync(join(ROOT, file), loader)
  if (!json) console.log(texts.build.loader(file, loader.length))
}

/** Writes what the gate takes and says what it refuses. Answers the exit code. */
export function write(bundles: readonly Bundle[], to: Report): number {
  mkdirSync(join(ROOT, to.folder), { recursive: true })
  for (const bundle of bundles) {
    for (const { rule, file, line, message } of bundle.findings)
      console.error(texts.build.refused(bundle.file, `${file}:${line}`, message, rule))
    if (bundle.findings.length > 0) continue
    writeFileSync(join(ROOT, to.folder, bundle.file), bundle.code)
    report(bundle, to)
  }
  return bundles.every(({ findings }) => findings.length === 0) ? 0 : 1
}

/** The subcommand. Throws an OptionError for a region that is not there. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      json: { type: 'boolean', default: false },
      region: { type: 'string', default: REGION_DEFAULT },
      release: { type: 'string', default: String(RELEASE) },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.build.help)
    return 0
  }
  const { name } = regionOption(values.region)
  const release = wholeNumber('--release', values.release, 1, RELEASE_MAX)
  return build(await bundlePlans(name, release), { folder: FIRMWARE_DIR, json: values.json })
}
