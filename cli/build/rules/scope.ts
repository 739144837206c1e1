/** Names: which ones a scope declares and where, which ones a piece of code reads from outside itself. */
import type { AnyNode } from 'acorn'
import { children, isFunction, type FunctionNode } from './tree.ts'

/** A name that a statement of a scope declares. Espruino makes it when the statement runs, not before. */
export interface Declaration {
  readonly name: string
  /** Offsets of the declaration in the bundle. */
  readonly from: number
  readonly to: number
  /** The branch or loop body it stands in, which may never run; undefined when it always does. */
  readonly within: AnyNode | undefined
  /** The function, the class or the first value. */
  readonly value: AnyNode | undefined
}

const LOOPS = ['ForStatement', 'ForInStatement', 'ForOfStatement', 'WhileStatement']

/** Whether `child` may be skipped when `node` runs. A do loop runs once at least. */
function mayBeSkipped(node: AnyNode, child: AnyNode): boolean {
  if (node.type === 'IfStatement') return child !== node.test
  if (LOOPS.includes(node.type)) return 'body' in node && child === node.body
  return node.type === 'SwitchStatement' ? child !== node.discriminant : child.type === 'CatchClause'
}

/** Names of a pattern; of `{ a: b = c }` also c, which is refused anyway. */
function namesOf(pattern: AnyNode): string[] {
  return pattern.type === 'Identifier' ? [pattern.name] : children(pattern).flatMap(namesOf)
}

function declare(node: AnyNode, within: AnyNode | undefined, into: Declaration[]): void {
  const add = (name: string, { start, end }: AnyNode, value: AnyNode | undefined): void =>
    void into.push({ name, from: start, to: end, within, value })
  if (isFunction(node) || node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
    if (/Declaration$/.test(node.type) && node.id) add(node.id.name, node, node)
    return
  }
  if (node.type === 'VariableDeclaration')
    for (const row of node.declarations)
      for (const name of namesOf(row.id)) add(name, row, row.init ?? undefined)
  if (node.type === 'CatchClause' && node.param)
    for (const name of namesOf(node.param)) add(name, node.param, undefined)
  for (const child of children(node)) declare(child, mayBeSkipped(node, child) ? child : within, into)
}

/** What the statements of a scope declare, those in nested blocks too: only functions make a scope, because Babel left no `let`. */
export function declarationsIn(body: readonly AnyNode[]): Declaration[] {
  const into: Declaration[] = []
  for (const statement of body) declare(statement, undefined, into)
  return into
}

/** Statements of a program or of a function; of an arrow function without braces its expression. */
export function bodyOf(node: AnyNode): readonly AnyNode[] | undefined {
  if (node.type === 'Program') return node.body
  if (!isFunction(node)) return undefined
  return node.body.type === 'BlockStatement' ? node.body.body : [node.body]
}

/** Names that a function gets from its caller. */
export const parametersOf = (node: FunctionNode): string[] => node.params.flatMap(namesOf)

const BOUND = new WeakMap<FunctionNode, Set<string>>()

/** Names that mean something of the function's own inside it. */
export function boundIn(node: FunctionNode): Set<string> {
  const known = BOUND.get(node)
  if (known) return known
  const own = node.type === 'FunctionExpression' && node.id ? [node.id.name] : []
  const bound = new Set([
    ...own,
    ...parametersOf(node),
    ...declarationsIn(bodyOf(node)!).map(({ name }) => name),
  ])
  BOUND.set(node, bound)
  return bound
}

/** The innermost scope around that declares `name`, else the program. Terser gives short names again in other scopes. */
export function ownerOf(name: string, around: readonly AnyNode[]): AnyNode {
  return [...around].reverse().find((node) => isFunction(node) && boundIn(node).has(name)) ?? around[0]!
}

/** What `name` is declared to be, seen from the innermost of the nodes around. */
export function valuesOf(name: string, around: readonly AnyNode[]): AnyNode[] {
  const rows = declarationsIn(bodyOf(ownerOf(name, around))!)
  return rows.flatMap((row) => (row.name === name && row.value ? [row.value] : []))
}

/** Nodes directly inside but names that are not read: of properties, methods and declarations. */
export function readChildren(node: AnyNode): AnyNode[] {
  return children(node).filter((child) => {
    if (child.type !== 'Identifier') return true
    if (node.type === 'MemberExpression') return child === node.object || node.computed
    if (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition')
      return child !== node.key || node.computed
    return !('id' in node && child === node.id)
  })
}

function collectFree(node: AnyNode, bound: ReadonlySet<string>, into: Set<string>): void {
  if (node.type === 'Identifier' && !bound.has(node.name)) into.add(node.name)
  const inner = isFunction(node) ? new Set([...bound, ...boundIn(node)]) : bound
  for (const child of readChildren(node)) collectFree(child, inner, into)
}

/** Names that the code reads from outside itself, functions inside it included. */
export function freeNames(node: AnyNode): Set<string> {
  const into = new Set<string>()
  collectFree(node, new Set(), into)
  return into
}
