/** Nodes of a board with Wi-Fi whose power fails, or whose watchdog bites, at every boundary of every write: an air node in its first wakes, in the wakes in
 *  which it asks for an address, says its batch, begins a sector of its journal or of its queue, and sends what an outage has kept from its gateway; and a lamp
 *  that is always connected. The same figures as over the air: the counters are those of LoRaWAN, whatever carries the frames. */
import { beforeAll, describe, expect, test } from 'vitest'
import { esp32Devkit } from '../../boards/esp32Devkit.ts'
import { JOURNAL_SECTORS } from '../../firmware/journal.ts'
import { air } from '../../firmware/profiles/air.ts'
import { light } from '../../firmware/profiles/light.ts'
import { newFigures, settle } from './figures.ts'
import { INTERVAL_SECONDS as LAMP_SECONDS, LAMP } from './lamp.ts'
import { Site, type Moment } from './site.ts'
import { sweep, type SweepOptions } from './sweep.ts'
import type { Operation } from './tearingFlash.ts'

const INTERVAL_SECONDS = air.intervalSeconds
const BATCH_SECONDS = INTERVAL_SECONDS * air.samplesPerUplink
/** Far more than a packet carries. */
const OUTAGE_SECONDS = 5 * BATCH_SECONDS
const DAY_SECONDS = 86_400
const FIRST_WAKES = 3
const OPTIONS: SweepOptions = {
  // An access point that says nothing is given up after 20 seconds.
  awakeSeconds: 60,
  recoverySeconds: BATCH_SECONDS + 2 * INTERVAL_SECONDS,
  fresh: 1,
}
const MAKE = { board: esp32Devkit }

const QUEUE_OFFSET = JOURNAL_SECTORS * 4096
const begins = (isPlace: (offset: number) => boolean) => (operations: readonly Operation[]) =>
  operations.some(({ bytes, offset }) => bytes === 0 && isPlace(offset))
const beginsJournalSector = begins((offset) => offset < QUEUE_OFFSET)
const beginsQueueSector = begins((offset) => offset >= QUEUE_OFFSET)

/** Lives on until a program is over of which `found` answers true: where it began, and with what the gateway had stored by its end. */
async function liveUntil(
  site: Site,
  found: (ended: Moment, storedNow: number) => boolean,
  limitSeconds: number,
): Promise<Moment> {
  let running: Moment | undefined
  let result: Moment | undefined
  site.onProgram = () => {
    if (running && found(running, site.network.state.stored.size)) result ??= running
    running = result ? undefined : site.moment()
  }
  for (let seconds = 0; !result; seconds += INTERVAL_SECONDS) {
    if (seconds > limitSeconds) throw new Error('it never came to that')
    await site.run(INTERVAL_SECONDS)
  }
  return result
}

/** A program sent so many samples that the gateway now has. */
const stores =
  (least: number) =>
  ({ network }: Moment, storedNow: number): boolean =>
    storedNow - network.stored.size >= least

async function sweepAll(moments: readonly Moment[], options: SweepOptions) {
  const figures = newFigures()
  for (const moment of moments) await sweep(air, moment, options, figures)
  return figures
}

describe('an air node with Wi-Fi', () => {
  const first: Moment[] = []
  let batch: Moment, leased: Moment, journalTurn: Moment, queueTurn: Moment, gone: Moment, drain: Moment

  beforeAll(async () => {
    const site = new Site(air, undefined, MAKE)
    site.onProgram = () => first.push(site.moment())
    site.powerOn()
    await site.run(FIRST_WAKES * INTERVAL_SECONDS)
    batch = await liveUntil(site, stores(5), 2 * BATCH_SECONDS)
    const { leases } = site.broker!
    leased = await liveUntil(site, () => site.broker!.leases > leases, DAY_SECONDS)
    journalTurn = await liveUntil(site, ({ operations }) => beginsJournalSector(operations), DAY_SECONDS)
    queueTurn = await liveUntil(site, ({ operations }) => beginsQueueSector(operations), 9 * DAY_SECONDS)
    const { refusals } = site.broker!
    site.broker!.up = false
    gone = await liveUntil(site, () => site.broker!.refusals > refusals, 2 * BATCH_SECONDS)
    await site.run(OUTAGE_SECONDS)
    site.broker!.up = true
    drain = await liveUntil(site, stores(20), DAY_SECONDS)
  })

  for (const reset of [false, true])
    test(`connects, joins, says hello, measures and sends, and ${reset ? 'is reset' : 'loses its power'}`, async (context) => {
      settle(context, await sweepAll(first, { ...OPTIONS, reset }))
    })

  test('says a batch, which is acknowledged', async (context) => {
    settle(context, await sweepAll([batch], OPTIONS))
  })

  test('asks for an address when its lease is over', async (context) => {
    settle(context, await sweepAll([leased], OPTIONS))
  })

  test('begins a sector of its journal, and of its queue', async (context) => {
    settle(context, await sweepAll([journalTurn, queueTurn], OPTIONS))
  })

  test('finds its access point gone, and forgets the address that it had', async (context) => {
    const outage: SweepOptions = {
      prepare: (site) => void (site.broker!.up = false),
      afterCut: (site) => void (site.broker!.up = true),
      ...OPTIONS,
    }
    settle(context, await sweepAll([gone], outage))
  })

  test('sends what it kept while there was no access point', async (context) => {
    settle(context, await sweepAll([drain], OPTIONS))
  })

  test('holds nothing more when nothing was cut', async () => {
    const site = new Site(air, drain)
    await site.resume(drain)
    await site.run(OPTIONS.recoverySeconds)
    const { corrupt, reused, stored } = site.network.state
    expect([corrupt, reused, site.refused]).toEqual([[], [], 0])
    expect(stored.size).toBeGreaterThan(drain.taken)
  })
})

describe('a lamp with Wi-Fi', () => {
  let blank: Moment, known: Moment, drain: Moment

  beforeAll(async () => {
    const site = new Site(light, undefined, MAKE)
    const moments: Moment[] = []
    site.onProgram = () => moments.push(site.moment())
    site.powerOn()
    await site.run(4 * LAMP_SECONDS)
    site.node.machine.reboot('software')
    await site.run(LAMP_SECONDS)
    site.broker!.up = false
    const { epoch, aired } = site.network.state
    const sizeBefore = aired.get(epoch!)!.size
    await site.run(20 * LAMP_SECONDS)
    expect(aired.get(epoch!)!.size).toBe(sizeBefore)
    site.broker!.up = true
    site.node.machine.reboot('software')
    await site.run(1)
    expect(moments).toHaveLength(3)
    ;[blank, known, drain] = moments as [Moment, Moment, Moment]
  })

  for (const reset of [false, true])
    test(`joins and gets a command, and ${reset ? 'is reset' : 'loses its power'}`, async (context) => {
      const figures = newFigures()
      for (const moment of [blank, known]) await sweep(light, moment, { ...LAMP, reset }, figures)
      settle(context, figures)
    })

  test('gets one while it sends what it kept in an outage', async (context) => {
    const figures = newFigures()
    await sweep(light, drain, LAMP, figures)
    settle(context, figures)
  })
})
