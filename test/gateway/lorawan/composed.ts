/** Sessions and uplinks to answer, and downlinks composed for as many as a test wants. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { DataFrame } from '../../../core/lorawan/frame.ts'
import { as923_2 } from '../../../core/regions/as923_2.ts'
import { compose } from '../../../gateway/lorawan/compose.ts'
import { answerCommands } from '../../../gateway/lorawan/macAnswers.ts'
import type { Opened } from '../../../gateway/lorawan/open.ts'
import type { LiveSession } from '../../../gateway/nodes/node.ts'
import type { Uplink } from '../../../gateway/uplink.ts'

export const session = (): LiveSession => ({ devAddr: 1, counterDown: 7, dwell: true }) as LiveSession
export const frame = (rest: Partial<DataFrame> = {}): DataFrame =>
  ({
    confirmed: false,
    adrAckReq: false,
    options: new Uint8Array(0),
    port: -1,
    payload: new Uint8Array(0),
    ...rest,
  }) as DataFrame
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

/** Uplinks with any options, and any payloads that wait for them. */
export function expectWithinWindow(uplinks: number): void {
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
    { numRuns: uplinks },
  )
}
