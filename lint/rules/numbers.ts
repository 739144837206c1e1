/** Numbers and the texts made of them, where Espruino answers something else than JavaScript. */
import ts from 'typescript'
import { mayHaveFraction } from '../fraction.ts'
import type { Rule } from '../rule.ts'
import { bare, isText, knownNumber, mayBeText, methodCall } from '../types.ts'

const TO_INT32_MAX = 2 ** 63
const BITWISE = new Set([
  ts.SyntaxKind.BarToken,
  ts.SyntaxKind.AmpersandToken,
  ts.SyntaxKind.CaretToken,
  ts.SyntaxKind.LessThanLessThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanToken,
  ts.SyntaxKind.GreaterThanGreaterThanGreaterThanToken,
])

/** `Number(x)`, and `Number` handed on as a function. */
function numbersText(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!ts.isIdentifier(node) || node.text !== 'Number' || !ts.isCallExpression(node.parent)) return false
  const call = node.parent
  if (call.expression !== node) return call.arguments.includes(node)
  return call.arguments[0] !== undefined && mayBeText(call.arguments[0], checker)
}

const isPrefix = (node: ts.Node, operator: ts.PrefixUnaryOperator): node is ts.PrefixUnaryExpression =>
  ts.isPrefixUnaryExpression(node) && node.operator === operator

/** The other side of a `+`. */
function addedTo(node: ts.Expression): ts.Expression | undefined {
  const sum = node.parent
  if (!ts.isBinaryExpression(sum)) return undefined
  const { left, right, operatorToken } = sum
  const joins = [ts.SyntaxKind.PlusToken, ts.SyntaxKind.PlusEqualsToken].includes(operatorToken.kind)
  return joins ? (left === node ? right : left) : undefined
}

/** The expression with the parentheses and type assertions around it. */
function wrapped(node: ts.Expression): ts.Expression {
  const outer = node.parent
  return ts.isExpression(outer) && bare(outer) === bare(node) ? wrapped(outer) : node
}

/** Whether `node.name(...)` is called on the very node, by one of the names. */
function isAsked(node: ts.Node, ...names: string[]): boolean {
  const call = node.parent.parent
  return ts.isPropertyAccessExpression(node.parent) && methodCall(call, ...names)?.object === node
}

/** Steps out of the literals a value stands in, to the one that is turned into text as a whole. */
function outermost(node: ts.Node): ts.Node {
  const outer = node.parent
  return ts.isPropertyAssignment(outer) ||
    ts.isObjectLiteralExpression(outer) ||
    ts.isArrayLiteralExpression(outer)
    ? outermost(outer)
    : node
}

/** Whether the program turns this very expression into text. */
function becomesText(node: ts.Expression, checker: ts.TypeChecker): boolean {
  const other = addedTo(node)
  if (other) return isText(other, checker)
  if (ts.isTemplateSpan(node.parent)) return true
  const whole = outermost(node)
  if (isAsked(node, 'toString', 'toLocaleString') || isAsked(whole, 'join')) return true
  if (!ts.isCallExpression(whole.parent)) return false
  const { expression, arguments: given } = whole.parent
  const called = expression.getText()
  return given[0] === whole && (called === 'JSON.stringify' || (called === 'String' && whole === node))
}

export const NUMBERS: readonly Rule[] = [
  {
    id: 'number-of-text',
    instead: 'use parseInt(text, 10): Number(text) and +text read a leading 0 as octal, and spaces as NaN',
    detects: (node, checker) =>
      numbersText(node, checker) ||
      (isPrefix(node, ts.SyntaxKind.PlusToken) && mayBeText(node.operand, checker)),
  },
  {
    id: 'float-to-text',
    instead:
      'scale it to an integer first (value * 100 | 0): a fraction becomes about 11 digits here, padded or cut',
    detects: (node, checker) =>
      ts.isExpression(node) &&
      node === bare(node) &&
      !ts.isStringLiteralLike(node) &&
      becomesText(wrapped(node), checker) &&
      mayHaveFraction(node, checker),
  },
  {
    id: 'large-to-int',
    instead: 'stay below 2^63, better 2^53: |0, >>> 0 and the other bit operators answer 0 for more',
    detects: (node, checker) => {
      const operands =
        ts.isBinaryExpression(node) && BITWISE.has(node.operatorToken.kind)
          ? [node.left, node.right]
          : isPrefix(node, ts.SyntaxKind.TildeToken)
            ? [node.operand]
            : []
      return operands.some((each) => Math.abs(knownNumber(each, checker) ?? 0) >= TO_INT32_MAX)
    },
  },
  {
    id: 'negative-zero',
    instead: 'write 0, and keep the sign beside the number: there is no -0 here',
    detects: (node, checker) =>
      isPrefix(node, ts.SyntaxKind.MinusToken) && knownNumber(node.operand, checker) === 0,
  },
]
