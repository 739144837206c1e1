/** Puts numbers where their names are read, and forgets the names: a Babel plugin for the whole bundle.
 *
 *  A name of the top costs Espruino one or two variables for as long as the program runs, and an object of names as many for each of them. Terser would put
 *  most in their places, but not where a function reads a name that stands before the name's line, and those that stay in flash (late.ts) all do. */
import { types, type NodePath, type PluginObj } from '@babel/core'

type Binding = NodePath['scope']['bindings'][string]
type Numbers = ReadonlyMap<string, number>

/** A longer number keeps its name, which is shorter. */
const DIGITS_MAX = 6

const OPERATORS: { readonly [operator: string]: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '|': (a, b) => a | b,
  '<<': (a, b) => a << b,
}

/** What an expression of numbers and known names comes to. */
function numberOf(node: types.Node | null | undefined, known: Numbers): number | undefined {
  if (types.isNumericLiteral(node)) return node.value
  if (types.isIdentifier(node)) return known.get(node.name)
  if (types.isUnaryExpression(node, { operator: '-' })) {
    const value = numberOf(node.argument, known)
    return value === undefined ? undefined : -value
  }
  const operate = types.isBinaryExpression(node) ? OPERATORS[node.operator] : undefined
  if (!operate) return undefined
  const { left, right } = node as types.BinaryExpression
  const [a, b] = [numberOf(left, known), numberOf(right, known)]
  return a === undefined || b === undefined ? undefined : operate(a, b)
}

/** The numbers of a literal that holds nothing else, by key. */
function tableOf(node: types.Node | null | undefined, known: Numbers): Map<string, number> | undefined {
  if (!types.isObjectExpression(node)) return undefined
  const table = new Map<string, number>()
  for (const property of node.properties) {
    if (!types.isObjectProperty(property) || property.computed) return undefined
    const value = numberOf(property.value, known)
    if (value === undefined || !types.isIdentifier(property.key)) return undefined
    table.set(property.key.name, value)
  }
  return table
}

/** The read of one entry of a table, when `reference` is that and no more. */
function entryRead(reference: NodePath, table: ReadonlyMap<string, number>): NodePath | undefined {
  const read = reference.parentPath!
  if (!read.isMemberExpression() || reference.key !== 'object' || read.node.computed) return undefined
  if (read.key === 'left' || read.key === 'callee' || read.parentPath.isUpdateExpression()) return undefined
  return types.isIdentifier(read.node.property) && table.has(read.node.property.name) ? read : undefined
}

function putIn(place: NodePath, value: number): void {
  if (place.parentPath?.isObjectProperty()) place.parentPath.node.shorthand = false
  place.replaceWith(types.valueToNode(value))
}

/** Whether the name of a number is gone. */
function placeNumber({ referencePaths, path }: Binding, value: number): boolean {
  if (String(value).length > DIGITS_MAX) return false
  for (const place of referencePaths) putIn(place, value)
  path.remove()
  return true
}

function placeTable({ referencePaths, path }: Binding, table: ReadonlyMap<string, number>): void {
  const reads = referencePaths.map((reference) => entryRead(reference, table))
  if (!reads.every((read) => read !== undefined)) return
  for (const read of reads) {
    const { property } = read.node as types.MemberExpression
    putIn(read, table.get((property as types.Identifier).name)!)
  }
  path.remove()
}

/** The plugin. */
export function placedNumbers(): PluginObj {
  return {
    visitor: {
      Program(program) {
        program.scope.crawl()
        const known = new Map<string, number>()
        // In the order of their lines: one is made of those before it.
        for (const [name, binding] of Object.entries(program.scope.bindings)) {
          if (!binding.constant || !binding.path.isVariableDeclarator()) continue
          const { id, init } = binding.path.node
          if (!types.isIdentifier(id)) continue
          const value = numberOf(init, known)
          const table = tableOf(init, known)
          if (table) placeTable(binding, table)
          else if (value !== undefined && !placeNumber(binding, value)) known.set(name, value)
        }
      },
    },
  }
}
