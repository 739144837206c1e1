/** The gate: every rule refuses what it is for, and nothing next to it. */
import { describe, expect, test } from 'vitest'
import { BuildError } from '../../cli/build/fault.ts'
import { gate, GATE_RULES } from '../../cli/build/gate.ts'
import { GATE_ROWS } from './gateRows.ts'

const rulesOf = (code: string): string[] => [...new Set(gate(code).map(({ rule }) => rule))].sort()

test('every rule has a row, and only one', () => {
  expect(GATE_ROWS.map(({ rule }) => rule).sort()).toEqual(Object.keys(GATE_RULES).sort())
})

describe.each(GATE_ROWS)('$rule', ({ rule, refused, passes, also = [] }) => {
  test.each(refused)('refuses %s', (code) => expect(rulesOf(code)).toEqual([rule, ...also].sort()))
  test.each(passes)('lets pass %s', (code) => expect(rulesOf(code)).toEqual([]))
})

describe('a finding', () => {
  test('names the line, once a rule, and says what to write instead', () => {
    expect(gate('var a = 1\nf(a?.b, a?.c)\n')).toEqual([
      { rule: 'optional-chaining', file: 'bundle', line: 2, message: GATE_RULES['optional-chaining'] },
    ])
  })

  test('of code that is no ECMAScript 2022 is a BuildError with its line', () => {
    expect(() => gate('var a = 1\nvar b = = 2')).toThrow(new BuildError(['bundle:2: Unexpected token']))
  })
})
