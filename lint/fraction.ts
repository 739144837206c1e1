/** Whether a number may have a fraction. TypeScript has one type for all numbers, so the expression itself is read: what it divides, which function of
 *  Math it calls, and, through names and calls, where it came from. A parameter or a field of which nothing is known counts as whole: the project
 *  works in integers, and a warning at every number would be read by nobody. */
import ts from 'typescript'
import { answersOf, bare, declarationOf, isFloatArray, isText } from './types.ts'
import { walk } from './rule.ts'

/** Whole whatever they are given. */
const WHOLE_OF_MATH = new Set(['floor', 'ceil', 'round', 'trunc', 'sign', 'imul', 'clz32'])
/** Whole when all they are given is. */
const SAME_OF_MATH = new Set(['abs', 'min', 'max'])
/** Answer fractions: of the language, of Espruino (seconds, 0 to 1) and of firmware/hal (a clock that "may carry a fraction"). */
const FRACTIONAL = new Set(['parseFloat', 'getFloat32', 'getFloat64', 'getTime', 'analogRead', 'nowMs'])

const BY_OPERANDS = new Set([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
])
const BY_EITHER = new Set([
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.QuestionQuestionToken,
])

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment

/** A walk through expressions that remembers where it has been: a variable may be computed from itself. */
class Search {
  private readonly seen = new Set<ts.Node>()

  constructor(private readonly checker: ts.TypeChecker) {}

  any(expressions: readonly ts.Expression[]): boolean {
    return expressions.some((each) => this.in(each))
  }

  in(expression: ts.Expression): boolean {
    const node = bare(expression)
    if (this.seen.has(node)) return false
    this.seen.add(node)
    if (ts.isNumericLiteral(node)) return Number(node.text) % 1 !== 0
    if (ts.isBinaryExpression(node)) return this.inBinary(node)
    if (ts.isPrefixUnaryExpression(node))
      return node.operator !== ts.SyntaxKind.TildeToken && this.in(node.operand)
    if (ts.isConditionalExpression(node)) return this.any([node.whenTrue, node.whenFalse])
    if (ts.isCallExpression(node)) return this.inCall(node)
    if (ts.isElementAccessExpression(node)) return isFloatArray(node.expression, this.checker)
    if (ts.isIdentifier(node)) return this.inDeclared(node)
    return ts.isPropertyAccessExpression(node) && this.inDeclared(node.name)
  }

  private inBinary(node: ts.BinaryExpression): boolean {
    const { left, right, operatorToken } = node
    if (operatorToken.kind === ts.SyntaxKind.SlashToken) return true
    if (isText(node, this.checker)) return false
    if (BY_OPERANDS.has(operatorToken.kind) || BY_EITHER.has(operatorToken.kind))
      return this.any([left, right])
    return operatorToken.kind === ts.SyntaxKind.CommaToken && this.in(right)
  }

  private inCall(call: ts.CallExpression): boolean {
    const callee = call.expression
    const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText()
    if (ts.isPropertyAccessExpression(callee) && callee.expression.getText() === 'Math')
      return SAME_OF_MATH.has(name) ? this.any(call.arguments) : !WHOLE_OF_MATH.has(name)
    if (FRACTIONAL.has(name)) return true
    const made = this.checker.getResolvedSignature(call)?.declaration
    return made !== undefined && this.any(answersOf(made))
  }

  /** What a name was given: at its declaration, and for a variable wherever it is assigned. */
  private inDeclared(name: ts.Identifier | ts.MemberName): boolean {
    const declared = declarationOf(name, this.checker)
    if (!declared || this.seen.has(declared)) return false
    this.seen.add(declared)
    if (ts.isPropertyAssignment(declared)) return this.in(declared.initializer)
    if (ts.isParameter(declared)) return this.isAssignedFraction(declared)
    if (!ts.isVariableDeclaration(declared)) return false
    if (declared.initializer && this.in(declared.initializer)) return true
    return !(ts.getCombinedNodeFlags(declared) & ts.NodeFlags.Const) && this.isAssignedFraction(declared)
  }

  private isAssignedFraction(declared: ts.Declaration): boolean {
    let found = false
    walk(declared.getSourceFile(), (node) => {
      if (found || !ts.isBinaryExpression(node) || !ts.isIdentifier(node.left)) return
      if (!isAssignment(node.operatorToken.kind)) return
      if (declarationOf(node.left, this.checker) !== declared) return
      found = node.operatorToken.kind === ts.SyntaxKind.SlashEqualsToken || this.in(node.right)
    })
    return found
  }
}

export const mayHaveFraction = (node: ts.Expression, checker: ts.TypeChecker): boolean =>
  new Search(checker).in(node)
