/** Tables as text: a Babel plugin for the whole bundle.
 *  Of a typed array of literals Espruino builds an ordinary array first, one or two variables an element, before it can copy them. As text it is a
 *  tenth of that. */
import { types, type PluginObj } from '@babel/core'

const TYPED: Record<string, (numbers: number[]) => ArrayBufferView> = {
  Uint8Array: (numbers) => Uint8Array.from(numbers),
  Int8Array: (numbers) => Int8Array.from(numbers),
  Uint16Array: (numbers) => Uint16Array.from(numbers),
  Int16Array: (numbers) => Int16Array.from(numbers),
  Uint32Array: (numbers) => Uint32Array.from(numbers),
  Int32Array: (numbers) => Int32Array.from(numbers),
}

/** Below this the text is no shorter than what it takes to read it. */
const ELEMENTS_MIN = 12

function numberOf(node: types.Node | null): number | undefined {
  if (types.isNumericLiteral(node)) return node.value
  if (!types.isUnaryExpression(node, { operator: '-' })) return undefined
  const value = numberOf(node.argument)
  return value === undefined ? undefined : -value
}

/** The numbers of `new Int16Array([...])` when all are literals. */
function literals(node: types.NewExpression): number[] | undefined {
  const [list] = node.arguments
  if (!types.isArrayExpression(list) || node.arguments.length !== 1) return undefined
  const numbers = list.elements.map(numberOf)
  return numbers.length >= ELEMENTS_MIN && numbers.every((value) => value !== undefined) ? numbers : undefined
}

/** `new Int16Array([1, 2, ...])` becomes `new Int16Array(E.toArrayBuffer(atob('AQAC...')))`, little-endian as every machine here is. */
export function literalTables(): PluginObj {
  return {
    visitor: {
      NewExpression(path) {
        const { node } = path
        const make = types.isIdentifier(node.callee) ? TYPED[node.callee.name] : undefined
        const numbers = make && literals(node)
        if (!numbers) return
        const { buffer } = make(numbers)
        const text = types.stringLiteral(Buffer.from(buffer).toString('base64'))
        const decoded = types.callExpression(types.identifier('atob'), [text])
        const toBuffer = types.memberExpression(types.identifier('E'), types.identifier('toArrayBuffer'))
        path.replaceWith(types.newExpression(node.callee, [types.callExpression(toBuffer, [decoded])]))
      },
    },
  }
}
