/** What a lamp's power cuts are about, whatever its link: a command that comes while the program runs, and what the lamp may tell of it afterwards. */
import { LAMP_REASON } from '../../core/lights/index.ts'
import type { Site } from './site.ts'
import type { SweepOptions } from './sweep.ts'

export const INTERVAL_SECONDS = 300
const COMMAND = { command: 77, levelPercent: 0, durationSeconds: 700 }

/** What the lamp told: level, relay, command, reason, mains. */
function told(site: Site): number[][] {
  const samples = [...site.network.state.aired.values()].flatMap((epoch) => [...epoch.values()])
  return samples.map((content) => content.split(',').map((text) => parseInt(text, 10)))
}

/** What is wrong with what it told. */
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

export const LAMP: SweepOptions = {
  awakeSeconds: 1.2 * INTERVAL_SECONDS,
  recoverySeconds: 3.5 * INTERVAL_SECONDS,
  fresh: 1,
  prepare: (site) => void (site.network.lamp = COMMAND),
  check,
}
