/** Walking a syntax tree of acorn's with the nodes around each node. */
import type { AnyNode, ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from 'acorn'

export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression

export const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

export const isFunction = (node: AnyNode): node is FunctionNode => FUNCTIONS.includes(node.type)

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string'

/** Nodes directly inside, in the order of the source. */
export function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = []
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) found.push(...value.filter(isNode))
    else if (isNode(value)) found.push(value)
  }
  return found
}

/** Calls `visit` with every node and the nodes around it, outermost first, itself last. */
export function walk(
  node: AnyNode,
  visit: (node: AnyNode, around: readonly AnyNode[]) => void,
  around: readonly AnyNode[] = [],
): void {
  const here = [...around, node]
  visit(node, here)
  for (const child of children(node)) walk(child, visit, here)
}
