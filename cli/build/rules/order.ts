/** Order: Espruino runs a scope from top to bottom and hoists nothing. A function, class or variable that is reached before its own line is not defined yet.
 *  What a call reaches is followed through the functions of the same scope, so that `a(); function b(){}; function a(){ b() }` is found too. */
import type { AnyNode, Identifier } from 'acorn'
import { children } from './tree.ts'

interface Declared {
  /** Where the name begins to have its value. */
  readonly at: number
  /** Names that its body needs when it is called. */
  readonly needs: ReadonlySet<string>
}

const isFunction = (node: AnyNode): boolean =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'

/** Names that are neither property names nor keys. */
function namesIn(node: AnyNode, into: Set<string>): Set<string> {
  if (node.type === 'Identifier') into.add(node.name)
  for (const child of children(node)) {
    const plainKey =
      (node.type === 'MemberExpression' && child === node.property && !node.computed) ||
      ((node.type === 'Property' || node.type === 'MethodDefinition') && child === node.key && !node.computed)
    if (!plainKey) namesIn(child, into)
  }
  return into
}

/** What the statements of one scope declare. */
function declaredIn(body: readonly AnyNode[]): Map<string, Declared> {
  const declared = new Map<string, Declared>()
  for (const statement of body) {
    if ((statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') && statement.id)
      declared.set(statement.id.name, { at: statement.start, needs: namesIn(statement.body, new Set()) })
    if (statement.type !== 'VariableDeclaration') continue
    for (const row of statement.declarations) {
      if (row.id.type !== 'Identifier') continue
      const late = row.init && (isFunction(row.init) || row.init.type === 'ClassExpression')
      declared.set(row.id.name, { at: row.start, needs: late ? namesIn(row.init!, new Set()) : new Set() })
    }
  }
  return declared
}

/** Names that are read while the scope itself runs: everything outside nested functions. */
function readsOf(node: AnyNode, into: Identifier[]): Identifier[] {
  if (isFunction(node)) return into
  if (node.type === 'Identifier') into.push(node)
  for (const child of children(node)) {
    if (node.type === 'MemberExpression' && child === node.property && !node.computed) continue
    if ((node.type === 'Property' || node.type === 'MethodDefinition') && child === node.key && !node.computed) continue
    if (node.type === 'VariableDeclarator' && child === node.id) continue
    if (node.type === 'ClassDeclaration' && (child === node.id || child === node.body)) continue
    readsOf(child, into)
  }
  return into
}

/** Everything that a name leads to, itself included. */
function reached(name: string, declared: ReadonlyMap<string, Declared>): Set<string> {
  const all = new Set<string>()
  const waiting = [name]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const row = declared.get(next)
    if (!row || all.has(next)) continue
    all.add(next)
    waiting.push(...row.needs)
  }
  return all
}

/** The first read of each name of a scope that comes before what it needs. */
export function earlyReads(body: readonly AnyNode[]): { node: Identifier; missing: string }[] {
  const declared = declaredIn(body)
  const found = new Map<string, { node: Identifier; missing: string }>()
  const reads = body.flatMap((statement) => readsOf(statement, [])).filter(({ name }) => declared.has(name))
  for (const node of reads)
    for (const name of reached(node.name, declared))
      if (declared.get(name)!.at > node.start && !found.has(name)) found.set(name, { node, missing: name })
  return [...found.values()]
}
