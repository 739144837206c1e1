/** A street lamp whose power fails, or whose watchdog bites, at every boundary of every write while it is given a command: it is lit in doubt, obeys a command
 *  that it has as a whole, and never longer than to its end. */
import { beforeAll, describe, test } from 'vitest'
import { LAMP_REASON } from '../../core/lights/index.ts'
import { light } from '../../firmware/profiles/light.ts'
import { newFigures, settle } from './figures.ts'
import { Site, type Moment } from './site.ts'
import { sweep, type SweepOptions } from './sweep.ts'

const INTERVAL_SECONDS = 300
const COMMAND = { command: 77, levelPercent: 0, durationSeconds: 700 }
const AWAKE_SECONDS = 1.2 * INTERVAL_SECONDS

/** What the lamp told: level, relay, command, reason, mains. */
function told(site: Site): number[][] {
  const samples = [...site.network.state.aired.values()].flatMap((epoch) => [...epoch.values()])
  return samples.map((content) => content.split(',').map((text) => parseInt(text, 10)))
}

function check(site: Site): string | undefined {
  const samples = told(site)
  const odd = samples.find(
    ([level, relay, command, reason]) =>
      level !== relay! * 100 ||
      (command !== 0 && command !== COMMAND.command) ||
      (reason === LAMP_REASON.command && (command !== COMMAND.command || level !== COMMAND.levelPercent)),
  )
  if (odd) return `told ${odd.join()}`
  // By now every command is over.
  return samples.at(-1)![3] === LAMP_REASON.command ? 'a command without an end' : undefined
}

const OPTIONS: SweepOptions = {
  awakeSeconds: AWAKE_SECONDS,
  recoverySeconds: 3.5 * INTERVAL_SECONDS,
  fresh: 1,
  prepare: (site) => void (site.network.lamp = COMMAND),
  check,
}

describe('a lamp', () => {
  let blank: Moment, known: Moment

  beforeAll(async () => {
    const site = new Site(light)
    const moments: Moment[] = []
    site.onProgram = () => moments.push(site.moment())
    site.powerOn()
    await site.run(4 * INTERVAL_SECONDS)
    site.node.machine.reboot('software')
    await site.run(1)
    ;[blank, known] = moments as [Moment, Moment]
  })

  for (const reset of [false, true])
    test(`joins and gets a command, and ${reset ? 'is reset' : 'loses its power'}`, async (context) => {
      const figures = newFigures()
      for (const moment of [blank, known]) await sweep(light, moment, { ...OPTIONS, reset }, figures)
      settle(context, figures)
    })
})
