/** A gauge that never joins, whose power fails at every boundary of every write of its first wakes, and of the wake in which its journal begins a sector: its
 *  counters go on, whatever Storage has lost besides. */
import { beforeAll, describe, expect, test } from 'vitest'
import { encodeAbp } from '../../core/abp.ts'
import { JOURNAL_SECTORS } from '../../firmware/journal.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import { newFigures, settle } from './figures.ts'
import { ABP } from './network.ts'
import { Site, type Moment } from './site.ts'
import { sweep, type SweepOptions } from './sweep.ts'

const INTERVAL_SECONDS = 600
const FIRST_WAKES = 5
const OPTIONS: SweepOptions = { awakeSeconds: 60, recoverySeconds: 3 * INTERVAL_SECONDS, fresh: 1 }

const beginsJournalSector = ({ operations }: Moment): boolean =>
  operations.some(({ bytes, offset }) => bytes === 0 && offset < JOURNAL_SECTORS * 4096)

describe('a gauge that never joins', () => {
  const moments: Moment[] = []
  let turn: Moment | undefined

  beforeAll(async () => {
    const site = new Site(gauge, undefined, { abp: encodeAbp(ABP) })
    site.onProgram = () => moments.push(site.moment())
    site.powerOn()
    for (let wake = 0; !turn; wake++) {
      await site.run(INTERVAL_SECONDS)
      if (wake > FIRST_WAKES) turn = moments.slice(FIRST_WAKES, -1).find(beginsJournalSector)
    }
  })

  test('asks for nothing in two days of silence, and is heard again behind them', async () => {
    const site = new Site(gauge, undefined, { abp: encodeAbp(ABP) })
    site.powerOn()
    await site.run(3_600)
    const { state } = site.network
    expect(state.stored.size).toBeGreaterThan(3)
    site.network.deaf = true
    await site.run(50 * 3_600)
    site.network.deaf = false
    const before = state.stored.size
    await site.run(6 * 3_600)
    expect(state.stored.size).toBeGreaterThan(before + 30)
    expect([state.corrupt, state.reused, [...state.devNonces]]).toEqual([[], [], []])
    expect(Math.max(...state.sessions[0]!.counters)).toBe(state.sessions[0]!.counters.size - 1)
  }, 60_000)

  test('says hello, measures and sends under counters that no cut brings back', async (context) => {
    const figures = newFigures()
    for (const moment of moments.slice(0, FIRST_WAKES)) await sweep(gauge, moment, OPTIONS, figures)
    settle(context, figures)
  })

  test('goes on under them when Storage has lost its session', async (context) => {
    const figures = newFigures()
    const afterCut = (site: Site): void => void (site.node.abp = undefined)
    await sweep(gauge, moments[FIRST_WAKES - 1]!, { ...OPTIONS, afterCut }, figures)
    settle(context, figures)
  })

  test('carries them into the next sector of its journal', async (context) => {
    const figures = newFigures()
    await sweep(gauge, turn!, OPTIONS, figures)
    settle(context, figures)
  })
})
