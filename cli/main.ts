/** The `fieldnode` command: finds the subcommand's file and hands it the arguments. Exit codes: 0 done, 1 failed, 2 called wrongly. */
import { OptionError } from './options.ts'
import { texts } from './texts.ts'

type Run = (args: string[]) => Promise<number>

/** One row a subcommand; each stands in a file of its own that is loaded only when it is called. */
const COMMANDS: Record<keyof typeof texts.commands, () => Promise<{ run: Run }>> = {
  demo: () => import('./demo.ts'),
  gateway: () => import('./gateway.ts'),
  sim: () => import('./sim.ts'),
  build: () => import('./build.ts'),
  bench: () => import('./bench.ts'),
  energy: () => import('./energy.ts'),
  airtime: () => import('./airtime.ts'),
  provision: () => import('./provision.ts'),
  configure: () => import('./configure.ts'),
  upload: () => import('./upload.ts'),
  update: () => import('./update.ts'),
  sign: () => import('./sign.ts'),
}

function help(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  const rows = Object.entries(texts.commands).map(([name, what]) => `  ${name.padEnd(width)}  ${what}`)
  return [texts.usage, '', ...rows, '', texts.moreHelp].join('\n')
}

async function main(args: string[]): Promise<number> {
  const [name = '--help', ...rest] = args
  if (name === '--help' || name === '-h') {
    console.log(help())
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined
  if (!command) {
    console.error(`${texts.unknownCommand(name)}\n\n${help()}`)
    return 2
  }
  try {
    return await (await command()).run(rest)
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    console.error(texts.errors.argument(error.where, error.expected, error.got))
    return 2
  }
}

process.exitCode = await main(process.argv.slice(2))
