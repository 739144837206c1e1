/** Frame counters: 32 bits from 16, over roll-overs, with replays refused and addresses shared. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { makeSession, sealData } from '../../../core/lorawan/frame.ts'
import { openUplink, type Opened, type OpenRefusal } from '../../../gateway/lorawan/open.ts'
import type { FieldNode, LiveSession } from '../../../gateway/nodes/node.ts'
import type { Nodes } from '../../../gateway/nodes/nodes.ts'

const ADDRESS = 0x00123456

function fieldNode(key: number, counterUp: number): FieldNode {
  const frames = makeSession(
    tableAes,
    ADDRESS,
    new Uint8Array(16).fill(key),
    new Uint8Array(16).fill(key + 1),
  )
  return {
    device: { devEui: `node ${key}`, link: 'lorawan' },
    session: { frames, devAddr: ADDRESS, counterUp } as LiveSession,
  } as FieldNode
}

const table = (...members: FieldNode[]): Nodes =>
  ({ byDevAddr: (devAddr: number) => (devAddr === ADDRESS ? members : []) }) as unknown as Nodes

/** Opens a frame that came by radio. */
const open = (phy: Uint8Array, nodes: Nodes): Opened | OpenRefusal =>
  openUplink({ phy, link: 'lorawan' }, nodes)

function uplink(node: FieldNode, counter: number): Uint8Array {
  const bare = { confirmed: false, downlink: false, adr: false, adrAckReq: false, ack: false, pending: false }
  const options = new Uint8Array(0)
  return sealData(node.session!.frames, {
    ...bare,
    devAddr: ADDRESS,
    counter,
    options,
    port: 1,
    payload: Uint8Array.of(1),
  })
}

test('three roll-overs pass, and nothing in between is accepted twice', () => {
  const node = fieldNode(1, -1)
  const nodes = table(node)
  for (let counter = 0; counter < 3 * 65_536; counter += 4099) {
    const phy = uplink(node, counter)
    expect(open(phy, nodes)).toMatchObject({ frame: { counter } })
    expect(open(phy, nodes)).toBe('replay')
  }
})

const steps: [last: number, counter: number, outcome: number | string][] = [
  [-1, 0, 0],
  [-1, 65_535, 65_535],
  [5, 6, 6],
  [5, 5, 'replay'],
  [5, 4, 'replay'],
  [65_535, 65_536, 65_536],
  [65_530, 65_540, 65_540],
  // Lost for longer than LoRaWAN 1.0.3 allows: 1.0.4 has no limit but the roll-over.
  [10, 65_545, 65_545],
  [10, 65_546, 65_546],
  [65_546, 65_500, 'replay'],
  // A whole turn lost and more cannot be known.
  [10, 200_000, 'mic'],
  [0xffff_fff0, 0xffff_ffff, 0xffff_ffff],
  [0xffff_ffff, 0xffff_fffe, 'replay'],
]
for (const [last, counter, outcome] of steps) {
  test(`after ${last} comes ${counter}: ${outcome}`, () => {
    const node = fieldNode(1, last)
    const opened = open(uplink(node, counter), table(node))
    expect(typeof opened === 'string' ? opened : opened.frame.counter).toBe(outcome)
    expect(node.session!.counterUp).toBe(typeof outcome === 'string' ? last : counter)
  })
}

test('devices that share an address are told apart by their keys', () => {
  const [one, two] = [fieldNode(1, -1), fieldNode(40, 70_000)]
  const nodes = table(one, two)
  expect(open(uplink(two, 70_001), nodes)).toMatchObject({ node: two, frame: { counter: 70_001 } })
  expect(open(uplink(one, 3), nodes)).toMatchObject({ node: one, frame: { counter: 3 } })
  expect([one.session!.counterUp, two.session!.counterUp]).toEqual([3, 70_001])
  expect(open(uplink(two, 70_001), nodes)).toBe('replay')
  expect(open(uplink(fieldNode(90, 0), 1), nodes)).toBe('mic')
})

test('every turned bit of a frame is noticed', () => {
  const node = fieldNode(1, -1)
  const phy = uplink(node, 9)
  for (let at = 0; at < 8 * phy.length; at++) {
    const forged = phy.map((byte, index) => (index === at >> 3 ? byte ^ (1 << (at & 7)) : byte))
    expect(typeof open(forged, table(node))).toBe('string')
  }
  expect(node.session!.counterUp).toBe(-1)
})

test('100,000 random and mutated frames are refused by name', () => {
  const node = fieldNode(1, 20)
  const nodes = table(node)
  const phy = uplink(node, 21)
  const mutated = fc
    .tuple(fc.nat({ max: phy.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.nat({ max: 40 }))
    .map(([at, xor, cut]) => {
      const bytes = phy.map((byte, index) => (index === at ? byte ^ xor : byte))
      return cut < 30 ? bytes : bytes.subarray(0, cut - 30)
    })
  const refused = (bytes: Uint8Array): void => {
    if (typeof open(bytes, nodes) !== 'string') throw new Error('accepted')
  }
  fc.assert(fc.property(mutated, refused), { numRuns: 60_000 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), refused), { numRuns: 40_000 })
  expect(open(phy, nodes)).toMatchObject({ node })
})
