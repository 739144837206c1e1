/** Seldom called functions in a comment: the same program, and nothing of them alive before its call. */
import { runInNewContext } from 'node:vm'
import { transformSync } from '@babel/core'
import { minify } from 'terser'
import { expect, test } from 'vitest'
import { TERSER } from '../../cli/build/chain.ts'
import { countFunctions } from '../../cli/build/functions.ts'
import { bundleTree } from '../../cli/build/gate.ts'
import { lateNames, latePacked, lateUnmarked } from '../../cli/build/late.ts'
import { nest } from '../../cli/build/nest.ts'

/** A script as the chain makes it. */
async function made(source: string, ...seldom: string[]): Promise<string> {
  const plugins = [() => nest(new Set(seldom), true)]
  const nested = transformSync(source, {
    babelrc: false,
    configFile: false,
    sourceType: 'script',
    plugins,
  })!.code!
  const mangle = { toplevel: true, reserved: ['$', 'keep', ...lateNames(nested)] }
  return (await minify(nested, { ...TERSER, mangle })).code!
}

/** What a script hands to `keep`, its own text where the loader leaves it. */
function kept(code: string): unknown[] {
  const all: unknown[] = []
  runInNewContext(code, { $: code, keep: (value: unknown) => all.push(value) })
  return JSON.parse(JSON.stringify(all)) as unknown[]
}

const SOURCE = `
var base = keep(1)
function half(x) { var y = x / 2; return y | 0 }
function encode(first, second) { var sum = 0; for (var i = 0; i < second; i++) sum += half(first + i); return sum + other(sum, base) }
function other(sum, more) { var text = 'a' + sum; keep(text); return more }
function later(x, done) { var y = x + base; keep(() => y); done(y) }
keep(encode(4, 3)); later(5, function (y) { keep(encode(y, 1)) })`

test('the program does the same, and its functions are texts', async () => {
  const plain = kept(SOURCE)
  expect(plain).toHaveLength(6)
  const code = latePacked(await made(SOURCE))
  expect(code).toMatch(/^\/\*/)
  expect(kept(code)).toEqual(plain)
  // The maker, and `half`, which a loop calls.
  expect(countFunctions(bundleTree(code))).toBe(2)
})

test('a short function that several places call stays one, under a short name', async () => {
  const source = 'function f(x) { var y = x; keep(y); keep(y + 1) } f(1); f(2); f(3)'
  const code = latePacked(await made(source))
  expect(code).not.toMatch(/substr|late/)
  expect(kept(code)).toEqual([1, 2, 2, 3, 3, 4])
  const long = source.replace('keep(y + 1)', "keep('" + 'long '.repeat(50) + "')")
  expect(latePacked(await made(long))).toMatch(/substr/)
})

test('what is called in a loop, by itself, by a class or as a callback of an array stays a function', async () => {
  const often = [
    'function f(x) { var y = x; keep(y) } for (var i = 0; i < 3; i++) f(i)',
    'function f(x) { var y = x; keep(y) } [1, 2].forEach(function (x) { f(x) })',
    'function f(x) { var y = x; keep(y) } [1, 2].forEach(f)',
    'function f(x) { keep(x); if (x > 0) f(x - 1) } f(3)',
    'class A { put(x) { f(x); f(x + 1) } } function f(x) { var y = x; keep(y) } new A().put(4)',
    'function g(x) { for (var i = 0; i < x; i++) f(i) } function f(x) { keep(x); h(x) } function h(x) { keep(x); keep(2) } g(2)',
  ]
  for (const source of often) {
    const code = await made(source)
    expect(lateNames(code).length, source).toBeLessThanOrEqual(1)
    expect(lateNames(code), source).not.toContain('late$f')
    expect(lateNames(code), source).not.toContain('late$h')
    expect(kept(latePacked(code)), source).toEqual(kept(source))
  }
})

test('named as seldom it is late all the same; a callback is no loop', async () => {
  const source = 'function f(x) { var y = x; keep(y) } for (var i = 0; i < 3; i++) f(i)'
  expect(lateNames(await made(source, 'f'))).toEqual(['late$f'])
  const callback = 'function f(x) { var y = x; keep(y) } keep(function () { f(1) }); f(2); f(3)'
  expect(lateNames(await made(callback))).toEqual(['late$f'])
})

test('the gate reads the same places, without the marks', async () => {
  const code = await made(SOURCE)
  const read = lateUnmarked(code)
  expect(read).toHaveLength(code.length)
  expect(read).not.toContain('lateFunction')
  expect(read.indexOf('"a"')).toBe(code.indexOf('"a"'))
  expect(kept(read)).toEqual(kept(SOURCE))
})

test('a script without marks stays as it is, and the end of a comment in a text is refused', () => {
  expect(latePacked('keep(1)')).toBe('keep(1)')
  const code = 'var late$f=lateFunction(function(){return"*/"});keep(late$f())'
  expect(() => latePacked(code)).toThrow(/seldom called function/)
})

test('declared among other names, first, in the middle and last', () => {
  const mark = (name: string) => `late$${name}=lateFunction((a)=>a+1)`
  const code = `var ${mark('a')},x=1,${mark('b')},${mark('c')},y=2,${mark('d')};keep(late$a(x)+late$b(y)+late$c(x)+late$d(y))`
  expect(kept(latePacked(code))).toEqual([10])
})

test('places of ten, a hundred and a thousand characters: texts that name each other still find themselves', () => {
  const names = Array.from({ length: 30 }, (_, i) => `f${i}`)
  const text = (name: string, i: number) =>
    `late$${name}=lateFunction(function(a){${'a=a;'.repeat(i)}return ${i === 0 ? 'a' : `late$${names[i - 1]}(a+1)`}})`
  const code = `var ${names.map(text).reverse().join(',')};keep(late$${names.at(-1)}(0))`
  expect(kept(latePacked(code))).toEqual([29])
})
