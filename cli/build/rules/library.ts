/** Names of the language's library that Espruino does not have, or that answer something else there. */
import type { AnyNode } from 'acorn'
import { dotted, globalName, memberName, parent, type Found, type Rule } from './rule.ts'
import { valuesOf } from './scope.ts'
import { isFunction } from './tree.ts'

const words = (text: string): Set<string> => new Set(text.split(' '))

const GLOBALS = words(
  'Map Set WeakMap WeakSet WeakRef FinalizationRegistry Symbol Proxy Reflect BigInt BigInt64Array BigUint64Array SharedArrayBuffer Atomics WebAssembly Intl ' +
    'RangeError EvalError URIError AggregateError TextEncoder TextDecoder structuredClone queueMicrotask setImmediate clearImmediate performance ' +
    'fetch URL URLSearchParams AbortController Event EventTarget Blob Buffer crypto escape unescape encodeURI decodeURI',
)
const STATICS = words(
  'Promise.race Promise.allSettled Promise.any Array.from Array.of Math.imul Math.clz32 Math.trunc Math.log2 Math.log10 Math.log1p Math.expm1 Math.hypot ' +
    'Math.cbrt Math.fround Math.sinh Math.cosh Math.tanh Math.asinh Math.acosh Math.atanh Number.isInteger Number.isFinite Number.isNaN ' +
    'Number.isSafeInteger Number.parseInt Number.parseFloat Number.MAX_SAFE_INTEGER Number.MIN_SAFE_INTEGER Number.EPSILON Object.is Object.hasOwn ' +
    'Object.isFrozen Object.isSealed Object.isExtensible Object.getOwnPropertySymbols Date.UTC String.raw String.fromCodePoint ArrayBuffer.isView ' +
    'Error.captureStackTrace',
)
const TYPED_STATIC = /^(U?[iI]nt\d+(Clamped)?|Float\d+)Array\.(from|of)$/
const METHODS = words(
  'finally flat flatMap findLast findLastIndex at with lastIndexOf reduceRight copyWithin toReversed toSorted toSpliced codePointAt matchAll trimStart ' +
    'trimEnd trimLeft trimRight search localeCompare normalize isWellFormed toWellFormed toPrecision toExponential toLocaleString toLocaleUpperCase ' +
    'toLocaleLowerCase toLocaleDateString toLocaleTimeString toDateString toTimeString isPrototypeOf propertyIsEnumerable getBigInt64 setBigInt64 ' +
    'getBigUint64 setBigUint64 setUTCFullYear setUTCMonth setUTCDate setUTCHours setUTCMinutes setUTCSeconds setUTCMilliseconds',
)
/** Of arrays and Maps: `Object.keys(x)` is fine, `x.keys()` is not there. */
const ITERATORS = words('entries keys values')
const BUILTINS =
  /^(Object|Function|Array|String|Number|Boolean|Date|RegExp|Promise|Error|TypeError|SyntaxError|ArrayBuffer|DataView|U?[iI]nt\d+(Clamped)?Array|Float\d+Array)$/

const called = ({ node }: Found): AnyNode | undefined =>
  node.type === 'CallExpression' ? node.callee : undefined
const calls = (found: Found, ...names: string[]): boolean =>
  names.includes(called(found) ? (dotted(called(found)!) ?? '') : '')
const callsMethod = (found: Found, name: string): boolean =>
  called(found) !== undefined && memberName(called(found)!) === name
const argumentsOf = ({ node }: Found): readonly AnyNode[] =>
  node.type === 'CallExpression' || node.type === 'NewExpression' ? node.arguments : []

const isName = (node: AnyNode | null | undefined, pattern: RegExp): boolean =>
  node?.type === 'Identifier' && pattern.test(node.name)

/** Name of the method that is called, also by `x.name.call(y)`. */
function methodCalled(found: Found): { name: string; of: AnyNode } | undefined {
  let callee = called(found)
  if (callee?.type === 'MemberExpression' && /^(call|apply|bind)$/.test(memberName(callee) ?? ''))
    callee = callee.object
  const name = callee && memberName(callee)
  return name !== undefined && callee?.type === 'MemberExpression' ? { name, of: callee.object } : undefined
}

/** `(a, b) => a - b` or the other way round: what it takes for equal is equal. */
function subtractsParameters(node: AnyNode): boolean {
  if (!isFunction(node) || node.params.length !== 2) return false
  const last = node.body.type === 'BlockStatement' ? node.body.body[0] : node.body
  const value = last?.type === 'ReturnStatement' ? last.argument : last
  if (value?.type !== 'BinaryExpression' || value.operator !== '-') return false
  const names = node.params.map((each) => (each.type === 'Identifier' ? each.name : ''))
  return [value.left, value.right].every((side) => side.type === 'Identifier' && names.includes(side.name))
}

/** A comparison may take different elements for equal; only then does it show that sort is not stable. */
function sortsUnstably(found: Found): boolean {
  const [compare] = argumentsOf(found)
  if (!callsMethod(found, 'sort') || !compare) return false
  const meant = compare.type === 'Identifier' ? valuesOf(compare.name, found.around) : [compare]
  return meant.length !== 1 || !subtractsParameters(meant[0]!)
}

const isTypeofOperand = (found: Found): boolean => {
  const outer = parent(found)
  return outer?.type === 'UnaryExpression' && outer.operator === 'typeof'
}

export const LIBRARY: readonly Rule[] = [
  {
    id: 'missing-global',
    instead: 'use plain objects, arrays and integers',
    detects: (found) => GLOBALS.has(globalName(found) ?? '') && !isTypeofOperand(found),
  },
  {
    id: 'missing-static',
    instead: 'write it out with |0, >>> 0, %, loops and ==',
    detects: ({ node }) => STATICS.has(dotted(node) ?? '') || TYPED_STATIC.test(dotted(node) ?? ''),
  },
  {
    id: 'missing-method',
    instead: 'use a loop, indexOf or charCodeAt; a method of your own needs another name',
    detects: (found) => {
      const method = methodCalled(found)
      if (!method) return false
      return METHODS.has(method.name) || (ITERATORS.has(method.name) && !isName(method.of, /^Object$/))
    },
  },
  {
    id: 'bytes-per-element',
    instead: 'write the number',
    detects: ({ node }) => memberName(node) === 'BYTES_PER_ELEMENT',
  },
  {
    id: 'builtin-prototype',
    instead: 'call the method on a value: native methods are not on the visible prototype',
    detects: ({ node }) =>
      node.type === 'MemberExpression' && memberName(node) === 'prototype' && isName(node.object, BUILTINS),
  },
  {
    id: 'instanceof-builtin',
    instead: 'compare typeof or a field of your own: a TypeError is no Error here, and 5 is a Number',
    detects: ({ node }) =>
      node.type === 'BinaryExpression' &&
      node.operator === 'instanceof' &&
      isName(node.right, /^(Error|Number|String)$/),
  },
  {
    id: 'object-integrity',
    instead:
      'trust readonly, and private in place of #names: freeze does nothing, defineProperty hides nothing and can wipe a prototype',
    detects: ({ node }) =>
      /^Object\.(freeze|seal|preventExtensions|defineProperty|defineProperties)$/.test(dotted(node) ?? ''),
  },
  {
    id: 'aes-mode',
    instead: 'use ECB block by block: CTR ignores its iv',
    detects: ({ node }) =>
      (node.type === 'Literal' && node.value === 'CTR') ||
      (node.type === 'TemplateElement' && node.value.raw === 'CTR'),
  },
  {
    id: 'round-half',
    instead: 'use Math.floor(x + 0.5): Math.round(-1.5) is -2 here, and toFixed rounds otherwise',
    detects: (found) => calls(found, 'Math.round') || callsMethod(found, 'toFixed'),
  },
  {
    id: 'clamped-array',
    instead: 'clamp by hand into a Uint8Array',
    detects: (found) => globalName(found) === 'Uint8ClampedArray',
  },
  {
    id: 'ignored-argument',
    instead:
      'do it yourself: the limit of split and the replacer of JSON.stringify are ignored, and its space is another',
    detects: (found) =>
      argumentsOf(found).length > 1 && (callsMethod(found, 'split') || calls(found, 'JSON.stringify')),
  },
  {
    id: 'json-parse',
    instead: 'read a record by a layout: JSON.parse takes malformed text here',
    detects: (found) => calls(found, 'JSON.parse'),
  },
  {
    id: 'uri-encoding',
    instead: 'keep addresses ASCII: encodeURIComponent is wrong for other characters',
    detects: (found) => /^(en|de)codeURIComponent$/.test(globalName(found) ?? ''),
  },
  {
    id: 'wide-character',
    instead: 'keep texts at the gateway: a character is a byte',
    detects: (found) =>
      calls(found, 'String.fromCharCode') &&
      argumentsOf(found).some(
        (each) => each.type === 'Literal' && typeof each.value === 'number' && each.value > 255,
      ),
  },
  {
    id: 'sparse-array',
    instead: 'fill it with a loop: map over new Array(n) gives an empty array',
    detects: (found) => {
      const method = methodCalled(found)
      if (method?.name !== 'map') return false
      return (
        (method.of.type === 'NewExpression' || method.of.type === 'CallExpression') &&
        isName(method.of.callee, /^Array$/)
      )
    },
  },
  {
    id: 'set-interval',
    instead: 'set one timer after the other: an error in an interval is logged and the interval goes on',
    detects: (found) => globalName(found) === 'setInterval',
  },
  {
    id: 'unstable-sort',
    instead:
      'compare by (a, b) => a - b, or sort by insertion: elements that compare as equal change places here',
    detects: sortsUnstably,
  },
  {
    id: 'eval',
    instead: 'import it: eval and new Function parse into RAM',
    detects: (found) =>
      globalName(found) === 'eval' ||
      ((found.node.type === 'CallExpression' || found.node.type === 'NewExpression') &&
        isName(found.node.callee, /^Function$/)),
  },
]
