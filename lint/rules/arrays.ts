/** Arrays, typed and plain, where Espruino answers something else than JavaScript. */
import ts from 'typescript'
import { walk, type Rule } from '../rule.ts'
import { bare, functionOf, isBuffer, isOnlyArray, isTypedArray, knownNumber, methodCall } from '../types.ts'

/** Bytes an element, where they are more than one. */
const ELEMENT_BYTES: Record<string, number> = {
  Int16Array: 2,
  Uint16Array: 2,
  Int32Array: 4,
  Uint32Array: 4,
  Float32Array: 4,
  Float64Array: 8,
}

/** Bytes an element of the typed array has, undefined when that is not known. */
function elementBytes(array: ts.Expression, checker: ts.TypeChecker): number | undefined {
  return ELEMENT_BYTES[checker.getTypeAtLocation(array).getSymbol()?.name ?? '']
}

/** Whether a byte offset is surely a multiple of `bytes`: a known number, a product with one, the offset of a view of such elements, or sums. */
function isMultiple(offset: ts.Expression, bytes: number, checker: ts.TypeChecker): boolean {
  const node = bare(offset)
  const known = knownNumber(node, checker)
  if (known !== undefined) return known % bytes === 0
  if (ts.isPropertyAccessExpression(node))
    return node.name.text === 'byteOffset' && (elementBytes(node.expression, checker) ?? 1) % bytes === 0
  if (!ts.isBinaryExpression(node)) return false
  const { left, right, operatorToken } = node
  const sides = [left, right].map((side) => isMultiple(side, bytes, checker))
  if (operatorToken.kind === ts.SyntaxKind.AsteriskToken) return sides.includes(true)
  const sums = [ts.SyntaxKind.PlusToken, ts.SyntaxKind.MinusToken].includes(operatorToken.kind)
  return sums && !sides.includes(false)
}

const WALKS = ['forEach', 'map', 'filter', 'some', 'every', 'find', 'findIndex', 'reduce']

/** Whether a function's body makes `array` longer. */
function grows(array: ts.Expression, made: ts.FunctionLikeDeclaration): boolean {
  let found = false
  walk(made, (node) => {
    const call = methodCall(node, 'push', 'unshift', 'splice')
    if (call && bare(call.object).getText() === bare(array).getText()) found = true
  })
  return found
}

export const ARRAYS: readonly Rule[] = [
  {
    id: 'typed-slice',
    instead:
      'use subarray, or set into a new typed array: slice and filter of a typed array give a plain array here',
    detects: (node, checker) =>
      ts.isPropertyAccessExpression(node) &&
      ((['slice', 'filter'].includes(node.name.text) && isTypedArray(node.expression, checker)) ||
        (node.name.text === 'slice' && isBuffer(node.expression, checker))),
  },
  {
    id: 'typed-concat',
    instead:
      'copy with a loop or set: [].concat(typed), and [...typed] which becomes it, add the whole array as one element',
    detects: (node, checker) =>
      (ts.isSpreadElement(node) &&
        ts.isArrayLiteralExpression(node.parent) &&
        !isOnlyArray(node.expression, checker)) ||
      (methodCall(node, 'concat')?.given.some((each) => isTypedArray(each, checker)) ?? false),
  },
  {
    id: 'push-in-for-each',
    instead: 'collect into a second array: forEach, map and the like go on to what is pushed meanwhile',
    detects: (node, checker) => {
      const call = methodCall(node, ...WALKS)
      const made = call?.given[0] && functionOf(call.given[0], checker)
      return call !== undefined && made !== undefined && grows(call.object, made)
    },
  },
  {
    id: 'misaligned-view',
    instead:
      'begin at a multiple of the element, or set the bytes into a new array: a misaligned view is not refused here',
    detects: (node, checker) => {
      if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression)) return false
      const bytes = ELEMENT_BYTES[node.expression.text]
      const offset = node.arguments?.[1]
      return bytes !== undefined && offset !== undefined && !isMultiple(offset, bytes, checker)
    },
  },
]
