/** How many functions a bundle holds once it has been loaded, before any of them runs.
 *  Counted as Espruino holds them: each function or arrow function of the top level, each method, getter and static of a class there, and each function in
 *  an object literal there is a variable with its scope, its text's place and its parameters. A function inside another one exists only while that one
 *  runs, and is not counted; what a run holds at its fullest is measured in the real interpreter (npm run test:espruino). */
import type { Node } from 'acorn'

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** The nodes directly under `node`. */
export function children(node: Node): Node[] {
  return Object.values(node).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

export const isFunction = (node: Node): boolean =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type)

/** Functions of a tree that stand inside no other function. */
export function countFunctions(node: Node): number {
  if (isFunction(node)) return 1
  return children(node).reduce((sum, child) => sum + countFunctions(child), 0)
}
