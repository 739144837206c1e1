/** Questions to TypeScript about an expression: is it a text, a typed array, a known number, and where was it declared. */
import ts from 'typescript'

const TYPED_ARRAY = /^((Big)?(Int|Uint)\d+(Clamped)?|Float\d+)Array$/

/** The members of a union, or the type itself; a type parameter counts as what it extends. */
function parts(type: ts.Type, checker: ts.TypeChecker): ts.Type[] {
  const known = checker.getBaseConstraintOfType(type) ?? type
  return known.isUnion() ? known.types : [known]
}

const some = (node: ts.Node, checker: ts.TypeChecker, is: (type: ts.Type) => boolean): boolean =>
  parts(checker.getTypeAtLocation(node), checker).some(is)

const nameOf = (type: ts.Type): string => type.getSymbol()?.name ?? ''

/** May be a typed array; the buffer under one is asked for apart. */
export const isTypedArray = (node: ts.Node, checker: ts.TypeChecker): boolean =>
  some(node, checker, (type) => TYPED_ARRAY.test(nameOf(type)))

export const isBuffer = (node: ts.Node, checker: ts.TypeChecker): boolean =>
  some(node, checker, (type) => /^(Shared)?ArrayBuffer$/.test(nameOf(type)))

export const isFloatArray = (node: ts.Node, checker: ts.TypeChecker): boolean =>
  some(node, checker, (type) => /^Float\d+Array$/.test(nameOf(type)))

/** An array or a tuple of the language and nothing else: no text, no typed array. */
export const isOnlyArray = (node: ts.Node, checker: ts.TypeChecker): boolean =>
  parts(checker.getTypeAtLocation(node), checker).every(
    (type) => checker.isArrayType(type) || checker.isTupleType(type),
  )

export const isText = (node: ts.Node, checker: ts.TypeChecker): boolean =>
  some(node, checker, (type) => (type.flags & ts.TypeFlags.StringLike) !== 0)

/** Text, or a value nobody knows anything about. */
export const mayBeText = (node: ts.Node, checker: ts.TypeChecker): boolean =>
  some(
    node,
    checker,
    (type) => (type.flags & (ts.TypeFlags.StringLike | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0,
  )

/** `object.name(...)`: the object and the call's arguments when the call is of one of the names. */
export function methodCall(
  node: ts.Node,
  ...names: string[]
): { object: ts.Expression; name: string; given: readonly ts.Expression[] } | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  const { expression: object, name } = node.expression
  return names.includes(name.text) ? { object, name: name.text, given: node.arguments } : undefined
}

/** Without parentheses, `as`, `!` and `satisfies`. */
export function bare(node: ts.Expression): ts.Expression {
  const wraps =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node)
  return wraps ? bare(node.expression) : node
}

/** Where the name or property was declared, through imports. */
export function declarationOf(node: ts.Node, checker: ts.TypeChecker): ts.Declaration | undefined {
  const symbol = checker.getSymbolAtLocation(node)
  if (!symbol) return undefined
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return target.valueDeclaration
}

/** The function that an expression is or names. */
export function functionOf(
  node: ts.Expression,
  checker: ts.TypeChecker,
): ts.FunctionLikeDeclaration | undefined {
  const here = bare(node)
  if (ts.isArrowFunction(here) || ts.isFunctionExpression(here)) return here
  const declared = ts.isIdentifier(here) ? declarationOf(here, checker) : undefined
  if (!declared) return undefined
  if (ts.isFunctionDeclaration(declared)) return declared
  return ts.isVariableDeclaration(declared) && declared.initializer
    ? functionOf(declared.initializer, checker)
    : undefined
}

/** What a function can answer: the expressions of its own returns. */
export function answersOf(made: ts.SignatureDeclaration | ts.JSDocSignature): ts.Expression[] {
  const body = 'body' in made ? made.body : undefined
  if (!body) return []
  if (!ts.isBlock(body)) return ts.isExpression(body) ? [body] : []
  const found: ts.Expression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression)
    if (!ts.isFunctionLike(node)) ts.forEachChild(node, visit)
  }
  visit(body)
  return found
}

/** The value of an expression of literals and constants, when it can be said now. */
export function knownNumber(node: ts.Expression, checker: ts.TypeChecker): number | undefined {
  const here = bare(node)
  if (ts.isNumericLiteral(here)) return Number(here.text)
  const sign = ts.isPrefixUnaryExpression(here) && here.operator === ts.SyntaxKind.MinusToken
  if (sign) return negated(knownNumber(here.operand, checker))
  if (ts.isBinaryExpression(here)) return computed(here, checker)
  const type = checker.getTypeAtLocation(here)
  return type.isNumberLiteral() ? type.value : undefined
}

const negated = (value: number | undefined): number | undefined => (value === undefined ? undefined : -value)

function computed(
  { left, operatorToken, right }: ts.BinaryExpression,
  checker: ts.TypeChecker,
): number | undefined {
  const compute = OPERATIONS[operatorToken.kind]
  const a = compute && knownNumber(left, checker)
  const b = compute && knownNumber(right, checker)
  return a === undefined || b === undefined ? undefined : compute?.(a, b)
}

const OPERATIONS: Partial<Record<ts.SyntaxKind, (a: number, b: number) => number>> = {
  [ts.SyntaxKind.PlusToken]: (a, b) => a + b,
  [ts.SyntaxKind.MinusToken]: (a, b) => a - b,
  [ts.SyntaxKind.AsteriskToken]: (a, b) => a * b,
  [ts.SyntaxKind.AsteriskAsteriskToken]: (a, b) => a ** b,
  [ts.SyntaxKind.SlashToken]: (a, b) => a / b,
}
