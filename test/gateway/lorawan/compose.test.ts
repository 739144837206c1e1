/** A downlink never grows past its window, and what matters most travels first. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CID } from '../../../core/lorawan/commands.ts'
import type { DataFrame } from '../../../core/lorawan/frame.ts'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { compose, isOwed, type Payload } from '../../../gateway/lorawan/compose.ts'
import { answerCommands } from '../../../gateway/lorawan/macAnswers.ts'
import type { Opened } from '../../../gateway/lorawan/open.ts'
import type { LiveSession } from '../../../gateway/nodes/node.ts'
import type { Uplink } from '../../../gateway/uplink.ts'

const session = (): LiveSession => ({ devAddr: 1, counterDown: 7, dwell: true }) as LiveSession
const frame = (rest: Partial<DataFrame> = {}): DataFrame =>
  ({
    confirmed: false,
    adrAckReq: false,
    options: new Uint8Array(0),
    port: -1,
    payload: new Uint8Array(0),
    ...rest,
  }) as DataFrame
const payload = (port: number, bytes: number): Payload => ({ port, bytes: new Uint8Array(bytes) })
const none = { urgent: [], ordinary: [] }
const reception = {
  gateway: 'aa',
  tmst: 0,
  frequencyHz: 921_400_000,
  spreadingFactor: 10,
  bandwidthHz: 125_000,
  rssiDbm: -100,
  snrDb: -3,
  receivedMs: 1_800_000_000_000,
}

const heard = {
  link: 'lorawan',
  receptions: [reception],
  receivedMs: reception.receivedMs,
} as unknown as Uplink

test('100,000 uplinks with any options are answered within their window', () => {
  const waiting = fc.array(
    fc.record({ port: fc.constantFrom(1, 2), bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }) }),
    { maxLength: 2 },
  )
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 15 }),
      fc.uint8Array({ maxLength: 60 }),
      fc.boolean(),
      waiting,
      fc.constantFrom(0, 11, 53, 242),
      fc.boolean(),
      (options, bytes, confirmed, payloads, room, onPort0) => {
        const own = session()
        const uplink = onPort0 ? frame({ port: 0, payload: bytes, confirmed }) : frame({ options, confirmed })
        const answers = answerCommands({ session: own, frame: uplink } as Opened, heard, as923_2)
        const composed = compose(own, uplink, answers, payloads, room)
        expect(own.counterDown).toBe(composed ? 8 : 7)
        if (!composed) return
        const { options: out, payload: carried, port, ack } = composed.frame
        if (out.length > 15 || out.length + carried.length > room) throw new Error('too long')
        if (port === 0 || (port < 0 && carried.length > 0)) throw new Error('port')
        if (ack !== confirmed) throw new Error('ack')
      },
    ),
    { numRuns: 100_000 },
  )
})

test('nothing is owed when nobody asks, and an open dwell time alone is no reason', () => {
  const urgent = { urgent: [Uint8Array.of(9, 5)], ordinary: [] }
  expect(isOwed(frame(), urgent, [])).toBe(false)
  expect(isOwed(frame({ confirmed: true }), none, [])).toBe(true)
  expect(isOwed(frame({ adrAckReq: true }), none, [])).toBe(true)
  expect(isOwed(frame(), none, [payload(1, 8)])).toBe(true)
  expect(isOwed(frame(), { urgent: [], ordinary: [Uint8Array.of(CID.linkCheck, 0, 1)] }, [])).toBe(true)
})

test('the first payload that fits travels, and the others are told of', () => {
  const composed = compose(session(), frame(), none, [payload(2, 20), payload(1, 8)], 11)!
  expect([composed.frame.port, composed.frame.pending, composed.payload!.port]).toEqual([1, true, 1])
  expect(compose(session(), frame(), none, [payload(2, 9)], 11)!.frame.pending).toBe(false)
})

test('what does not fit at all is no frame, and takes no counter', () => {
  const own = session()
  expect(
    compose(own, frame(), { urgent: [Uint8Array.of(9, 5)], ordinary: [] }, [payload(1, 8)], 0),
  ).toBeUndefined()
  expect(own.counterDown).toBe(7)
})
