/** A Node context made as poor as Espruino: what the interpreter lacks is taken away, so that a bundle that needs it fails here too. */
import { Script } from 'node:vm'

const GLOBALS = [
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'Symbol',
  'Proxy',
  'Reflect',
  'BigInt',
  'Intl',
  'RangeError',
  'encodeURIComponent',
  'SharedArrayBuffer',
  'Atomics',
]

const MEMBERS = {
  Array: ['from', 'of'],
  'Array.prototype': ['flat', 'flatMap', 'findLast', 'at', 'entries', 'keys', 'lastIndexOf', 'reduceRight'],
  Math: ['imul', 'clz32', 'trunc', 'log2', 'log10', 'hypot', 'cbrt', 'fround'],
  Number: ['isInteger', 'isFinite', 'isNaN', 'isSafeInteger', 'MAX_SAFE_INTEGER', 'EPSILON'],
  'Number.prototype': ['toPrecision', 'toExponential'],
  'String.prototype': ['codePointAt', 'matchAll', 'at', 'trimStart', 'search', 'localeCompare', 'normalize'],
  Object: ['is', 'hasOwn'],
  Promise: ['race', 'allSettled'],
}

/** Run first in every context; Math.random becomes a call to the board. */
export const withoutWhatEspruinoLacks = new Script(
  [
    ...GLOBALS.map((name) => `delete globalThis.${name}`),
    ...Object.entries(MEMBERS).flatMap(([owner, names]) => names.map((name) => `delete ${owner}.${name}`)),
    'Math.random = drawRandom',
    'delete globalThis.drawRandom',
  ].join('\n'),
)
