/** Code for each rule: what it refuses, always on its last line, and what it lets pass. */
interface Row {
  readonly refused: readonly string[]
  readonly passes: readonly string[]
}

export const ROWS: Record<string, Row> = {
  'typed-slice': {
    refused: [
      'bytes.slice(1)',
      'new Int32Array(4).filter((each) => each > 0)',
      'bytes.buffer.slice(2)',
      'export const f = (either: number[] | Uint8Array) => either.slice(1)',
      'export function g<T extends Uint8Array>(typed: T) {\n return typed.slice(1) }',
    ],
    passes: ['bytes.subarray(1, 3)', 'list.slice(1)', 'text.slice(1)', 'list.filter((each) => each > 0)'],
  },
  'typed-concat': {
    refused: [
      '([] as (number | Uint8Array)[]).concat(bytes)',
      '[0].concat([1], bytes)',
      'export const a = [...bytes]',
      'export const a = [0, ...text]',
    ],
    passes: ['list.concat([1], list)', '[...list, 1]', 'Math.max(...bytes)', "text.concat('a')"],
  },
  'push-in-for-each': {
    refused: [
      'list.forEach((each) => { if (each > 1) list.push(each) })',
      'rows.map((row) => rows.unshift(row))',
      'function add() { list.push(1) }\nlist.forEach(add)',
    ],
    passes: [
      'const more: number[] = []; list.forEach((each) => more.push(each))',
      'for (let i = 0; i < 3; i++) list.push(i)',
    ],
  },
  'misaligned-view': {
    refused: [
      'new Int32Array(bytes.buffer, 2)',
      'new Uint16Array(bytes.buffer, count)',
      'new Float64Array(bytes.buffer, bytes.byteOffset, 1)',
      'const HEAD = 5\nnew Uint16Array(bytes.buffer, HEAD)',
      'new Int32Array(bytes.buffer, 4 + count)',
      'new Int32Array(bytes.buffer, new Uint16Array(4).byteOffset)',
    ],
    passes: [
      'new Int32Array(bytes.buffer)',
      'new Int32Array(bytes.buffer, 8)',
      'const WORDS = 4; new Uint16Array(bytes.buffer, WORDS * 2)',
      'new Uint8Array(bytes.buffer, count)',
      'new DataView(bytes.buffer, count)',
      'const words = new Uint32Array(9); new Int32Array(words.buffer, words.byteOffset + count * 4 + 8)',
    ],
  },
  'number-of-text': {
    refused: [
      'Number(text)',
      'Number(unknownValue)',
      '+text',
      "'1,2'.split(',').map(Number)",
      'export const f = (either: number | string) => Number(either)',
    ],
    passes: ['parseInt(text, 10)', 'Number(count > 1)', '+count', 'list.map((each) => each | 0)'],
  },
  'float-to-text': {
    refused: [
      'export const a = `${count / 3}`',
      "export const a = 'at ' + (count / 3)",
      "export const a = count * 0.5 + ' m'",
      "export let a = ''\na += Math.sqrt(count)",
      'String(parseFloat(text))',
      '(count / 10).toString()',
      'JSON.stringify({ rows: [{ value: count / 3 }] })',
      "export const a = [count / 3, 1].join(',')",
      'const third = count / 3\nexport const a = `${third}`',
      'let sum = 0; sum = sum + 0.1\nexport const a = `${sum}`',
      'let half = count; half /= 2\nexport const a = `${half}`',
      'function third(of: number) { return of / 3 }\nexport const a = `${third(count)}`',
      'export const a = `${clock.nowMs()} ms`',
      'export const a = `${count > 1 ? count / 2 : 0}`',
      'export const a = `${Math.max(count, 0.5)}`',
      'const SCALE = { half: 0.5 }\nexport const a = `${SCALE.half}`',
      'const floats = new Float32Array(2)\nexport const a = `${floats[0]}`',
    ],
    passes: [
      'export const a = `${(count / 3) | 0}`',
      'export const a = `${Math.floor(count / 3)} and ${count} and ${count % 7} and ${-count * 3}`',
      "export const a = 'at ' + ((count / 3) >>> 0)",
      'const third = count / 3; export const a = `${third > 1}`; export const b = third + 1',
      'String(count)',
      "export const a = list.join(',') + list.map((each) => each & 15).join()",
      '(count & 255).toString(16)',
      'JSON.stringify({ value: count })',
      'export const a = `${text} ${Math.abs(count)}`',
      'let rest = count; rest = rest - 1; export const a = `${rest}`',
    ],
  },
  'large-to-int': {
    refused: [
      '1e20 | 0',
      '~1e20',
      'const FAR = 1e10\nexport const a = (FAR * 1e10) >>> 0',
      '(2 ** 64) & 255',
      '-1e19 >> 1',
    ],
    passes: ['(count * 1e9) | 0', '2 ** 52 | 0', '1e18 >>> 0', 'count | 0'],
  },
  'negative-zero': {
    refused: ['export const a = -0', 'export const a = -0.0', 'export const a = -(0)'],
    passes: ['export const a = -1', 'export const a = -count', 'export const a = 0'],
  },
  'line-break': {
    refused: [
      'export function f() {\n return\n count }',
      'export let n = 1\ncount\n++n',
      'export let n = 1\n--n',
    ],
    passes: [
      'export function f() {\n return count\n}',
      'export function f() {\n if (count) return\n clock.nowMs() }',
      'export let n = 1; ++n',
      'export let n = 1\nif (count) { n = 2 }\n++n',
      'export let n = 1\nn++',
    ],
  },
  'text-key': {
    refused: [
      'const row: Record<string, number> = { a: 1 }\nexport const a = row[text]',
      "const row = { a: 1 }\nexport const a = row['a']",
      "export function f<K extends 'a' | 'b'>(row: Record<K, number>, key: K) {\n return row[key] }",
    ],
    passes: ['list[count]', 'text[0]', 'bytes[count & 3]', 'const row = { a: 1 }; export const a = row.a'],
  },
  'function-name': {
    refused: ['export function f() {}\nf.name', 'class A {}\nA.name', '(() => 1).name'],
    passes: [
      'const row = { name: text }; export const a = row.name',
      "class A { static name = 'a' } export const a = A.name",
    ],
  },
}
