/** A downlink never grows past its window, and what matters most travels first. */
import { expect, test } from 'vitest'
import { CID } from '../../../core/lorawan/commands.ts'
import { compose, isOwed, type Payload } from '../../../gateway/lorawan/compose.ts'
import { expectWithinWindow, frame, session } from './composed.ts'

const payload = (port: number, bytes: number): Payload => ({ port, bytes: new Uint8Array(bytes) })
const none = { urgent: [], ordinary: [] }

test('2,000 uplinks with any options are answered within their window', () => expectWithinWindow(2_000))

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
