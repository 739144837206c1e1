/** What a rule of the gate is: something Espruino refuses or silently gets wrong, seen in the syntax tree of the finished bundle. */
import type { AnyNode } from 'acorn'

/** A node with the nodes around it, outermost first; the node itself is the last. */
export interface Found {
  readonly node: AnyNode
  readonly around: readonly AnyNode[]
}

export interface Rule {
  /** As it stands in docs/HACKING.md. */
  readonly id: string
  /** What to write instead. */
  readonly instead: string
  /** Whether the node is what the rule refuses. */
  detects(found: Found): boolean
}

/** Name of a member access `object.name`, or undefined. */
export function memberName(node: AnyNode): string | undefined {
  return node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier'
    ? node.property.name
    : undefined
}

/** `object.name` where both are plain names, else undefined. */
export function dotted(node: AnyNode): string | undefined {
  const name = memberName(node)
  if (node.type !== 'MemberExpression' || name === undefined || node.object.type !== 'Identifier') return undefined
  return `${node.object.name}.${name}`
}

/** The nearest node around that is of one of the types. */
export function nearest({ around }: Found, ...types: string[]): AnyNode | undefined {
  for (let at = around.length - 2; at >= 0; at--) if (types.includes(around[at]!.type)) return around[at]
  return undefined
}

export const parent = ({ around }: Found): AnyNode | undefined => around[around.length - 2]
