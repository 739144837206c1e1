/** Walking a syntax tree of acorn's with the nodes around each node. */
import type { AnyNode } from 'acorn'

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string'

/** Nodes directly inside, in the order of the source. */
export function children(node: AnyNode): AnyNode[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []))
}

/** Calls `visit` with every node and the nodes around it, outermost first, itself last. */
export function walk(node: AnyNode, visit: (node: AnyNode, around: readonly AnyNode[]) => void, around: readonly AnyNode[] = []): void {
  const here = [...around, node]
  visit(node, here)
  for (const child of children(node)) walk(child, visit, here)
}

/** Statements of a scope: of a program or of a function with a body. */
export function scopeBody(node: AnyNode): readonly AnyNode[] | undefined {
  if (node.type === 'Program') return node.body
  return 'body' in node && node.body && !Array.isArray(node.body) && node.body.type === 'BlockStatement' && /Function/.test(node.type)
    ? node.body.body
    : undefined
}
