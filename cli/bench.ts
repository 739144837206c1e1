/** `fieldnode bench`: figures, each beside its baseline in the same run. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
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

/** Prints the figures of one bench; with --json as one line. */
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
  const figures =
    what === 'packet'
      ? await benchPacket(values.csv ?? SERIES_FILE)
      : what === 'lorawan'
        ? (await import('./bench/lorawan.ts')).benchLorawan()
        : undefined
  if (what !== 'packet' && what !== 'lorawan') throw new OptionError('bench', 'packet or lorawan', what)
  if (!figures) return 1
  console.log(values.json ? JSON.stringify(figures) : JSON.stringify(figures, undefined, 2))
  return 0
}
