/** `fieldnode energy`: a published model of a node's energy, to be compared with its table. */
import { eu868 } from '../core/regions/eu868.ts'
import { activityOf, DATA_RATE_MAX, lifeYears } from './energy/casals2017.ts'
import { OptionError, parseOptions, wholeNumber } from './options.ts'
import { energyTexts as texts } from './energy/texts.ts'

const MODELS = ['casals2017']
const MINUTES_PER_YEAR = 365 * 24 * 60

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

/** Prints the time awake, the charge of one uplink and the life at one uplink an interval. */
export async function run(args: string[]): Promise<number> {
  const { values } = parseOptions({
    args,
    options: {
      model: { type: 'string', default: 'casals2017' },
      'data-rate': { type: 'string', default: '5' },
      bytes: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '5' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(texts.energy.help)
    return 0
  }
  if (!MODELS.includes(values.model)) throw new OptionError('--model', MODELS.join(' | '), values.model)
  const dataRate = wholeNumber('--data-rate', values['data-rate'], 0, DATA_RATE_MAX)
  const bytes = wholeNumber('--bytes', values.bytes, 1, eu868.payloadBytesMax[dataRate]!)
  const minutes = wholeNumber('--minutes', values.minutes, 1, MINUTES_PER_YEAR)
  const activity = activityOf(dataRate, bytes)
  const figures = {
    activeMs: rounded(activity.activeMs),
    chargeMas: rounded(activity.chargeMas),
    years: rounded(lifeYears(activity, minutes * 60)),
  }
  console.log(values.json ? JSON.stringify(figures) : texts.energy.figures(figures))
  return 0
}
