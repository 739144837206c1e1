/** Where functions are put: worked out on names alone. */
import { expect, test } from 'vitest'
import { placesOf, type Mentions } from '../../cli/build/places.ts'

/** 'a: b c' is a, which mentions b and c; a line without a name before the colon is the start. */
function mentionsOf(...lines: string[]): Mentions {
  return new Map(
    lines.map((line) => {
      const [name, rest] = line.split(':') as [string, string]
      return [name.trim(), new Set(rest.trim().split(' ').filter(Boolean))]
    }),
  )
}

const sorted = (names: Iterable<string> | undefined): string => [...(names ?? [])].sort().join(' ')

test('what only a root leads to stands inside it, what the start needs stays at the top', () => {
  const { top, inside } = placesOf(
    mentionsOf(':spine root', 'spine:', 'root: own spine', 'own: table', 'table:'),
    new Set(['root']),
  )
  expect(sorted(top)).toBe('root spine')
  expect(sorted(inside.get('root'))).toBe('own table')
})

test('two roots that need the same get a copy each', () => {
  const { top, inside } = placesOf(
    mentionsOf(':a b', 'a: shared', 'b: shared', 'shared:'),
    new Set(['a', 'b']),
  )
  expect(sorted(top)).toBe('a b')
  expect([sorted(inside.get('a')), sorted(inside.get('b'))]).toEqual(['shared', 'shared'])
})

test('a root behind another root stands at the top as well, with a copy of its own', () => {
  const { top, inside } = placesOf(
    mentionsOf(':outer', 'outer: inner both', 'inner: both deep', 'both:', 'deep:'),
    new Set(['outer', 'inner']),
  )
  expect(sorted(top)).toBe('inner outer')
  expect(sorted(inside.get('outer'))).toBe('both')
  expect(sorted(inside.get('inner'))).toBe('both deep')
})

test('roots that call each other, and one that nobody reaches', () => {
  const { top, inside } = placesOf(
    mentionsOf(':a', 'a: b x', 'b: a x', 'x:', 'lost: y', 'y:'),
    new Set(['a', 'b', 'lost']),
  )
  expect(sorted(top)).toBe('a b')
  expect([sorted(inside.get('a')), sorted(inside.get('b'))]).toEqual(['x', 'x'])
  expect(inside.has('lost')).toBe(false)
})
