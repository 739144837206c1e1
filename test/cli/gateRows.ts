/** For every rule of the gate: JavaScript that must be refused by it and by no other, and close neighbours that must pass. What Espruino does with each was run
 *  in Espruino 2v29. */

export interface GateRow {
  readonly rule: string
  readonly refused: readonly string[]
  readonly passes: readonly string[]
  /** Other rules that fire on the refused code too, rightly. */
  readonly also?: readonly string[]
}

const SYNTAX_ROWS: readonly GateRow[] = [
  {
    rule: 'default-parameter',
    refused: ['function f(a = 1) { return a }', 'var f = (a, b = a) => b'],
    passes: ['function f(a) { return a === undefined ? 1 : a }', 'var a; a = 1'],
  },
  {
    rule: 'rest-or-spread',
    refused: ['function f(...a) { return a }', 'f(...[1, 2])', 'var a = [...b]', 'var a = { ...b }'],
    passes: ['function f() { return arguments.length }', 'f.apply(null, [1, 2])', 'var a = [].concat([1])'],
  },
  {
    rule: 'destructuring',
    refused: [
      'var { a } = b',
      'var [a] = b',
      'function f({ a }) { return a }',
      'for (var [k] of rows) f(k)',
      '[a, b] = [b, a]',
    ],
    passes: ['var a = b.a', 'var a = [b]', 'f({ a: a })'],
  },
  {
    rule: 'optional-chaining',
    refused: ['a?.b', 'a?.[0]', 'a?.()'],
    passes: ['a ? .5 : 1', 'a && a.b', 'a ?? b'],
  },
  {
    rule: 'newer-operator',
    refused: ['a ??= 1', 'a ||= 1', 'a &&= 1', 'a **= 2', 'b = a ** 2'],
    passes: ['a = a ?? 1', 'a |= 1', 'a *= 2'],
  },
  {
    rule: 'computed-key',
    refused: ['var a = { [b]: 1 }', 'class A { [b]() {} }', "var a = { ['b']() {} }"],
    passes: ['var a = {}; a[b] = 1', "var a = { 'b-c': 1, if: 2 }"],
  },
  {
    rule: 'async',
    refused: ['async function f() {}', 'var f = async () => 1', "import('x')", 'var o = { async f() {} }'],
    passes: ['var o = { async: 1 }', 'p.then(function (x) { return x })', 'class A { async() { return 1 } }'],
  },
  {
    rule: 'generator',
    refused: ['function* f() { return 1 }', 'var o = { *f() {} }'],
    passes: ['class A { yield() { return 2 * 3 } }'],
  },
  {
    rule: 'new-target',
    refused: ['function F() { return new.target }'],
    passes: ['o.new.target', 'new target()'],
  },
  { rule: 'tagged-template', refused: ['tag`a${1}b`'], passes: ['tag(`a${1}b`)'] },
  { rule: 'bigint', refused: ['var a = 10n'], passes: ['var a = 10, n = 1'] },
  {
    rule: 'private-name',
    refused: ['class A { #x() {} }', 'class A { m(o) { return #x in o } #x() {} }'],
    passes: ["class A { constructor() { this._x = '#x' } }"],
  },
  { rule: 'static-block', refused: ['class A { static { f() } }'], passes: ['class A { m() { f() } }'] },
  {
    rule: 'class-field',
    refused: [
      'class A { y }',
      'class A { x = [] }',
      'class A { f = () => this.x }',
      'class A { static x }',
      'class A { static y = this.x }',
    ],
    passes: ['class A { constructor() { this.x = [] } }', 'class A { static x = 1 }'],
  },
  {
    rule: 'keyword-method',
    refused: [
      'class A { delete() {} }',
      'class A { of() {} }',
      'class A { get default() { return 1 } }',
      "class A { 'a'() {} }",
      'class A { 5() {} }',
    ],
    passes: [
      'var o = { delete() {}, in() {} }',
      'class A { get() {} set() {} await() {} with() {} remove() {} }',
    ],
  },
  {
    rule: 'label',
    refused: ['a: for (;;) break a', 'a: { f() }'],
    passes: ['for (;;) break', 'var o = { a: f() }'],
  },
  {
    rule: 'case-after-default',
    refused: ['switch (a) { default: f(); case 1: g() }'],
    passes: ['switch (a) { case 1: g(); default: f() }', 'switch (a) { case 1: g() }'],
  },
  {
    rule: 'super-outside-method',
    refused: [
      'class A { m() {} } class B extends A { n() { return [1].map(() => super.m()) } }',
      'var o = { m() { return super.toString() } }',
      'class A { m() {} } class B extends A { n() { return () => { return super.m() } } }',
    ],
    passes: [
      'class A { m() {} } class B extends A { constructor() { super() } m() { return { a: super.m() } } }',
      'class A { get g() { return 1 } } class B extends A { get g() { return super.g + 1 } }',
    ],
  },
  {
    rule: 'arrow-arguments',
    refused: ['function f() { return () => arguments[0] }', 'var f = () => arguments.length'],
    passes: [
      'var f = () => o.arguments',
      'var f = () => function () { return arguments.length }',
      'var o = () => ({ arguments: 1 })',
    ],
  },
  {
    rule: 'loop-closure',
    refused: [
      'for (let i = 0; i < 3; i++) f.push(() => i)',
      'for (const a of b) f.push(function () { return a })',
      'for (const a of b) { while (c) { f.push(() => () => a) } }',
    ],
    passes: [
      'for (let i = 0; i < 3; i++) f.push(() => 1)',
      'for (let i = 0; i < 3; i++) { let k = i; f.push(() => k) }',
      'for (let i = 0; i < 3; i++) f.push((i) => i)',
      'f(function () { for (let i = 0; i < 3; i++) g(i) })',
      'for (var i = 0; i < 3; i++) f.push(() => i)',
    ],
  },
  {
    rule: 'for-in',
    refused: [
      'for (var k in o) f(k)',
      'for (var k in o) { f(k); if (o.hasOwnProperty(k)) g(k) }',
      'for (var k in o) if (o.hasOwnProperty(k)) delete o[k]',
      'for (var k in o) if (o.hasOwnProperty(k)) f(k); else g(k)',
    ],
    passes: [
      'for (var k in o) if (o.hasOwnProperty(k)) f(k)',
      'for (var k in o) { if ({}.hasOwnProperty.call(o, k) && o[k]) { f(k) } }',
      'for (var k in o) ({}).hasOwnProperty.call(o, k) && (p[k] = o[k])',
      "if ('k' in o) f()",
      'Object.keys(o).forEach(f)',
    ],
  },
  {
    rule: 'integer-key',
    refused: ["var o = { b: 1, 2: 'x' }", "var o = { 2: 'x', 1: 'y' }", "var o = { a: 0, '7': 1 }"],
    passes: ["var o = { 1: 'x', 2: 'y', b: 3 }", "var o = { a: 1, '01': 2, b1: 3 }", "var a = ['x', 'y']"],
  },
  {
    rule: 'length-assignment',
    refused: ['a.length = 0', 'a.length--', 'o.a.length += 1', "a['length'] = 2"],
    passes: ['var n = a.length', 'b = a.length - 1', 'o = { length: 3 }', 'var length = 0; length = 1'],
  },
  {
    rule: 'regex',
    refused: [
      ...[
        '/ab?/',
        '/a{2}/',
        '/a{2,}/',
        '/(ab)+/',
        '/(?:a)/',
        '/(?=a)b/',
        '/(?<n>a)/',
        '/a+?/',
        '/\\bab/',
        '/(a)\\1/',
        '/\\u0041/',
        '/[\\u0041]/',
      ],
      ...['/((a)b)/', '/(a|ab)$/', '/^a|b$/', '/a.b/', '/a/m', '/a/y', "new RegExp('a')", "RegExp('a')"],
    ],
    passes: [
      ...[
        '/^[0-9a-f]+$/i',
        '/(a*)=([^;]*);/',
        '/\\?/',
        '/[?{}]+/',
        '/\\{2}/',
        '/a{/',
        '/\\d+-\\w*\\s/',
        '/a|b|c/',
        '/\\(a\\)+/',
        '/[\\]|]/g',
      ],
      ...['/\\\\b/', '/a\\.b/', '/[.]/', "'a?b{2}'", 'a / b / c'],
    ],
  },
  {
    rule: 'decimal-literal',
    refused: ['var a = 0.75', 'f(.1)', 'var a = 331.3', 'var a = 1e-3'],
    passes: [
      'var a = 0.5',
      'f(1.5, 65535.5)',
      'var a = 1e6',
      'var a = 9214e5',
      'var a = 3 / 4',
      "var a = '0.75'",
      'var a = 1.0',
    ],
  },
  {
    rule: 'with-or-debugger',
    refused: ['with (a) { f(b) }', 'debugger'],
    passes: ["var a = 'debugger'", 'o.with = 1'],
  },
  {
    rule: 'non-ascii',
    refused: [
      "var a = 'é'",
      "var a = '\\u0103'",
      'var a = `đèn`',
      'var a = `${b}\\xe9`',
      'var đèn = 1',
      "var o = { 'ẩm': 1 }",
      '/[à]/',
    ],
    passes: ["var a = 'e\\x7f\\n'", 'var a = `den${1}`', 'var a = 1 // é'],
  },
]

const LIBRARY_ROWS: readonly GateRow[] = [
  {
    rule: 'missing-global',
    refused: [
      'new Map()',
      'var a = Symbol()',
      'globalThis.Set',
      "throw new RangeError('a')",
      'var o = { m: WeakMap }',
      'var o = { Map }',
      'queueMicrotask(f)',
    ],
    passes: [
      "typeof Map === 'undefined'",
      'var o = { Map: 1 }',
      'o.Set',
      'class A { Proxy() {} }',
      "throw new Error('a')",
    ],
  },
  {
    rule: 'missing-static',
    refused: [
      ...[
        'Math.imul(a, b)',
        "Math['trunc'](a)",
        'var a = Math.log2',
        'Array.from(a)',
        'Number.MAX_SAFE_INTEGER',
        'Object.is(a, b)',
        'Date.UTC(2000, 1)',
      ],
      ...[
        'Uint8Array.from([1])',
        'Int32Array.of(1)',
        'Promise.race([])',
        'Number.parseInt(a)',
        'Number.isInteger(a)',
      ],
    ],
    passes: [
      'Math.floor(a)',
      'Math.min(a, b)',
      'Object.keys(a)',
      'parseInt(a, 10)',
      'o.from(a)',
      'Array.isArray(a)',
      'isNaN(a)',
      'Promise.all([])',
      'Number.MAX_VALUE',
    ],
  },
  {
    rule: 'missing-method',
    refused: [
      'a.at(-1)',
      'a.flat()',
      'a.lastIndexOf(1)',
      'a.entries()',
      'a.keys()',
      "a['findLast'](f)",
      'a.flat.call(b)',
      'p.finally(f)',
      'a.toPrecision(3)',
      "'a'.trimEnd()",
    ],
    passes: [
      'a.indexOf(1)',
      'Object.entries(a)',
      'Object.values(a)',
      'a.values',
      'o = { at: 1 }',
      'a.find(f)',
      'a.trim()',
      'try { f() } finally { g() }',
    ],
  },
  {
    rule: 'bytes-per-element',
    refused: ['a.BYTES_PER_ELEMENT', 'Int32Array.BYTES_PER_ELEMENT * 2'],
    passes: ['a.byteLength'],
  },
  {
    rule: 'builtin-prototype',
    refused: [
      'Array.prototype.slice.call(a)',
      'Uint8Array.prototype.fill',
      'var f = Object.prototype.hasOwnProperty',
    ],
    passes: ['[].slice.call(a)', 'A.prototype.f', 'a.hasOwnProperty(b)'],
  },
  {
    rule: 'instanceof-builtin',
    refused: ['a instanceof Error', 'a instanceof Number', 'a instanceof String'],
    passes: ['a instanceof A', 'a instanceof Uint8Array', 'a instanceof Array', "typeof a === 'number'"],
  },
  {
    rule: 'object-integrity',
    refused: ['Object.freeze(a)', "Object.defineProperty(a, 'b', { get: f })", 'Object.seal(a)'],
    passes: ['Object.assign(a, b)', 'o.freeze(a)'],
  },
  {
    rule: 'aes-mode',
    refused: ["f(a, { mode: 'CTR' })", 'var m = `CTR`'],
    passes: ["f(a, { mode: 'ECB' })", 'var CTR = 1'],
  },
  {
    rule: 'round-half',
    refused: ['Math.round(a)', 'a.toFixed(1)', "Math['round'](a)"],
    passes: ['Math.floor(a + 0.5)', 'o.round(a)'],
  },
  {
    rule: 'clamped-array',
    refused: ['new Uint8ClampedArray(4)'],
    passes: ['new Uint8Array(4)', 'o.Uint8ClampedArray'],
  },
  {
    rule: 'ignored-argument',
    refused: ["a.split(',', 2)", "JSON.stringify(a, ['b'])", 'JSON.stringify(a, null, 2)'],
    passes: ["a.split(',')", 'JSON.stringify(a)'],
  },
  {
    rule: 'json-parse',
    refused: ['JSON.parse(a)', 'JSON.parse(a, f)'],
    passes: ['JSON.stringify(a)', 'o.parse(a)'],
  },
  {
    rule: 'uri-encoding',
    refused: ['encodeURIComponent(a)', 'decodeURIComponent(a)'],
    passes: ['o.encodeURIComponent(a)', 'btoa(a)'],
  },
  {
    rule: 'wide-character',
    refused: ['String.fromCharCode(300)', 'String.fromCharCode(65, 0x100)'],
    passes: ['String.fromCharCode(255)', 'String.fromCharCode(a)'],
  },
  {
    rule: 'sparse-array',
    refused: ['new Array(3).map(f)', 'Array(n).map(f)'],
    passes: ['new Array(3).fill(0).map(f)', 'new Array(3).join(a)', '[1, 2].map(f)'],
  },
  {
    rule: 'set-interval',
    refused: ['setInterval(f, 5)', 'globalThis.setInterval(f, 5)'],
    passes: ['setTimeout(f, 5)', 'clock.setInterval(f, 5)'],
  },
  {
    rule: 'unstable-sort',
    refused: [
      'a.sort((x, y) => x.at - y.at)',
      'function c(x, y) { return x.at - y.at } a.sort(c)',
      'function f(c) { a.sort(c) }',
    ],
    passes: [
      'a.sort()',
      'a.sort((x, y) => x - y)',
      'a.sort(function (x, y) { return y - x })',
      'function c(x, y) { return x - y } function f() { a.sort(c) }',
    ],
  },
  {
    rule: 'eval',
    refused: [
      "eval('1')",
      "(0, eval)('1')",
      "new Function('return 1')",
      "Function('return 1')()",
      "globalThis.eval('1')",
    ],
    passes: ['o.eval(1)', 'f instanceof Function', 'class A { eval() {} }'],
  },
]

const CLASS_ROWS: readonly GateRow[] = [
  {
    rule: 'extends-twice',
    refused: [
      'class A { m() {} } class B extends A { m() {} } class C extends B { m() {} }',
      'var A = class { m() {} }; var B = class extends A {}; var C = class extends B {}',
      'class C extends mixin(A) {}',
      'function P() {} class C extends P {}',
      'function mixin(Base) { return class extends Base {} }',
    ],
    passes: [
      'class A { m() {} } class B extends A { m() {} } class C extends A {}',
      // Two classes of one short name in two scopes, as terser makes them.
      'class a {} function f() { class b extends a {} return b } function g() { class c {} class b extends c {} return b }',
    ],
  },
  {
    rule: 'extends-builtin',
    refused: ['class E extends Error {}', 'var E = class extends Array {}', 'class E extends TypeError {}'],
    passes: ['class Error1 {} class E extends Error1 {}'],
  },
  {
    rule: 'static-inheritance',
    refused: [
      'class A { static f() {} } class B extends A {}',
      'class A { static x = 1 } class B extends A {}',
      'class A {} A.x = 1; class B extends A {}',
    ],
    passes: [
      'class A { static f() {} } class B {}',
      'class A {} class B extends A { static f() {} } B.x = 1',
      'class A {} class B extends A {} function f(A) { A.x = 1 }',
    ],
  },
]

const ORDER_ROWS: readonly GateRow[] = [
  {
    rule: 'defined-before-use',
    refused: [
      'f(); function f() {}',
      'var a = b + 1, b = 2',
      'b = 1; var b',
      // Through another function, an expression that is called at once, a callback, a table, a constructor.
      'a(); function b() {} function a() { c() } function c() {}',
      '(function () { f() })(); function f() {}',
      '(() => f())(); function f() {}',
      '[1].map(function () { return f() }); function f() {}',
      'function a() { b() } [1].forEach(a); function b() {}',
      'var t = { run: a }; function a() { b() } t.run(); function b() {}',
      'class A { constructor() { f() } } new A(); function f() {}',
      'function make() { return { run: function () { f() } } } var m = make(); m.run(); function f() {}',
      '(0, f)(); function f() {}',
      'f.call(1); function f() {}',
      // Classes.
      'new A(); class A {}',
      'class B extends A {} class A {}',
      'function make() { return new A() } make(); class A {}',
      // What TypeScript makes of namespace and enum.
      '(function (x) { x.a = 1 })(X || (X = {})); var X',
      // Inside a function, after its return, in a block.
      'function g() { return f(); function f() { return 1 } }',
      'function g() { f(); var f = function () {} }',
      'if (a) { f(); function f() {} }',
      // Declared where it may never be run.
      'function g(c) { if (c) { var x = 1 } return x }',
      'function g(c) { while (c) var x = 1; return x }',
      'switch (a) { case 1: var s = 1; case 2: f(s) }',
      'try { f() } catch (e) { var m = e } g(m)',
      'for (var i = 0; i < n; i++) { var q = i } f(q)',
    ],
    passes: [
      'function f() {} f()',
      'function a() { b() } function b() { a() } a()',
      'function a() { b() } setTimeout(a, 5); function b() {}',
      'setTimeout(function () { b() }, 5); function b() {}',
      'p.then(() => b()); function b() {}',
      'function a() { b() } var t = { run: a }; function b() {} t.run()',
      'class A { m() { return f() } } function f() {} new A().m()',
      'class A { m() { return new A() } } new A()',
      'var f = () => g(); function g() {} f()',
      'typeof x; var x = 1',
      'var a = 1; var a = a + 1',
      // A local name is not the outer one that terser gave the same letter.
      'function f() { var e = 1; return e } f(); function e() {}',
      'function f(e) { return e } f(1); function e() {}',
      '[1].map(function (e) { return e }); var e = 1',
      'try { f() } catch (e) { g(e) }',
      // Declared in a branch and used in it, or declared by one that always runs.
      'function g(c) { if (c) { var x = 1; f(x) } for (var i = 0; i < 3; i++) f(i); return i }',
      'if (c) { var x = 1; f(x) } else { var x = 2; f(x) }',
      'do { var x = f() } while (x); g(x)',
      'for (var x of a) f(x); g(x)',
      '{ var x = 1 } f(x)',
      'function g(a) { if (a) { var a = 1 } return a }',
      'var x; if (c) x = 1; f(x)',
      'var n = function k(i) { return i ? k(i - 1) : 7 }; n(3)',
    ],
  },
]

export const GATE_ROWS: readonly GateRow[] = [...SYNTAX_ROWS, ...LIBRARY_ROWS, ...CLASS_ROWS, ...ORDER_ROWS]
