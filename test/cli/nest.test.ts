/** What the build does to a whole bundle before terser: it must stay the same program. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { transformSync, type PluginObj } from '@babel/core'
import { expect, test } from 'vitest'
import { nest } from '../../cli/build/nest.ts'
import { ROOT } from '../../cli/build/plan.ts'
import { SELDOM } from '../../cli/build/seldom.ts'
import { literalTables } from '../../cli/build/tables.ts'
import { unreadProperties } from '../../cli/build/unread.ts'
import { text } from '../tidy/tree.ts'

function transformed(code: string, plugin: PluginObj): string {
  return transformSync(code, {
    babelrc: false,
    configFile: false,
    sourceType: 'script',
    plugins: [() => plugin],
  })!.code!
}

/** What a script answers on a board: E and atob are Espruino's. */
function answer(code: string): unknown {
  const E = { toArrayBuffer: (bytes: string) => Uint8Array.from(Buffer.from(bytes, 'latin1')).buffer }
  const atob = (base64: string) => Buffer.from(base64, 'base64').toString('latin1')
  return JSON.parse(JSON.stringify(runInNewContext(code, { E, atob })))
}

const nested = (code: string, ...seldom: string[]): string => transformed(code, nest(new Set(seldom)))
const topNames = (code: string): string[] =>
  [...code.matchAll(/^(?:function|class|var) ([\w$]+)/gm)].map((match) => match[1]!)

const ENCODER = `
var TABLE = [3, 4]
class Writer { constructor(by) { this.by = by } put(value) { return value * this.by } }
function scale(value) { return new Writer(TABLE[0]).put(value) }
function encode(value) { return scale(value) + 1 }
function spine(value) { return value - 1 }
spine(encode(5))`

test('functions, classes and tables go where alone they are needed; the result is the same', () => {
  const code = nested(ENCODER, 'encode')
  expect(topNames(code)).toEqual(['encode', 'spine'])
  expect(answer(code)).toBe(answer(ENCODER))
})

test('an inner name that hides one of the top gives way', () => {
  const source = `
    function inner(x) { return x + 1 }
    function outer(inner2, list) { var scale = 10; return list.map(function (inner) { return inner * scale }).concat(helper(inner2)) }
    function scale(x) { return inner(x) * 2 }
    function helper(x) { return scale(x) }
    outer(4, [1, 2])`
  const code = nested(source, 'outer')
  expect(topNames(code)).toEqual(['outer'])
  expect(answer(code)).toEqual([10, 20, 10])
})

test('an arrow function and a method of a constant object can be seldom; rollup may have renamed one', () => {
  const source = `
    var one = (x) => x + 1
    var two = (x) => one(x) * 2
    function join$1(x) { return two(x) }
    var profile = { name: 'p', mount: (x) => helper(x) }
    function helper(x) { return x * 7 }
    ;[join$1(1), profile.mount(2), profile.name]`
  const code = nested(source, 'join', 'mount')
  expect(topNames(code)).toEqual(['join$1', 'profile'])
  expect(answer(code)).toEqual([4, 14, 'p'])
})

test('what the start does with a variable stays where it is', () => {
  const source = `
    var state = start()
    function start() { return 5 }
    function seldom() { return state + 1 }
    seldom()`
  expect(answer(nested(source, 'seldom'))).toBe(6)
})

test('long tables of literals become text and read the same, negative numbers too', () => {
  const rows = Array.from({ length: 40 }, (_, i) => (i - 20) * 997)
  const code = transformed(`new Int16Array([${rows.join(', ')}])`, literalTables())
  expect(code).toMatch(/^new Int16Array\(E\.toArrayBuffer\(atob\("[\w+/=]+"\)\)\);$/)
  expect(Object.values(answer(code) as object)).toEqual(rows)
})

test('short tables and tables that are computed stay as they are', () => {
  for (const source of ['new Uint8Array([1, 2, 3]);', `new Uint8Array([${'n, '.repeat(20)}1]);`])
    expect(transformed(source, literalTables()).replace(/\s+/g, ' ')).toBe(source.replace(/\s+/g, ' '))
})

const unread = (code: string): string => transformed(code, unreadProperties(['sck'])).replace(/\s+/g, ' ')

test('a property that nothing reads is left out, with what only it needed', () => {
  const code = unread('var b = { pin: 4, unused: { deep: [1, -2] }, run: () => b.only, only: 1 }; b.pin')
  expect(code).toBe('var b = { pin: 4 }; b.pin;')
})

test('what Espruino reads, what is named in a text, and what is not mere data stays', () => {
  const code = 'f({ sck: 5, key: 1, made: g() }, "key");'
  expect(unread(code)).toBe(code)
})

test('where keys are listed, everything stays', () => {
  const code = 'var b = { unused: 1 }; Object.keys(b);'
  expect(unread(code)).toBe(code)
})

test('a method that nothing calls is left out of its class', () => {
  expect(unread('class A { used() {} unused() {} } new A().used();')).toBe(
    'class A { used() {} } new A().used();',
  )
})

test('every seldom called function is there in the sources', () => {
  const sources = ['core', 'firmware'].flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => text(join(room, name))),
  )
  const gone = [...SELDOM].filter(
    (name) =>
      !sources.some((source) =>
        new RegExp(`function ${name.replace(/^_/, '')}\\b|\\b${name}: \\(`).test(source),
      ),
  )
  expect(gone, 'renamed or removed: cli/build/seldom.ts has to follow').toEqual([])
})
