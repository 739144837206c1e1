/** Numbers in the places of their names: what is put in, and what stays as it is. */
import { transformSync } from '@babel/core'
import { expect, test } from 'vitest'
import { placedNumbers } from '../../cli/build/constants.ts'

const placed = (code: string): string =>
  transformSync(code, {
    babelrc: false,
    configFile: false,
    compact: true,
    sourceType: 'script',
    plugins: [placedNumbers],
  })!.code!

const CHANGED: readonly [what: string, code: string, after: string][] = [
  ['a number', 'const a=5;f(a);', 'f(5);'],
  ['one below zero', 'const a=-5;f(a);', 'f(-5);'],
  ['one made of those before it', 'var a=0;var b=a+1;var c=b+4*2;f(b,c);', 'f(1,9);'],
  [
    'one that a function above its line reads',
    'function g(){return a}const a=7;g();',
    'function g(){return 7;}g();',
  ],
  ['the value of a short property', 'const a=5;f({a});', 'f({a:5});'],
  ['entries of a table', 'const T={x:1,y:2+3};f(T.x,T.y);', 'f(1,5);'],
]

test.each(CHANGED)('%s is put in', (_what, code, after) => expect(placed(code)).toBe(after))

const KEPT: readonly [what: string, code: string][] = [
  ['one that changes', 'var a=5;a=6;f(a);'],
  ['one that is counted up', 'var a=5;a++;f(a);'],
  ['a long one', 'const a=4294967295;f(a,a);'],
  ['what only the program knows', 'const a=g();f(a);'],
  ['a name of a function inside', 'function g(){var a=5;return a;}g();'],
  ['a table that is handed on', 'const T={x:1};f(T);'],
  ['a table that is read by a computed name', 'const T={x:1};f(T[k],T.x);'],
  ['a table that is written to', 'const T={x:1};T.x=2;f(T.x);'],
  ['a table whose entry is counted up', 'const T={x:1};T.x++;f(T.x);'],
  ['a table with anything but numbers', "const T={x:1,y:'a'};f(T.x);"],
  ['an entry that is not there', 'const T={x:1};f(T.z);'],
]

test.each(KEPT)('%s stays', (_what, code) => expect(placed(code)).toBe(code))

test('a long number goes into those made of it', () =>
  expect(placed('const a=1000000;const b=a/1000000;f(a,b);')).toBe('const a=1000000;f(a,1);'))
