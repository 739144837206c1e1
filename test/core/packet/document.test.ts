/** docs/PACKET.md says what the code does: every table of it is compared with the code's own rows. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FLAG } from '../../../core/flags.ts'
import { walkAcknowledgement } from '../../../core/packet/acknowledgement.ts'
import type { BitPort } from '../../../core/packet/bits.ts'
import { walkHead, walkInterval, type Head } from '../../../core/packet/head.ts'
import { walkHello } from '../../../core/packet/hello.ts'
import { walkGroupSetup } from '../../../core/packet/groupSetup.ts'
import { walkHealth } from '../../../core/packet/health.ts'
import {
  DOWNLINK_PORT,
  QUANTITY_SETS,
  RESET,
  UPLINK_PORT,
  encodeSamples,
  type Health,
} from '../../../core/packet/index.ts'
import { walkLampCommand } from '../../../core/packet/lampCommand.ts'
import { HABIT } from '../../../core/packet/wire.ts'
import { QUANTITIES, quantity, quantityNamed } from '../../../core/quantities.ts'
import { readingsOf } from './readingsOf.ts'

const text = readFileSync(new URL('../../../docs/PACKET.md', import.meta.url), 'utf8')

/** Tables under a heading, as rows of cells, without their head. */
function tablesUnder(heading: string): string[][][] {
  const begin = text
    .split('\n')
    .findIndex((line) => line.replace(/^#+ /, '').startsWith(heading) && line.startsWith('#'))
  if (begin < 0) throw new Error(`docs/PACKET.md has no heading "${heading}"`)
  const tables: string[][][] = []
  let open: string[][] | undefined
  for (const line of text.split('\n').slice(begin + 1)) {
    if (line.startsWith('#')) break
    if (!line.startsWith('|')) open = undefined
    else if (!open) tables.push((open = []))
    else if (!line.startsWith('| ---'))
      open.push(
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
  }
  return tables
}

const tableUnder = (heading: string): string[][] => tablesUnder(heading)[0] ?? []
const columns = (rows: string[][], ...wanted: number[]): string[][] =>
  rows.map((row) => wanted.map((c) => row[c]!))

/** A port that notes the width of every field and a record that notes the name it went to. */
function recorded<T extends object>(empty: T, walk: (port: BitPort, record: T) => void): [string, number][] {
  const fields: [string, number][] = []
  const port = {
    reading: true,
    bits(value: number, count: number) {
      fields.push(['', count])
      return value
    },
  }
  const record = new Proxy(empty, {
    set(target, name, value) {
      if (fields.at(-1)![0] === '') fields.at(-1)![0] = String(name)
      return Reflect.set(target, name, value)
    },
  })
  walk(port, record)
  return fields
}

const head = (changes: Partial<Head> = {}): Head => ({
  epochAlias: 0,
  sequenceLow: 0,
  setId: 1,
  acknowledgementWanted: 0,
  aged: 0,
  flagged: 0,
  mask: 0,
  count: 1,
  intervalSeconds: 60,
  ageSeconds: 0,
  ageUncertain: 0,
  ageErrorSeconds: 0,
  ...changes,
})

const asRows = (fields: [string, number][]): string[][] => fields.map(([name, bits]) => [name, String(bits)])

describe('docs/PACKET.md', () => {
  test('kinds', () => {
    const up = Object.entries(UPLINK_PORT).map(([kind, port]) => ['up', String(port), kind])
    const down = Object.entries(DOWNLINK_PORT).map(([kind, port]) => ['down', String(port), kind])
    expect(columns(tableUnder('Kinds'), 0, 1, 2)).toEqual([...up, ...down])
  })

  test('header', () => {
    const fields = recorded(head(), (port, record) => walkHead(port, record, false))
    expect(columns(tableUnder('Header of a sample'), 0, 1)).toEqual(asRows(fields))
    expect(fields.reduce((sum, [, bits]) => sum + bits, 0)).toBe(32)
  })

  test('length and cadence', () => {
    const [fields, cadences] = tablesUnder('Length and cadence')
    const walked = recorded(head(), (port, record) => walkHead(port, record, true)).slice(6)
    expect(columns(fields!, 1)).toEqual(walked.map(([, bits]) => [String(bits)]))
    for (const [index, seconds] of cadences!.slice(1)) {
      const given: number[] = []
      const port = { reading: true, bits: (value: number) => (given.push(value), value) }
      walkHead(port, head({ intervalSeconds: Number(seconds) }), true)
      expect(given.at(-1)).toBe(Number(index))
    }
  })

  test('interval', () => {
    const widths: number[] = []
    walkInterval({ reading: true, bits: (value, count) => (widths.push(count), value) }, 600)
    expect(columns(tableUnder('Interval'), 1)).toEqual(widths.map((bits) => [String(bits)]))
    const units = tableUnder('Interval')[0]![2]!.match(/\d+/g)!.map(Number)
    expect(units.map((unit) => walkInterval(unitPort(units.indexOf(unit)), 0))).toEqual(units)
  })

  test('age', () => {
    const [marks, doubt] = tablesUnder('Age, where')
    for (const [mark, bits, unit] of marks!) {
      const code = [...mark!].map(Number)
      let width = 0
      // Of the header, the alias, the sequence and the set are wider than a bit.
      let fields = 0
      const port = {
        reading: true,
        bits: (_value: number, count: number) => {
          if (count === 1) return code.shift() ?? 0
          if (fields++ > 2) width += count
          return count === 8 || count === 2 ? 0 : 1
        },
      }
      // Header fields of one bit take the code too, so it stands behind them.
      code.unshift(0, 1, 0)
      const aged = head()
      walkHead(port, aged, false)
      expect([width, aged.ageUncertain ? '' : `${aged.ageSeconds} s`]).toEqual([Number(bits), unit])
    }
    const widths: number[] = []
    const port = { reading: true, bits: (value: number, count: number) => (widths.push(count), value) }
    walkHead(port, head({ aged: 1, ageUncertain: 1 }), false)
    expect(columns(doubt!, 1)).toEqual(widths.slice(-3).map((bits) => [String(bits)]))
  })

  test('presence mask', () => {
    const fields = recorded(head({ setId: 0 }), (port, record) => walkHead(port, record, false))
    expect(fields.at(-1)).toEqual(['mask', 32])
    expect(text).toContain('### Presence mask, for setId 0: 32 bits')
  })

  test('sets', () => {
    const rows = QUANTITY_SETS.map(({ id, name, quantities }) => [
      String(id),
      name,
      quantities.map((each) => quantity(each)!.name).join(', '),
    ])
    expect(tableUnder('Sets')).toEqual(rows)
  })

  test('flags', () => {
    for (const [name, qartod, bits] of tableUnder('Flags')) {
      expect(FLAG[name as keyof typeof FLAG]).toBe(Number(qartod))
      const into = new Uint8Array(20)
      const size = bytesOf(['doorOpen'], [FLAG[name as keyof typeof FLAG]], 0, into)
      const written = [...into.subarray(0, size)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
      // Behind the header and the mask, where anything is flagged.
      if (name === 'good') expect(written[31]).toBe('0')
      else expect(written.slice(64, 64 + bits!.length)).toBe(bits)
    }
  })

  test('quantities', () => {
    const number = (value: number): string => String(Number(value.toFixed(3)))
    const habits = Object.keys(HABIT)
    const rows = QUANTITIES.map((each) => [
      String(each.id),
      each.name,
      each.unit || '-',
      number(each.wireStep / each.perUnit),
      number(each.wireMin / each.perUnit),
      number((each.wireMin + (2 ** each.wireBits - 2) * each.wireStep) / each.perUnit),
      String(each.wireBits),
      habits[each.wireHabit],
      String(each.wireSpread),
    ])
    expect(tablesUnder('First values')[0]).toEqual(rows)
  })

  test('sizes of the profiles', () => {
    const names = ['soil', 'air', 'gauge', 'light']
    const ids = names.map((name) => QUANTITY_SETS.find((each) => each.name === name)!.quantities)
    const cases: [number, (length: number) => number[]][] = [
      [0, (length) => new Array<number>(length).fill(FLAG.good)],
      [262_127, (length) => new Array<number>(length).fill(FLAG.good)],
      [0, (length) => [FLAG.suspect, ...new Array<number>(length - 1).fill(FLAG.good)]],
      [4095, (length) => [FLAG.suspect, ...new Array<number>(length - 1).fill(FLAG.good)]],
      [262_127, (length) => new Array<number>(length).fill(FLAG.fail)],
    ]
    const sizes = cases.map(([age, flagsOf]) =>
      ids.map((each) =>
        String(
          bytesOf(
            each.map((id) => quantity(id)!.name),
            flagsOf(each.length),
            age,
            new Uint8Array(40),
          ),
        ),
      ),
    )
    expect(columns(tablesUnder('First values')[1]!, 1, 2, 3, 4)).toEqual(sizes)
  })

  test('habits', () => {
    expect(columns(tableUnder('Differences'), 0).flat()).toEqual(Object.keys(HABIT))
  })

  test('hello', () => {
    const empty = { epoch: 0, nextSequence: 0, setId: 0, reportSeconds: 0, firmwareVersion: 0 }
    const fields = asRows(recorded(empty, walkHello))
    const written = columns(tableUnder('Hello'), 0, 1)
    expect(written.map(([, bits]) => bits)).toEqual(fields.map(([, bits]) => bits))
    expect(written.filter(([name]) => name !== 'unit' && name !== 'units')).toEqual(
      fields.filter(([name]) => name !== '' && name !== 'reportSeconds'),
    )
  })

  test('health', () => {
    const fields = asRows(recorded({} as Health, walkHealth))
    const [written, reasons] = tablesUnder('Health')
    expect(columns(written!, 0, 1)).toEqual(fields)
    expect(text).toContain(`## Health: ${fields.reduce((sum, [, bits]) => sum + Number(bits), 0)} bits`)
    expect(columns(reasons!, 1, 0)).toEqual(Object.entries(RESET).map(([name, id]) => [name, String(id)]))
  })

  test('acknowledgement', () => {
    const empty = { epoch: 0, nextSequence: 0, received: new Uint8Array(2) }
    const fields = asRows(recorded(empty, walkAcknowledgement))
    expect(columns(tableUnder('Acknowledgement'), 0, 1)).toEqual([
      ...fields.slice(0, 2),
      ['received', '8 each'],
    ])
    expect(fields.slice(2)).toEqual([
      ['', '8'],
      ['', '8'],
    ])
  })

  test('lamp', () => {
    const empty = { command: 0, levelPercent: 0, durationSeconds: 0 }
    expect(columns(tableUnder('Lamp'), 0, 1)).toEqual(asRows(recorded(empty, walkLampCommand)))
  })

  test('group', () => {
    const fields = asRows(recorded({ address: 0, key: new Uint8Array(16), nextCounter: 0 }, walkGroupSetup))
    expect(columns(tableUnder('Group'), 0, 1)).toEqual([fields[0]!, ['key', '8 each'], fields.at(-1)!])
    expect(fields.slice(1, -1)).toEqual(Array.from({ length: 16 }, () => ['', '8']))
  })

  test('the packet made by hand', () => {
    const [, hex] = /^([0-9a-f ]+): 9 bytes$/m.exec(text)!
    const into = new Uint8Array(9)
    const group = {
      epoch: 77,
      quantities: [1, 3, 4, 16],
      sequence: 8,
      readings: readingsOf([[3260, 4330, 8490, 4040]]),
      ageSeconds: 0,
      ageUncertain: false,
      intervalSeconds: 0,
      acknowledgementWanted: false,
    }
    expect(encodeSamples(group, into)).toBe(9)
    expect(into).toEqual(Uint8Array.from(Buffer.from(hex!.replaceAll(' ', ''), 'hex')))
  })
})

/** A port that names unit `index` and one of it. */
function unitPort(index: number): BitPort {
  return { reading: true, bits: (_value, count) => (count === 2 ? index : 1) }
}

/** Bytes of one sample of these quantities, value 1 step above 0 each. */
function bytesOf(names: string[], flags: number[], ageSeconds: number, into: Uint8Array): number {
  const quantities = names.map((name) => quantityNamed(name)!.id)
  const values = quantities.map((id) => quantity(id)!.wireStep)
  const readings = readingsOf([values], [flags])
  const ages = { ageSeconds, ageUncertain: false, intervalSeconds: 0 }
  const group = { epoch: 0, quantities, sequence: 0, readings, ...ages, acknowledgementWanted: false }
  return encodeSamples(group, into)
}
