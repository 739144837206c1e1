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

/** Name of a member access `object.name` or `object['name']`, or undefined. */
export function memberName(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined
  return node.property.type === 'Literal' && typeof node.property.value === 'string'
    ? node.property.value
    : undefined
}

/** Objects that hold the globals under another name. */
const GLOBAL_OBJECTS = /^(globalThis|global)$/

/** Name of a global that is read: `name`, `globalThis.name`. Names of properties are not. */
export function globalName(found: Found): string | undefined {
  const { node } = found
  if (node.type === 'MemberExpression')
    return node.object.type === 'Identifier' && GLOBAL_OBJECTS.test(node.object.name)
      ? memberName(node)
      : undefined
  return node.type === 'Identifier' && !isKey(found) ? node.name : undefined
}

/** `object.name` where both are plain names, else undefined. */
export function dotted(node: AnyNode): string | undefined {
  const name = memberName(node)
  if (node.type !== 'MemberExpression' || name === undefined || node.object.type !== 'Identifier')
    return undefined
  return `${node.object.name}.${name}`
}

export const parent = ({ around }: Found): AnyNode | undefined => around[around.length - 2]

/** Whether the node is the name of a property or method: `x.name`, `{ name: 1 }`, `name() {}`. */
export function isKey(found: Found): boolean {
  const outer = parent(found)
  if (outer?.type === 'MemberExpression') return outer.property === found.node && !outer.computed
  return (
    (outer?.type === 'Property' ||
      outer?.type === 'MethodDefinition' ||
      outer?.type === 'PropertyDefinition') &&
    outer.key === found.node &&
    !outer.computed
  )
}

/** The nearest node around that is of one of the types. */
export function nearest({ around }: Found, ...types: string[]): AnyNode | undefined {
  for (let at = around.length - 2; at >= 0; at--) if (types.includes(around[at]!.type)) return around[at]
  return undefined
}
