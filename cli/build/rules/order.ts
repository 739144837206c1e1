/** Order: Espruino runs a scope from top to bottom and hoists nothing. A function, class or variable that is reached before its own line is not defined yet,
 *  and a variable that is declared in a branch does not exist when the branch was not taken.
 *  A call is followed into the functions of the same scope, so that `a(); function b(){}; function a(){ b() }` is found too. A function that is handed to a call
 *  is taken to run at once, unless the call is known to keep it for later; one that is only stored is not followed. */
import type { AnyNode, CallExpression, Class, NewExpression } from 'acorn'
import { memberName } from './rule.ts'
import {
  bodyOf,
  boundIn,
  declarationsIn,
  freeNames,
  parametersOf,
  readChildren,
  type Declaration,
} from './scope.ts'
import { isFunction, type FunctionNode } from './tree.ts'

/** What happens to a name: its value is read, it is called, or anything inside it may be called. */
const STRENGTH = { read: 0, call: 1, all: 2 }
type How = keyof typeof STRENGTH

interface Use {
  readonly name: string
  readonly how: How
  /** Where in the scope's own code. */
  readonly node: AnyNode
}

type Table = ReadonlyMap<string, readonly Declaration[]>

/** Calls that return before they call what they were given. */
const LATER = /^(setTimeout|setInterval|setWatch|then|catch|on|once)$/

function callUses(node: CallExpression | NewExpression, how: How, into: Use[]): void {
  const { callee } = node
  const name = callee.type === 'Identifier' ? callee.name : memberName(callee)
  handUses(callee, how, into)
  for (const each of node.arguments) {
    const handed = (isFunction(each) || each.type === 'Identifier') && !LATER.test(name ?? '')
    if (handed) handUses(each, 'all', into)
    else usesOf(each, into)
  }
}

/** What is used when the value of `node` is called (how: call) or some method of it (how: all). */
function handUses(node: AnyNode, how: How, into: Use[]): void {
  if (node.type === 'Identifier') into.push({ name: node.name, how, node })
  else if (isFunction(node)) into.push(...[...outward(node)].map(([name, how]) => ({ name, how, node })))
  else if (node.type === 'CallExpression' || node.type === 'NewExpression') callUses(node, 'all', into)
  else if (node.type === 'MemberExpression') {
    handUses(node.object, 'all', into)
    if (node.computed) usesOf(node.property, into)
  } else if (node.type === 'SequenceExpression')
    node.expressions.forEach((each, at) =>
      at < node.expressions.length - 1 ? usesOf(each, into) : handUses(each, how, into),
    )
  else usesOf(node, into)
}

/** A class statement runs what it extends and the values of its static fields. */
function classUses({ superClass, body }: Class, into: Use[]): void {
  if (superClass) usesOf(superClass, into)
  for (const member of body.body)
    if (member.type === 'PropertyDefinition' && member.static && member.value) usesOf(member.value, into)
}

/** Names that are used while the code itself runs. */
function usesOf(node: AnyNode, into: Use[]): void {
  if (isFunction(node)) return
  if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') classUses(node, into)
  else if (node.type === 'CallExpression') callUses(node, 'call', into)
  else if (node.type === 'NewExpression') callUses(node, 'all', into)
  else if (node.type === 'Identifier') into.push({ name: node.name, how: 'read', node })
  else if (
    node.type !== 'UnaryExpression' ||
    node.operator !== 'typeof' ||
    node.argument.type !== 'Identifier'
  )
    for (const child of readChildren(node)) usesOf(child, into)
}

/** Names that the value of a declaration leads to. */
function leadsTo({ value }: Declaration, how: How): Iterable<readonly [string, How]> {
  if (!value || how === 'read') return []
  if (how === 'call' && isFunction(value)) return outward(value)
  return [...freeNames(value)].map((name) => [name, 'all'] as const)
}

/** Every name that the uses lead to through the declarations of `table`, with the strongest way it is used. */
function reached(uses: Iterable<readonly [string, How]>, table: Table): Map<string, How> {
  const all = new Map<string, How>()
  const waiting = [...uses]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [name, how] = next
    const before = all.get(name)
    if (before !== undefined && STRENGTH[before] >= STRENGTH[how]) continue
    all.set(name, how)
    for (const row of table.get(name) ?? []) waiting.push(...leadsTo(row, how))
  }
  return all
}

function tableOf(body: readonly AnyNode[], without: readonly string[]): Table {
  const rows = declarationsIn(body).filter(({ name }) => !without.includes(name))
  const table = new Map<string, Declaration[]>()
  for (const row of rows) table.set(row.name, [...(table.get(row.name) ?? []), row])
  return table
}

const OUTWARD = new WeakMap<FunctionNode, Map<string, How>>()

/** Names from outside a function that a call of it uses at once. */
function outward(node: FunctionNode): Map<string, How> {
  const known = OUTWARD.get(node)
  if (known) return known
  const body = bodyOf(node)!
  const uses: Use[] = []
  for (const statement of body) usesOf(statement, uses)
  const all = reached(
    uses.map(({ name, how }) => [name, how]),
    tableOf(body, parametersOf(node)),
  )
  for (const name of boundIn(node)) all.delete(name)
  OUTWARD.set(node, all)
  return all
}

const contains = (outer: AnyNode, inner: AnyNode): boolean =>
  outer.start <= inner.start && inner.end <= outer.end

/** Whether the declaration has certainly run when `node` is used. */
function hasRun({ from, within }: Declaration, node: AnyNode): boolean {
  return from <= node.start && (!within || contains(within, node))
}

/** The first use of each name of a scope (a program or a function) that comes before what it needs. */
export function earlyUses(scope: AnyNode): AnyNode[] {
  const body = bodyOf(scope)
  if (!body) return []
  const table = tableOf(body, isFunction(scope) ? parametersOf(scope) : [])
  const uses: Use[] = []
  for (const statement of body) usesOf(statement, uses)
  const found = new Map<string, AnyNode>()
  for (const use of uses)
    for (const name of reached([[use.name, use.how]], table).keys())
      if (!found.has(name) && table.has(name) && !table.get(name)!.some((row) => hasRun(row, use.node)))
        found.set(name, use.node)
  return [...new Set(found.values())]
}
