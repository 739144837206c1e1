/** Size and names: when a file or a function grows too long, a noun is missing. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { files, room, ROOT, text } from './tree.ts'

const FILE_LINES_MAX = 300
const FUNCTION_LINES_MAX = 70
const FUNCTION_LINES_MEDIAN_MAX = 15
const BANNED_NAMES = /(^|[/.\-_])(utils?|helpers?|common|misc|shared|stuff|manager)([/.\-_]|$)/i

const sources = files(/\.(ts|tsx|mjs)$/)
const lineCount = (path: string): number => text(path).split('\n').length - 1

/** A file of rows and nothing else: it may be as long as it has facts. */
const isPureTable = (path: string): boolean => functions(path).length === 0

interface FunctionSpan {
  path: string
  line: number
  lines: number
}

function functions(path: string): FunctionSpan[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(join(ROOT, path), 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
  )
  const found: FunctionSpan[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const from = source.getLineAndCharacterOfPosition(node.getStart()).line
      const to = source.getLineAndCharacterOfPosition(node.end).line
      found.push({ path, line: from + 1, lines: to - from + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

test('no file is longer than 300 lines unless it is a pure table', () => {
  const long = sources
    .filter((path) => lineCount(path) > FILE_LINES_MAX && !isPureTable(path))
    .map((path) => `${path} has ${lineCount(path)} lines: name the missing noun and give it a file`)
  expect(long).toEqual([])
})

test('no function is longer than 70 lines', () => {
  const long = sources
    .filter((path) => room(path) !== 'test')
    .flatMap(functions)
    .filter((span) => span.lines > FUNCTION_LINES_MAX)
    .map(
      (span) =>
        `${span.path}:${span.line} has ${span.lines} lines: keep the decisions, move the work into children`,
    )
  expect(long).toEqual([])
})

test('the typical function is short', () => {
  const lengths = sources
    .filter((path) => room(path) !== 'test')
    .flatMap(functions)
    .map((span) => span.lines)
    .sort((a, b) => a - b)
  expect(lengths[lengths.length >> 1]).toBeLessThan(FUNCTION_LINES_MEDIAN_MAX)
})

test('no file is called by a word that says nothing', () => {
  const wrong = sources
    .filter((path) => BANNED_NAMES.test(path))
    .map((path) => `${path}: its home is the noun it takes as first argument`)
  expect(wrong).toEqual([])
})

test('every source begins with what it is', () => {
  const wrong = sources
    .filter((path) => !/^(#!.*\n)?(\/\/ @ts-check\n)?\/\*\*/.test(text(path)))
    .map((path) => `${path}: begin with a /** line that can stand alone in a list of files */`)
  expect(wrong).toEqual([])
})

test('nothing is marked unfinished', () => {
  const marks = /\b(it|test|describe)\.(only|todo|fails)\b|\bTODO\b|\bFIXME\b|\bXXX\b/
  const wrong = sources.filter((path) => path !== 'test/tidy/shape.test.ts' && marks.test(text(path)))
  expect(wrong).toEqual([])
})

test('no path of a machine and no registry stands in the tree', () => {
  const machine = new RegExp(['/ho' + 'me/', '/ro' + 'ot/', '/wo' + 'rk/', 'registry\\.np' + 'mjs'].join('|'))
  const wrong = files(/\.(ts|tsx|mjs|js|json|md|html|css|sh)$|^\.ci\/run$/).filter((path) =>
    machine.test(text(path)),
  )
  expect(wrong).toEqual([])
})
