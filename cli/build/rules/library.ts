/** Names of the language's library that Espruino does not have, or that answer something else there. */
import type { AnyNode } from 'acorn'
import { dotted, memberName, type Found, type Rule } from './rule.ts'

const GLOBALS = new Set(
  (
    'Map Set WeakMap WeakSet WeakRef Symbol Proxy Reflect BigInt BigInt64Array BigUint64Array Intl TextEncoder TextDecoder structuredClone ' +
    'queueMicrotask setImmediate performance RangeError'
  ).split(' '),
)
const STATICS = new Set(
  (
    'Promise.race Promise.allSettled Promise.any Array.from Array.of Math.imul Math.clz32 Math.trunc Math.log2 Math.log10 Math.hypot Math.cbrt ' +
    'Math.fround Number.isInteger Number.isFinite Number.isNaN Number.isSafeInteger Number.MAX_SAFE_INTEGER Number.MIN_SAFE_INTEGER Number.EPSILON ' +
    'Object.is Object.hasOwn Date.UTC String.raw'
  ).split(' '),
)
const METHODS = new Set(
  (
    'finally flat flatMap findLast findLastIndex at lastIndexOf reduceRight copyWithin codePointAt matchAll trimStart trimEnd search ' +
    'localeCompare normalize toPrecision toExponential'
  ).split(' '),
)
/** Of arrays and Maps: `Object.keys(x)` is fine, `x.keys()` is not there. */
const ITERATORS = new Set(['entries', 'keys', 'values'])
const BUILTINS = /^(Object|Function|Array|String|Number|Boolean|Date|RegExp|Promise|Error|TypeError|SyntaxError|ArrayBuffer|DataView|U?[iI]nt\d+(Clamped)?Array|Float\d+Array)$/

const called = ({ node }: Found): AnyNode | undefined => (node.type === 'CallExpression' ? node.callee : undefined)
const calls = (found: Found, ...names: string[]): boolean => names.includes(called(found) ? (dotted(called(found)!) ?? '') : '')
const callsMethod = (found: Found, name: string): boolean => called(found) !== undefined && memberName(called(found)!) === name
const argumentsOf = ({ node }: Found): readonly AnyNode[] =>
  node.type === 'CallExpression' || node.type === 'NewExpression' ? node.arguments : []

/** A name that is read, not the name of a property. */
function isRead({ node, around }: Found): boolean {
  const outer = around[around.length - 2]
  if (node.type !== 'Identifier') return false
  if (outer?.type === 'MemberExpression') return outer.object === node || outer.computed
  return !(outer?.type === 'Property' && outer.key === node) && outer?.type !== 'MethodDefinition'
}

const isName = (node: AnyNode | null | undefined, pattern: RegExp): boolean => node?.type === 'Identifier' && pattern.test(node.name)

export const LIBRARY: readonly Rule[] = [
  {
    id: 'missing-global',
    instead: 'use plain objects, arrays and integers',
    detects: (found) => found.node.type === 'Identifier' && isRead(found) && GLOBALS.has(found.node.name),
  },
  {
    id: 'missing-static',
    instead: 'write it out with |0, >>> 0, %, loops and ==',
    detects: ({ node }) => STATICS.has(dotted(node) ?? ''),
  },
  {
    id: 'missing-method',
    instead: 'use a loop, indexOf or charCodeAt',
    detects: (found) => {
      const callee = called(found)
      const name = callee && memberName(callee)
      if (!name || !callee || callee.type !== 'MemberExpression') return false
      return METHODS.has(name) || (ITERATORS.has(name) && !isName(callee.object, /^Object$/))
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
    detects: ({ node }) => node.type === 'MemberExpression' && memberName(node) === 'prototype' && isName(node.object, BUILTINS),
  },
  {
    id: 'extends-builtin',
    instead: 'hold the object in a property',
    detects: ({ node }) => (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') && isName(node.superClass, BUILTINS),
  },
  {
    id: 'instanceof-builtin',
    instead: 'compare typeof or a field of your own: TypeError is no Error here, and 5 is a Number',
    detects: ({ node }) => node.type === 'BinaryExpression' && node.operator === 'instanceof' && isName(node.right, BUILTINS),
  },
  {
    id: 'object-integrity',
    instead: 'trust readonly types: freeze does nothing, and defineProperty can wipe a prototype',
    detects: ({ node }) => /^Object\.(freeze|seal|preventExtensions|defineProperty|defineProperties)$/.test(dotted(node) ?? ''),
  },
  {
    id: 'aes-mode',
    instead: 'use ECB block by block: CTR ignores its iv',
    detects: ({ node }) => node.type === 'Literal' && node.value === 'CTR',
  },
  {
    id: 'round-half',
    instead: 'use Math.floor(x + 0.5): Math.round(-1.5) is -2 here, and toFixed rounds otherwise',
    detects: (found) => calls(found, 'Math.round') || callsMethod(found, 'toFixed'),
  },
  {
    id: 'clamped-array',
    instead: 'clamp by hand into a Uint8Array',
    detects: ({ node }) => isName(node, /^Uint8ClampedArray$/),
  },
  {
    id: 'ignored-argument',
    instead: 'do it yourself: the second argument of split, JSON.parse and JSON.stringify is ignored',
    detects: (found) =>
      argumentsOf(found).length > 1 && (callsMethod(found, 'split') || calls(found, 'JSON.parse', 'JSON.stringify')),
  },
  {
    id: 'json-parse',
    instead: 'read a record by a layout: JSON.parse takes malformed text here',
    detects: (found) => calls(found, 'JSON.parse'),
  },
  {
    id: 'uri-encoding',
    instead: 'keep addresses ASCII: encodeURIComponent is wrong for other characters',
    detects: ({ node }) => isName(node, /^(en|de)codeURI(Component)?$/),
  },
  {
    id: 'wide-character',
    instead: 'keep texts at the gateway: a character is a byte',
    detects: (found) =>
      calls(found, 'String.fromCharCode') &&
      argumentsOf(found).some((each) => each.type === 'Literal' && typeof each.value === 'number' && each.value > 255),
  },
  {
    id: 'sparse-array',
    instead: 'fill it with a loop: map over new Array(n) gives an empty array',
    detects: (found) => {
      const callee = called(found)
      if (callee?.type !== 'MemberExpression' || !['map', 'forEach', 'filter', 'fill'].includes(memberName(callee) ?? '')) return false
      return (callee.object.type === 'NewExpression' || callee.object.type === 'CallExpression') && isName(callee.object.callee, /^Array$/)
    },
  },
  {
    id: 'set-interval',
    instead: 'set one timer after the other: an error in an interval is logged and the interval goes on',
    detects: ({ node }) => isName(node, /^setInterval$/),
  },
  {
    id: 'eval',
    instead: 'import it: eval and new Function parse into RAM',
    detects: ({ node }) =>
      (node.type === 'CallExpression' && isName(node.callee, /^(eval|Function|RegExp)$/)) ||
      (node.type === 'NewExpression' && isName(node.callee, /^(Function|RegExp)$/)),
  },
]
