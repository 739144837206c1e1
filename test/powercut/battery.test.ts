/** A gauge whose power fails at every boundary of every write of its first wakes, of the wakes in which its logs begin a sector, and of a full ring. */
import { beforeAll, describe, test } from 'vitest'
import { encodeSettings } from '../../core/settings.ts'
import { JOURNAL_SECTORS } from '../../firmware/journal.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import { newFigures, settle } from './figures.ts'
import { Site, type Moment } from './site.ts'
import { everyCut, sweep, type Cut, type SweepOptions } from './sweep.ts'
import { formsOf, type Operation } from './tearingFlash.ts'

const INTERVAL_SECONDS = 600
const FIRST_WAKES = 9
/** Samples that fill the ring: near it, each wake is kept until it has shown what it does. */
const NEARLY_FULL_SAMPLES = 4_300
const OPTIONS: SweepOptions = { awakeSeconds: 60, recoverySeconds: 3 * INTERVAL_SECONDS, fresh: 1 }

const QUEUE_OFFSET = JOURNAL_SECTORS * 4096
const erases = ({ bytes }: Operation): boolean => bytes === 0
const beginsQueueSector = ({ operations }: Moment): boolean =>
  operations.some((operation) => erases(operation) && operation.offset >= QUEUE_OFFSET)
const beginsJournalSector = ({ operations }: Moment): boolean =>
  operations.some((operation) => erases(operation) && operation.offset < QUEUE_OFFSET)

/** Lives until `found` answers true of a wake that has ended; keeps no more than the last one before. */
async function liveUntil(site: Site, from: number, found: (ended: Moment) => boolean): Promise<Moment> {
  let running: Moment | undefined
  let result: Moment | undefined
  site.onProgram = () => {
    if (running && found(running)) result ??= running
    running = site.taken >= from && !result ? site.moment() : undefined
  }
  while (!result) await site.run(INTERVAL_SECONDS)
  return result
}

/** All boundaries of erases, and the first and last ones of the writes beside them. */
function sectorCuts(operations: readonly Operation[]): Cut[] {
  return everyCut(operations).filter(({ operation, form }) => {
    const near = operations.slice(Math.max(0, operation - 1), operation + 3).some(erases)
    const last = operations[operation]!.bytes + 1
    return near && (erases(operations[operation]!) || form < 2 || form === last || form === last - 1)
  })
}

/** In the recovery: all boundaries of erases; before, behind, and one byte in each word of a write. */
const recoveryCuts = (operations: readonly Operation[]): Cut[] =>
  operations.flatMap((operation, index) =>
    Array.from({ length: formsOf(operation) }, (_, form) => ({ operation: index, form })).filter(
      ({ form }) => erases(operation) || form === 0 || form % 4 === 3 || form > operation.bytes,
    ),
  )

describe('a gauge', () => {
  const first: Moment[] = []
  let wide: Moment, journalTurn: Moment, queueTurn: Moment, ringTurn: Moment, found: Moment

  beforeAll(async () => {
    const site = new Site(gauge)
    site.onProgram = () => first.push(site.moment())
    site.powerOn()
    await site.run(FIRST_WAKES * INTERVAL_SECONDS)
    journalTurn = await liveUntil(site, 0, beginsJournalSector)
    wide = await liveUntil(site, 48, ({ taken }) => taken === 48)
    queueTurn = await liveUntil(site, 300, beginsQueueSector)
    site.network.deaf = true
    const full = (ended: Moment): boolean =>
      beginsQueueSector(ended) && ended.operations.filter(erases).length > 0
    ringTurn = await liveUntil(site, NEARLY_FULL_SAMPLES, full)
    found = await liveUntil(site, NEARLY_FULL_SAMPLES, () => true)
    // A month of a node's life, on a machine that may be busy.
  }, 120_000)

  test('joins, says hello, measures and sends', async (context) => {
    const figures = newFigures()
    for (const moment of first.slice(0, FIRST_WAKES)) await sweep(gauge, moment, OPTIONS, figures)
    settle(context, figures)
  })

  test('begins a sector of the journal, and is cut again while it recovers', async (context) => {
    const figures = newFigures()
    await sweep(gauge, journalTurn, OPTIONS, figures)
    await sweep(gauge, journalTurn, { ...OPTIONS, first: sectorCuts, second: recoveryCuts }, figures)
    settle(context, figures)
  })

  test('measures what takes several slots', async (context) => {
    const figures = newFigures()
    await sweep(gauge, wide, OPTIONS, figures)
    settle(context, figures)
  })

  test('begins a sector of the queue, and is cut again while it recovers', async (context) => {
    const figures = newFigures()
    await sweep(gauge, queueTurn, OPTIONS, figures)
    await sweep(gauge, queueTurn, { ...OPTIONS, first: sectorCuts, second: recoveryCuts }, figures)
    settle(context, figures)
  })

  test('gives up the oldest samples of a full ring', async (context) => {
    const figures = newFigures()
    const deaf = { ...OPTIONS, deaf: true, recoverySeconds: INTERVAL_SECONDS + 60 }
    await sweep(gauge, ringTurn, deaf, figures)
    settle(context, figures)
  })

  test('finds its gateway again after a month', async (context) => {
    const figures = newFigures()
    await sweep(gauge, found, { ...OPTIONS, recoverySeconds: INTERVAL_SECONDS + 60 }, figures)
    settle(context, figures)
  })

  test('gets another settings record, and loses Storage with it', async (context) => {
    const figures = newFigures()
    const moment = first[6]!
    const settings = encodeSettings({ ...new Site(gauge, moment).settings, intervalSeconds: 300 })
    const changed: Moment = { ...moment, settings, reason: 'software' }
    const blank = (site: Site): void => void (site.node.settings = undefined)
    for (const afterCut of [undefined, blank])
      await sweep(gauge, changed, { ...OPTIONS, ...(afterCut ? { afterCut } : {}) }, figures)
    settle(context, figures)
  })
})
