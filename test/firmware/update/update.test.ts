/** The node's half of an update against a gateway that loses, repeats, reorders, forges, and brings what it should not. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  encodeCancel,
  encodeOffer,
  encodePiece,
  UPDATE_REASON,
  UPDATE_STATE,
} from '../../../core/update/message.ts'
import { SUPPLY, SUPPLY_LOW } from '../../../firmware/nodeState.ts'
import { TEXT_AT, TEXT_BYTES } from '../../../firmware/update/record.ts'
import { failTrial, freeSlot, trial } from '../../../firmware/update/slots.ts'
import { bundleOf, indicesOf, OTHER_KEY, pieceAt, releaseOf, Rig, running } from './rig.ts'

vi.mock('../../../firmware/release.ts', () => ({
  get RELEASE() {
    return running.release
  },
}))

const seed = 4711
const { reason, state } = { reason: UPDATE_REASON, state: UPDATE_STATE }
const bundle = bundleOf(2, 900)
const release = releaseOf(bundle)
let rig: Rig
beforeEach(() => {
  rig = new Rig()
})

const told = (): [number, number, number][] =>
  rig.states.map((said) => [said.state, said.reason, said.version])
const ACCEPTED: [number, number, number][] = [
  [state.verified, 0, 1],
  [state.running, 0, 2],
]
const isTaken = (): void => {
  expect(told()).toEqual(ACCEPTED)
  expect(rig.states.map(({ transfer }) => transfer)).toEqual([release.offer.transfer, release.offer.transfer])
  expect([rig.release, trial(rig.files), rig.owes]).toEqual([2, 'none', false])
  expect(rig.files.read('b', TEXT_AT, bundle.length)).toEqual(bundle)
}

test('a bundle is taken, verified, run and told of', () => {
  rig.update(release)
  isTaken()
})

test('the ticket is wanted before the bundle, and nothing of the bundle is kept before it', () => {
  rig.take(encodeOffer(release.offer))
  const head = Math.ceil(release.offer.ticketBytes / release.offer.pieceBytes)
  let wanted: number[] = []
  rig.talk((message) => {
    if (message.kind === 'wanted') wanted = indicesOf(message)
    return [pieceAt(release, head), pieceAt(release, head + 1)]
  })
  expect(wanted).toEqual(Array.from({ length: head }, (_, i) => i))
  expect(rig.logs).toEqual(['piece early', 'piece early'])
  expect([...rig.files.read('b', TEXT_AT, 900)].every((byte) => byte === 0xff)).toBe(true)
  rig.update(release)
  isTaken()
})

test.each([16, 51, 64, 153, 210])('pieces of %i bytes', (pieceBytes) => {
  const cut = { ...release, offer: { ...release.offer, pieceBytes } }
  rig.update(cut, undefined, 200)
  isTaken()
})

test(`a radio that loses, repeats, reorders, and brings what is of others, seed ${seed}`, () => {
  const piece = fc.record({ lost: fc.boolean(), twice: fc.boolean(), place: fc.nat(), foreign: fc.nat(5) })
  const rounds = fc.infiniteStream(piece)
  fc.assert(
    fc.property(rounds, fc.array(fc.nat(20), { maxLength: 3 }), (fates, resets) => {
      rig = new Rig()
      let round = 0
      rig.update(
        release,
        (pieces) => {
          if (resets.includes(round++)) rig.start()
          const fated = pieces.map((each) => ({
            each,
            ...(fates.next().value as { lost: boolean; twice: boolean; place: number; foreign: number }),
          }))
          return fated
            .sort((a, b) => a.place - b.place)
            .flatMap(({ each, lost, twice, foreign }) => [
              ...(foreign === 0 ? [encodePiece(1, 3, new Uint8Array(60))] : []),
              ...(foreign === 1 ? [encodePiece(release.offer.transfer, 3, new Uint8Array(59))] : []),
              ...(foreign === 2 ? [encodePiece(release.offer.transfer, 999, new Uint8Array(60))] : []),
              ...(foreign === 3 ? [each.subarray(0, 6)] : []),
              ...(lost ? [] : [each]),
              ...(twice ? [each] : []),
            ])
        },
        200,
      )
      isTaken()
    }),
    { seed, numRuns: 40 },
  )
})

test('after a reset it goes on where it was, and wants only what it lacks', () => {
  rig.take(encodeOffer(release.offer))
  rig.talk((message) => (message.kind === 'wanted' ? indicesOf(message).map((i) => pieceAt(release, i)) : []))
  rig.start()
  const said = rig.talk()
  expect(said).toMatchObject({ kind: 'wanted', received: 41, of: 56, first: 41 })
  rig.update(release)
  isTaken()
})

describe('is refused', () => {
  const refuses = (why: number): void => {
    expect(told()).toEqual([[state.refused, why, 1]])
    expect([rig.release, rig.owes, trial(rig.files)]).toEqual([1, false, 'none'])
  }
  test.each([
    ['signature', releaseOf(bundle, {}, { key: OTHER_KEY })],
    ['otherBoard', releaseOf(bundle, { board: 'ttgo-lora32-v21' })],
    ['otherProfile', releaseOf(bundle, { profile: 'air' })],
    ['otherRegion', releaseOf(bundle, { region: 'EU868' })],
    ['old', releaseOf(bundle, { version: 1 })],
    ['manifest', releaseOf(bundle, { version: 3 }, { version: 2 })],
    ['manifest', releaseOf(bundle, {}, { transfer: 77 })],
    ['manifest', releaseOf(bundle, {}, { ticketBytes: 93 })],
    ['old', releaseOf(bundle, { version: 1 }, { version: 1 })],
    ['noRoom', releaseOf(bundle, {}, { bundleBytes: TEXT_BYTES + 1 })],
    ['digest', releaseOf(bundle, { digest: new Uint8Array(32) })],
  ] as const)('%s, row %#', (why, wrong) => {
    rig.update(wrong)
    refuses(reason[why])
    // What was not good takes nothing from what is.
    rig.states.length = 0
    rig.update(release)
    expect(told()).toEqual(ACCEPTED)
  })

  test('one changed byte of a ticket or of a bundle', () => {
    const { ticketBytes } = release.offer
    for (const at of [0, 50, 93, 200, ticketBytes - 1, ticketBytes, ticketBytes + 899]) {
      rig = new Rig()
      const stream = Uint8Array.from(release.stream)
      stream[at]! ^= 1
      rig.update({ ...release, stream })
      const good = at < ticketBytes ? [reason.signature, reason.manifest] : [reason.digest]
      expect(good).toContain(rig.states[0]!.reason)
      expect([rig.states.length, rig.release]).toEqual([1, 1])
    }
  })

  test('noKey: a node that knows no signer', () => {
    rig = new Rig({ signer: undefined as unknown as Uint8Array })
    rig = new Rig({ signer: new Uint8Array(55) })
    rig.update(release)
    refuses(reason.noKey)
  })

  test('noRoom: no slot is free', () => {
    rig = new Rig({ slots: 1 })
    rig.update(release)
    refuses(reason.noRoom)
  })

  test('battery: it is low', () => {
    rig.node.words[SUPPLY] = SUPPLY_LOW
    rig.update(release)
    refuses(reason.battery)
  })

  test('cancelled: and it can be offered again', () => {
    rig.take(encodeOffer(release.offer))
    rig.talk()
    rig.take(encodeCancel(release.offer.transfer))
    rig.talk(() => [Uint8Array.of(0)])
    refuses(reason.cancelled)
    rig.states.length = 0
    rig.update(release)
    expect(told()).toEqual(ACCEPTED)
  })

  test('until somebody hears it, and again when it is offered again', () => {
    const wrong = releaseOf(bundle, { board: 'ttgo-lora32-v21' })
    rig.update(wrong)
    rig.states.length = 0
    rig.take(encodeOffer(wrong.offer))
    for (let i = 0; i < 3; i++) rig.talk()
    rig.talk(() => [Uint8Array.of(0)])
    expect(rig.talk()).toBeUndefined()
    expect(told()).toEqual(new Array(4).fill([state.refused, reason.otherBoard, 1]))
  })
})

test('no message, a piece without an offer, a foreign cancellation: nothing changes', () => {
  rig.take(new Uint8Array(0))
  rig.take(Uint8Array.of(9, 0, 0, 0, 0))
  rig.take(pieceAt(release, 0))
  expect([rig.logs, rig.owes]).toEqual([['update short', 'update kind', 'piece foreign'], false])
  rig.take(encodeOffer(release.offer))
  rig.take(encodeCancel(5))
  rig.talk(() => [Uint8Array.of(0)])
  rig.update(release)
  expect(told().slice(1)).toEqual(ACCEPTED)
})

test('another offer takes the place of an open one', () => {
  const other = releaseOf(bundleOf(3, 700), { version: 3 })
  rig.take(encodeOffer(release.offer))
  rig.talk((message) => (message.kind === 'wanted' ? indicesOf(message).map((i) => pieceAt(release, i)) : []))
  rig.update(other)
  expect([rig.release, freeSlot(rig.files)]).toEqual([3, 'd'])
})

describe('a bundle on trial', () => {
  test('that crashes three times is rolled back, and told of', () => {
    rig.crashes = (which) => which === 2
    rig.update(release)
    expect(told()).toEqual([ACCEPTED[0], [state.rolledBack, reason.crashes, 1]])
    expect(rig.states[1]!.transfer).toBe(release.offer.transfer)
    expect([rig.release, trial(rig.files), rig.owes]).toEqual([1, 'none', false])
    // Three starts of the new one between two of the old one.
    expect(rig.starts).toBe(5)
  })

  test('that fails its own test is rolled back at once', () => {
    rig.crashes = (which) => which === 2 && failTrial(rig.files)
    rig.update(release)
    expect(told()).toEqual([ACCEPTED[0], [state.rolledBack, reason.selfTest, 1]])
    expect([rig.release, rig.starts]).toEqual([1, 3])
  })

  test('is kept although the gateway is silent', () => {
    rig.take(encodeOffer(release.offer))
    let silent = false
    for (let i = 0; i < 12; i++) {
      rig.nowMs += 20_000
      rig.talk((message) => {
        if (message.kind === 'wanted') return indicesOf(message).map((each) => pieceAt(release, each))
        silent = true
        return []
      })
    }
    expect([silent, rig.release, trial(rig.files), rig.owes]).toEqual([true, 2, 'none', true])
    rig.talk(() => [Uint8Array.of(0)])
    expect(rig.owes).toBe(false)
  })

  test('is followed by the next release, until no slot is free', () => {
    for (let version = 2; version < 6; version++) rig.update(releaseOf(bundleOf(version, 300), { version }))
    expect(rig.release).toBe(4)
    expect(told().at(-1)).toEqual([state.refused, reason.noRoom, 4])
  })
})
