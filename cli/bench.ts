/** `fieldnode bench`: figures, each beside its baseline in the same run. */
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FIRMWARE_DIR } from './build.ts'
import { ROOT } from './build/plan.ts'
import { OptionError, parseOptions } from './options.ts'
import { texts } from './texts.ts'

const SERIES_FILE = fileURLToPath(new URL('../../shared/data/packet-series.csv', import.meta.url))

async function benchPacket(csvFile: string): Promise<object | undefined> {
  if (!existsSync(csvFile)) {
    console.error(texts.bench.noFile(csvFile))
    return undefined
  }
  return (await import('./bench/packet.ts')).benchPacket(csvFile)
}

/** A line a profile, or undefined when the firmware was not built. */
async function benchEnergy(): Promise<object[] | undefined> {
  const energy = await import('./bench/energy.ts')
  const options = { ...energy.ORDINARY, folder: join(ROOT, FIRMWARE_DIR) }
  const missing = energy.missingBundle(options)
  if (missing === undefined) return energy.benchEnergy(options)
  console.error(texts.bench.noBundle(relative(ROOT, missing)))
  return undefined
}

/** One row a bench. */
const BENCHES: Record<string, (csvFile: string) => Promise<object | readonly object[] | undefined>> = {
  packet: benchPacket,
  lorawan: async () => (await import('./bench/lorawan.ts')).benchLorawan(),
  energy: benchEnergy,
  windows: async () => (await import('./bench/windows.ts')).benchWindows(),
}

/** Prints the figures of one bench; with --json as one line, or as one line each when there are several. */
export async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean' }, csv: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const [what] = positionals
  if (values.help || !what) {
    console.log(texts.bench.help)
    return values.help ? 0 : 2
  }
  const bench = Object.hasOwn(BENCHES, what) ? BENCHES[what] : undefined
  if (!bench) throw new OptionError('bench', Object.keys(BENCHES).join(' | '), what)
  const figures = await bench(values.csv ?? SERIES_FILE)
  if (!figures) return 1
  for (const each of Array.isArray(figures) ? figures : [figures])
    console.log(values.json ? JSON.stringify(each) : JSON.stringify(each, undefined, 2))
  return 0
}
