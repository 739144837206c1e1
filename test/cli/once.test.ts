/** A method that one place calls moves to that place, and the program stays the same. */
import { runInNewContext } from 'node:vm'
import { transformSync } from '@babel/core'
import { expect, test } from 'vitest'
import { calledOnce } from '../../cli/build/once.ts'
import { builtBundles } from '../parity/built.ts'
import { text } from '../tidy/tree.ts'

function transformed(code: string): string {
  const plugins = [() => calledOnce(new Set(['open']))]
  return transformSync(code, { babelrc: false, configFile: false, sourceType: 'script', plugins })!.code!
}

const BOARD = `
var Radio = class { constructor(hal, pins) { this.sum = hal + pins } }
var board = { pins: 2, open: (hal, pins) => new Radio(hal, pins) };
`
const CALL = `function start(board) { return board.open(1, board.pins).sum }
start(board)`

test('it moves, and the literal has it no more', () => {
  const code = transformed(BOARD + CALL)
  expect(code.match(/\bopen\b/g)).toBeNull()
  expect(runInNewContext(code)).toBe(3)
})

test.each([
  ['another literal has one', 'var other = { open: (a) => a };'],
  ['another literal has a method', 'var other = { open() { return 1 } };'],
  ['a class has one', 'var Door = class { open() { return 1 } };'],
  ['another place calls it', 'function again(b) { return b.open(1, 1) };'],
  ['another place hands it on', 'var kept = board.open;'],
  ['a text could be a key', 'var key = "open";'],
])('it stays where %s', (_why, more) => {
  const code = transformed(BOARD + more + CALL)
  expect(code).toContain('board.open(1, board.pins)')
  expect(runInNewContext(code)).toBe(3)
})

test('it stays where what it mentions means something else at the call', () => {
  const code = transformed(
    BOARD + `function start(board) { var Radio = 5; return board.open(1, Radio).sum }\nstart(board)`,
  )
  expect(code).toContain('board.open(')
  expect(runInNewContext(code)).toBe(6)
})

test('it stays where it has a this, and where nobody calls it', () => {
  expect(transformed('var board = { open: function () { return this } }; board.open()')).toContain(
    'board.open()',
  )
  expect(transformed('var board = { open: () => 1 }; use(board.open)')).toContain('use(board.open)')
})

test('a bundle holds the driver of its board and no other', async () => {
  const bundle = (await builtBundles()).find(({ plan }) => plan.board.value.radio?.chip === 'sx1276')
  // The voltages of its oscillator: nothing but the SX1262 has any.
  const own = '1600 1700 1800'
  expect(text('firmware/radio/sx1262.ts')).toContain(own)
  expect(bundle!.code).not.toContain(own)
})
