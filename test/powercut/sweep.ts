/** Cuts the power at every boundary of every flash operation of one program, boots again, lets the node live on, and judges. */
import type { Profile } from '../../firmware/profiles/profile.ts'
import { KIND, JOURNAL_SECTORS, latest, openJournal } from '../../firmware/journal.ts'
import { AT_COUNTER_DOWN, AT_COUNTER_UP, AT_DEV_NONCE, AT_SILENT } from '../../firmware/radio/macState.ts'
import { count, type Figures } from './figures.ts'
import { judge, sequencesAired } from './judge.ts'
import { Site, type Moment } from './site.ts'
import { formsOf, type Operation, type TearingFlash } from './tearingFlash.ts'

const OFF_SECONDS = 5

export interface SweepOptions {
  /** How long the program can take. */
  awakeSeconds: number
  /** How long the node lives on behind the cut. */
  recoverySeconds: number
  /** Samples that the gateway must have got by then. */
  fresh: number
  /** The gateway hears nothing before the cut. */
  deaf?: boolean
  /** What comes from outside while the program runs. */
  prepare?: (site: Site) => void
  /** What else the cut has taken. */
  afterCut?: (site: Site) => void
  /** The program is reset in the middle of the operation, by its watchdog, and the power stays. */
  reset?: boolean
  /** What has to be right besides. */
  check?: (site: Site) => string | undefined
  /** Cuts of the recovery too, at its operations: the boundaries that are looked at. */
  second?: (operations: readonly Operation[]) => Cut[]
  /** Of the operations of the program, those that are cut. */
  first?: (operations: readonly Operation[]) => Cut[]
}

export interface Cut {
  operation: number
  form: number
}

/** Every boundary of these operations. */
export function everyCut(operations: readonly Operation[]): Cut[] {
  return operations.flatMap((operation, index) =>
    Array.from({ length: formsOf(operation) }, (_, form) => ({ operation: index, form })),
  )
}

/** What the MAC has in flash. */
function macOf(flash: TearingFlash): DataView | undefined {
  const bytes = latest(openJournal(flash, JOURNAL_SECTORS), KIND.mac)
  return bytes && new DataView(bytes.slice().buffer)
}

/** The lamp's command as the node has it in flash. */
const commandOf = (flash: TearingFlash): string | undefined =>
  latest(openJournal(flash, JOURNAL_SECTORS), KIND.lamp)?.join()

/** A downlink is played again after the cut: one that the node has said to have, or whose counter the flash had as spent, must not be heard, and no command be
 *  taken twice. */
function watchReplay(site: Site, taken: string[]): void {
  site.network.replay = true
  site.network.onReplay = ({ counter, taken: had }) => {
    const before = macOf(site.flash)
    const command = commandOf(site.flash)
    const { refused } = site
    const spent = had || (before !== undefined && before.getUint32(AT_COUNTER_DOWN) > counter)
    site.clock.at(site.clock.nowMicros() + 3e6, () => {
      const after = macOf(site.flash)
      const again = command !== undefined && commandOf(site.flash) !== command
      // A radio's MAC counts its uplinks since it was answered; over MQTT a node says what it will not take.
      const heard = site.broker ? site.refused === refused : after?.getUint16(AT_SILENT) === 0
      if (again || (spent && heard)) taken.push(`downlink ${counter}`)
    })
  }
}

/** What was spent may not come back: the counters in flash at the cut and those the node goes on with. */
function countersOf(flash: TearingFlash): number[] {
  const mac = macOf(flash)
  return mac ? [mac.getUint16(AT_DEV_NONCE), mac.getUint32(AT_COUNTER_UP)] : [0, 0]
}

async function bootAgain(site: Site, { reset }: SweepOptions): Promise<void> {
  site.node.powerOff()
  if (!reset) await site.run(OFF_SECONDS)
  site.flash.failed = false
  if (reset) site.node.machine.reboot('watchdog')
  else site.powerOn()
}

/** The operations of the program that begins at `moment` when nothing is cut: not quite those of the life that the moment was taken from, since the chips
 *  around the node begin anew, and a word of its record may then be a byte longer. */
async function rehearse(profile: Profile, moment: Moment, options: SweepOptions): Promise<Operation[]> {
  const site = new Site(profile, moment)
  let operations: Operation[] | undefined
  site.onProgram = () => (operations ??= site.flash.operations)
  site.network.deaf = options.deaf ?? false
  options.prepare?.(site)
  await site.resume(moment)
  await site.run(options.awakeSeconds)
  return operations!
}

/** One cut, or two of which the second one comes in the recovery from the first. Answers the recovery's flash operations. */
async function cutOnce(
  profile: Profile,
  moment: Moment,
  cuts: readonly Cut[],
  options: SweepOptions,
  figures: Figures,
): Promise<Operation[]> {
  const where = `${profile.name} at ${moment.taken} samples, cut ${cuts.map((cut) => `${cut.operation}.${cut.form}`).join(' and ')}`
  const site = new Site(profile, moment)
  const taken: string[] = []
  let recovery: Operation[] = []
  try {
    site.network.deaf = options.deaf ?? false
    site.flash.cut = cuts[0]
    options.prepare?.(site)
    await site.resume(moment)
    await site.run(options.awakeSeconds)
    if (!site.flash.failed) throw new Error('the cut never came')
    site.network.deaf = false
    const storedBefore = profile.name === 'light' ? sequencesAired(site) : site.network.state.stored.size
    options.afterCut?.(site)
    if (cuts[1]) {
      site.flash.cut = cuts[1]
      await bootAgain(site, options)
      await site.run(options.awakeSeconds)
      if (!site.flash.failed) throw new Error('the second cut never came')
    }
    const spent = countersOf(site.flash)
    watchReplay(site, taken)
    site.onProgram = () => {
      if (recovery.length === 0) recovery = site.flash.operations
    }
    await bootAgain(site, options)
    await site.run(options.recoverySeconds)
    const now = countersOf(site.flash)
    const verdict = judge(site, storedBefore, options.fresh)
    const wrong = options.check?.(site)
    if (wrong) verdict.corrupt.push(wrong)
    if (now[0]! < spent[0]! || (now[0] === spent[0] && now[1]! < spent[1]!))
      verdict.reused.push(`counters ${now.join()}`)
    verdict.reused.push(...taken)
    // Each cut may cost the one sample in RAM.
    verdict.lost = Math.max(0, verdict.lost - (cuts.length - 1))
    count(figures, where, verdict)
  } catch (error) {
    count(figures, where, { corrupt: [String(error)], lost: 0, reused: [] })
  }
  return recovery
}

/** Every boundary of the program that begins at `moment`; with `second` each of them twice over. */
export async function sweep(
  profile: Profile,
  moment: Moment,
  options: SweepOptions,
  figures: Figures,
): Promise<void> {
  const operations = await rehearse(profile, moment, options)
  for (const cut of (options.first ?? everyCut)(operations)) {
    const recovery = await cutOnce(profile, moment, [cut], options, figures)
    for (const again of options.second?.(recovery) ?? [])
      await cutOnce(profile, moment, [cut, again], options, figures)
  }
}
