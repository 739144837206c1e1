/** A technician at the cable whose power fails at every boundary of what Storage writes: a node that was given a record goes on by it or by the new one, and
 *  its program is lost only where the technician was about to replace it and does so again. */
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeSettings, encodeSettings } from '../../core/settings.ts'
import { air } from '../../firmware/profiles/air.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import { PowerCut } from '../../sim/chips/flash.ts'
import { ChipMisuse } from '../../sim/chips/misuse.ts'
import { count, newFigures, settle, type Figures, type Verdict } from './figures.ts'
import { judge } from './judge.ts'
import { Site, type Moment } from './site.ts'
import { Storage } from './storage.ts'
import { everyCut } from './sweep.ts'
import { TearingFlash } from './tearingFlash.ts'

const PAGES = 8
/** A quarter of the real ones: what counts is that files lie across them. */
const PAGE_BYTES = 1024
/** Bytes the cable carries at a time (cli/board/console.ts). */
const PIECE_BYTES = 180
const BUNDLE_BYTES = 2_300
const LIFE_SECONDS = 6_000
const BUNDLE = '.bootcde'
const SETTINGS = 'settings'

const bundleOf = (seed: number): Uint8Array =>
  Uint8Array.from({ length: BUNDLE_BYTES }, (_, i) => (i * 31 + seed) & 0xff)

const isSame = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && Buffer.compare(a, b) === 0

const writePieces = (storage: Storage, name: string, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    storage.write(name, bytes.subarray(at, at + PIECE_BYTES), at, bytes.length)
}

/** As the tools do (cli/board/console.ts): piece by piece, read back, and no more than there is room for, so that Storage never tidies itself up. */
function put(storage: Storage, name: string, bytes: Uint8Array): boolean {
  if (storage.free() <= bytes.length + 64) return false
  try {
    writePieces(storage, name, bytes)
    if (isSame(storage.read(name), bytes)) return true
  } catch (error) {
    // Where a cut has left something Espruino refuses to write.
    if (!(error instanceof ChipMisuse)) throw error
  }
  storage.erase(name)
  return false
}

/** A tool that replaces the program's file itself, as other tools do (for `fieldnode upload` see slots.test.ts): a Storage that has no room for it, or will not
 *  take it, is erased, and the settings put back. */
function upload(storage: Storage, bundle: Uint8Array): void {
  if (put(storage, BUNDLE, bundle)) return
  const kept = storage.read(SETTINGS)
  storage.eraseAll()
  if (kept) put(storage, SETTINGS, kept)
  put(storage, BUNDLE, bundle)
}

/** What is done at the cable, from a Storage as it stands. */
interface Work {
  readonly name: string
  readonly replacesBundle: boolean
  readonly before: (storage: Storage, old: Uint8Array) => void
  readonly act: (storage: Storage, fresh: Uint8Array) => void
}

const filled = (storage: Storage, old: Uint8Array): void => {
  put(storage, SETTINGS, old)
  for (let seed = 0; storage.free() > BUNDLE_BYTES + 64; seed++) put(storage, BUNDLE, bundleOf(seed))
}

const WORKS: readonly Work[] = [
  {
    name: 'writes another settings record',
    replacesBundle: false,
    before: (storage, old) => {
      put(storage, BUNDLE, bundleOf(1))
      put(storage, SETTINGS, old)
    },
    act: (storage, fresh) => void put(storage, SETTINGS, fresh),
  },
  {
    name: 'writes another settings record behind what an earlier cut has left',
    replacesBundle: false,
    before: (storage, old) => {
      put(storage, BUNDLE, bundleOf(1))
      for (let i = 0; i < 30; i++)
        put(
          storage,
          SETTINGS,
          old.map((byte, at) => (at === 55 ? i : byte)),
        )
      put(storage, SETTINGS, old)
    },
    act: (storage, fresh) => void put(storage, SETTINGS, fresh),
  },
  {
    name: 'uploads another bundle',
    replacesBundle: true,
    before: (storage, old) => {
      put(storage, BUNDLE, bundleOf(1))
      put(storage, SETTINGS, old)
    },
    act: (storage) => upload(storage, bundleOf(77)),
  },
  {
    name: 'uploads another bundle into a Storage without room',
    replacesBundle: true,
    before: filled,
    act: (storage) => upload(storage, bundleOf(77)),
  },
  {
    name: 'lets Storage tidy itself up by another tool, then uploads',
    replacesBundle: true,
    before: filled,
    act: (storage) => {
      storage.compact()
      upload(storage, bundleOf(77))
    },
  },
]

/** A copy of a Storage, to be cut. */
function copyOf(flash: TearingFlash): TearingFlash {
  const copy = new TearingFlash(flash.size, flash.sectorSize)
  copy.bytes.set(flash.bytes)
  return copy
}

describe('a technician', () => {
  let moment: Moment
  let old: Uint8Array, fresh: Uint8Array
  /** What the node did with what it found, by what that was. */
  const lives = new Map<string, Verdict>()

  beforeAll(async () => {
    const site = new Site(gauge)
    site.powerOn()
    await site.run(2_000)
    site.onProgram = () => (moment ??= site.moment())
    await site.run(700)
    old = site.node.settings!
    fresh = encodeSettings({ ...site.settings, intervalSeconds: 300 })
  })

  /** Boots the node with the record as Storage gives it, and looks which one it lives by. */
  async function live(record: Uint8Array | undefined): Promise<Verdict> {
    const key = record ? Buffer.from(record).toString('hex') : ''
    const known = lives.get(key)
    if (known) return known
    const site = new Site(gauge, moment)
    site.node.settings = record
    const storedBefore = site.network.state.stored.size
    await site.resume({ ...moment, reason: 'powerOn', timeMs: moment.timeMs })
    await site.run(LIFE_SECONDS)
    const verdict = judge(site, storedBefore, 1)
    const interval = record && isSame(record, fresh) ? 300 : 600
    const samples = site.taken - moment.taken
    if (Math.abs(samples - LIFE_SECONDS / interval) > 3)
      verdict.corrupt.push(`${samples} samples: another record`)
    lives.set(key, verdict)
    return verdict
  }

  async function lookAt(
    flash: TearingFlash,
    work: Work,
    bundle: Uint8Array,
    figures: Figures,
    where: string,
  ): Promise<void> {
    const storage = new Storage(flash)
    storage.powerOn()
    let record = storage.read(SETTINGS)
    const runs = isSame(storage.read(BUNDLE), bundle) || isSame(storage.read(BUNDLE), bundleOf(77))
    const corrupt: string[] = []
    if (!runs && !work.replacesBundle) corrupt.push('the program is gone')
    // The tool begins anew, and says so when it can't.
    work.act(storage, fresh)
    if (work.replacesBundle && !isSame(storage.read(BUNDLE), bundleOf(77)))
      corrupt.push('no bundle can be uploaded')
    if (runs || work.replacesBundle) {
      if (!runs) record = storage.read(SETTINGS)
      if (
        record &&
        typeof decodeSettings(record) !== 'string' &&
        !isSame(record, old) &&
        !isSame(record, fresh)
      )
        corrupt.push('a record that nobody wrote')
    }
    const verdict = await live(record)
    count(figures, where, { ...verdict, corrupt: [...verdict.corrupt, ...corrupt] })
  }

  for (const work of WORKS)
    test(work.name, async (context) => {
      const figures = newFigures()
      const flash = new TearingFlash(PAGES * PAGE_BYTES, PAGE_BYTES)
      work.before(new Storage(flash), old)
      const bundle = new Storage(flash).read(BUNDLE)!
      const rehearsal = copyOf(flash)
      work.act(new Storage(rehearsal), fresh)
      for (const cut of everyCut(rehearsal.operations)) {
        const torn = copyOf(flash)
        torn.cut = cut
        expect(() => work.act(new Storage(torn), fresh)).toThrow(PowerCut)
        await lookAt(torn, work, bundle, figures, `${work.name}, cut ${cut.operation}.${cut.form}`)
      }
      settle(context, figures)
    })

  test('finds a blank node blank', async () => {
    const site = new Site(air)
    site.node.settings = undefined
    site.powerOn()
    await site.run(600)
    expect(site.taken).toBe(0)
  })
})
