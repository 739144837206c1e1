/** What only the source shows, because the build rewrites it: line breaks, the names of functions and of properties. */
import ts from 'typescript'
import type { Rule } from '../rule.ts'
import { mayBeText } from '../types.ts'

const STEPS: ts.SyntaxKind[] = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken]

/** The statement before, in the same block. */
function previous(node: ts.Node): ts.Node | undefined {
  const { statements } = node.parent as { statements?: readonly ts.Node[] }
  const at = statements?.indexOf(node) ?? -1
  return at > 0 ? statements![at - 1] : undefined
}

/** An expression on the line after a bare `return`, or one that begins with ++ or -- after a statement without a semicolon. */
function isTakenAlong(node: ts.Node): boolean {
  const before = ts.isExpressionStatement(node) ? previous(node) : undefined
  if (!before || !ts.isExpressionStatement(node) || before.getText().endsWith(';')) return false
  if (ts.isReturnStatement(before)) return !before.expression
  const steps = ts.isPrefixUnaryExpression(node.expression) && STEPS.includes(node.expression.operator)
  return steps && (ts.isExpressionStatement(before) || ts.isVariableStatement(before))
}

/** `name` as every function has it, not a static property of a class's own. */
function isFunctionName(node: ts.Node, checker: ts.TypeChecker): boolean {
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== 'name') return false
  const owner = checker.getSymbolAtLocation(node.name)?.declarations?.[0]?.parent
  return owner !== undefined && ts.isInterfaceDeclaration(owner) && owner.name.text === 'Function'
}

/** `object[key]` where the key may be a text: in the bundle the properties of our own objects have other names. */
function isReadByText(node: ts.Node, checker: ts.TypeChecker): boolean {
  return ts.isElementAccessExpression(node) && mayBeText(node.argumentExpression, checker)
}

export const SOURCE: readonly Rule[] = [
  {
    id: 'line-break',
    instead: 'write `return value` on one line and `n += 1` for ++n: a line break ends no statement here',
    detects: isTakenAlong,
  },
  {
    id: 'function-name',
    instead: 'keep the name in a property of your own: functions and classes have none here',
    detects: isFunctionName,
  },
  {
    id: 'text-key',
    instead:
      'write object.name, or number the rows: the build shortens the names of properties, and a text keeps the long one',
    detects: isReadByText,
  },
]
