/** An update over the air whose power fails at every boundary of every byte that it writes, the loader's counting of starts among them: the node runs the bundle
 *  it had or the one that was verified, whole, and comes to the end that the update would have had. */
import { expect, test, vi } from 'vitest'
import { encodeOffer, UPDATE_REASON, UPDATE_STATE, type UpdateUplink } from '../../core/update/message.ts'
import { TEXT_AT } from '../../firmware/update/record.ts'
import { runningSlot, trial } from '../../firmware/update/slots.ts'
import { PowerCut } from '../../sim/chips/flash.ts'
import {
  bundleOf,
  indicesOf,
  pieceAt,
  releaseOf,
  Rig,
  running,
  type Release,
} from '../firmware/update/rig.ts'
import { count, newFigures, settle, type Verdict } from './figures.ts'
import { everyCut } from './sweep.ts'
import { TearingFlash } from './tearingFlash.ts'

vi.mock('../../firmware/release.ts', () => ({
  get RELEASE() {
    return running.release
  },
}))

const FLASH_BYTES = 0x48000
const PIECE_BYTES = 120
const ROUNDS = 60
const STARTS_MAX = 4

interface Course {
  readonly name: string
  /** Whether the new bundle falls over in each start. */
  readonly crashes: boolean
  readonly bundleBytes: number
}

/** The site: a rig, the release that its gateway has, and what the gateway has heard. */
class Update {
  readonly flash = new TearingFlash(FLASH_BYTES)
  readonly rig: Rig
  readonly bundle: Uint8Array
  readonly wrong: string[] = []

  constructor(
    readonly course: Course,
    readonly release: Release,
  ) {
    this.bundle = bundleOf(2, course.bundleBytes)
    this.rig = new Rig({ flash: this.flash })
    this.rig.crashes = (release) => course.crashes && release === 2
    this.flash.forget()
  }

  private heard(state: number): boolean {
    return this.rig.states.some((said) => said.state === state)
  }

  get isOver(): boolean {
    return this.heard(this.course.crashes ? UPDATE_STATE.rolledBack : UPDATE_STATE.running)
  }

  private readonly answer = (message: UpdateUplink): Uint8Array[] =>
    message.kind === 'wanted'
      ? indicesOf(message).map((index) => pieceAt(this.release, index))
      : [Uint8Array.of(0)]

  /** What runs is one of the two, and whole. */
  private look(): void {
    const { rig, bundle } = this
    if (rig.release === 1) return
    const text = rig.files.read(runningSlot(rig.files), TEXT_AT, bundle.length)
    if (Buffer.compare(text, bundle) !== 0) this.wrong.push('what runs is not what was signed')
  }

  /** Goes on until the gateway knows the end; the power may fail meanwhile. */
  live(): void {
    for (let round = 0; round < ROUNDS && !(this.isOver && !this.rig.owes); round++) {
      try {
        this.rig.nowMs += 20_000
        if (!this.rig.owes && this.rig.release === 1) this.rig.take(encodeOffer(this.release.offer))
        this.rig.talk(this.answer)
      } catch (error) {
        if (!(error instanceof PowerCut)) throw error
        this.rig.start()
      }
      this.look()
    }
  }

  verdict(): Verdict {
    const { rig, course, wrong } = this
    if (!this.isOver) wrong.push('the gateway never heard how it ended')
    if (rig.release !== (course.crashes ? 1 : 2)) wrong.push(`release ${rig.release} runs`)
    if (trial(rig.files) !== 'none') wrong.push(`the trial is ${trial(rig.files)}`)
    const refused = rig.states.find((said) => said.state === UPDATE_STATE.refused)
    if (refused) wrong.push(`refused: ${refused.reason}`)
    const reasons = rig.states.filter((said) => said.state === UPDATE_STATE.rolledBack)
    if (reasons.some((said) => said.reason !== UPDATE_REASON.crashes))
      wrong.push('rolled back for another reason')
    return { corrupt: wrong, lost: 0, reused: [] }
  }
}

const COURSES: readonly Course[] = [
  { name: 'is taken and kept', crashes: false, bundleBytes: 500 },
  { name: 'is rolled back after three crashes', crashes: true, bundleBytes: 130 },
]

test.for(COURSES)('an update that $name', { timeout: 300_000 }, (course, context) => {
  const release = releaseOf(bundleOf(2, course.bundleBytes), {}, { pieceBytes: PIECE_BYTES })
  const rehearsal = new Update(course, release)
  rehearsal.live()
  expect(rehearsal.verdict().corrupt).toEqual([])
  expect(rehearsal.rig.starts).toBe(course.crashes ? 1 + STARTS_MAX : 2)
  const operations = [...rehearsal.flash.operations]
  const figures = newFigures()
  for (const cut of everyCut(operations)) {
    const update = new Update(course, release)
    update.flash.cut = cut
    const where = `${course.name}, operation ${cut.operation}, form ${cut.form}`
    try {
      update.live()
      count(figures, where, update.verdict())
    } catch (error) {
      count(figures, where, { corrupt: [String(error)], lost: 0, reused: [] })
    }
    expect(update.flash.failed).toBe(true)
  }
  settle(context, figures)
})
