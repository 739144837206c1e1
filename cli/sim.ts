/** `fieldnode sim`: a scenario as fast as the machine allows, and its balance. */
import { readFileSync } from 'node:fs'
import { REGION_DEFAULT } from '../core/regions/index.ts'
import { runScenario, type RunResult } from '../sim/run.ts'
import { SCENARIOS } from '../sim/scenarios/index.ts'
import { readSeries, type Series } from '../sim/world/replay.ts'
import { REPLAYABLE, type Replayable } from '../sim/world/world.ts'
import { gatewayOfSimulation } from './gatewayOfSimulation.ts'
import { OptionError, parseOptions, wholeNumber } from './options.ts'
import { regionOption } from './regionOption.ts'
import { texts } from './texts.ts'

const NODES_MAX = 2_000
const HOURS_MIN = 2
const HOURS_MAX = 24 * 366
const SEED_MAX = 2_147_483_647

/** `quantity=file.csv`, read and checked. */
function readReplay(text: string): [Replayable, Series] {
  const [name, file] = [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]
  const quantity = REPLAYABLE.find((each) => each === name)
  if (!text.includes('=') || !quantity)
    throw new OptionError('--replay', `quantity=file.csv with ${REPLAYABLE.join(' | ')}`, text)
  const series = readSeries(readCsv(file))
  if ('where' in series)
    throw new OptionError(`--replay ${file}, ${series.where}`, series.expected, series.got)
  return [quantity, series]
}

function readCsv(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new OptionError(
      '--replay',
      'a file that can be read',
      `${file} (${(error as NodeJS.ErrnoException).code})`,
    )
  }
}

function readReplays(given: readonly string[]): Partial<Record<Replayable, Series>> {
  const replay: Partial<Record<Replayable, Series>> = {}
  for (const text of given) {
    const [quantity, series] = readReplay(text)
    if (replay[quantity]) throw new OptionError('--replay', 'each quantity once', text)
    replay[quantity] = series
  }
  return replay
}

/** A row a figure, for people. */
function table(result: RunResult): string {
  const names = Object.keys(texts.sim.figures) as (keyof RunResult)[]
  const width = Math.max(...names.map((name) => texts.sim.figures[name].length))
  return names.map((name) => `${texts.sim.figures[name].padEnd(width)}  ${result[name]}`).join('\n')
}

/** Runs a scenario and prints its balance; with --json as one line. Exit code 1 when a reading was lost or stands there twice. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      scenario: { type: 'string', default: 'village' },
      nodes: { type: 'string', default: '100' },
      hours: { type: 'string', default: '24' },
      seed: { type: 'string', default: '1' },
      costs: { type: 'string', default: '1' },
      region: { type: 'string', default: REGION_DEFAULT },
      replay: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.sim.help)
    return 0
  }
  const scenario = SCENARIOS.find((each) => each.name === values.scenario)
  if (!scenario)
    throw new OptionError('--scenario', SCENARIOS.map((each) => each.name).join(' | '), values.scenario)
  const options = {
    scenario,
    nodes: wholeNumber('--nodes', values.nodes, 1, NODES_MAX),
    hours: wholeNumber('--hours', values.hours, HOURS_MIN, HOURS_MAX),
    seed: wholeNumber('--seed', values.seed, 0, SEED_MAX),
    costFactor: wholeNumber('--costs', values.costs, 1, 4),
    region: regionOption(values.region),
    replay: readReplays(values.replay),
  }
  const result = await runScenario(options, gatewayOfSimulation())
  console.log(values.json ? JSON.stringify(result) : table(result))
  return result.lost === 0 && result.duplicated === 0 ? 0 : 1
}
