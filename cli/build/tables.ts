/** Two things that make a bundle's constants cheap, as Babel plugins for the whole bundle.
 *
 *  A typed array of literals: Espruino builds an ordinary array first, one or two variables an element, before it can copy them. As text it is a sixteenth
 *  of that. A board and a region: what no line of this bundle reads is left out. */
import { types, type NodePath, type PluginObj } from '@babel/core'

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

/** Every name that is used to look into an object anywhere: after a dot, or as a text that may serve as a key. */
function namesRead(program: NodePath<types.Program>): Set<string> {
  const read = new Set<string>()
  program.traverse({
    MemberExpression({ node }) {
      if (types.isIdentifier(node.property)) read.add(node.property.name)
    },
    StringLiteral({ node }) {
      read.add(node.value)
    },
  })
  return read
}

/** Whether something lists the keys of objects, so that a name may matter although nobody says it. */
function listsKeys(program: NodePath<types.Program>): boolean {
  let lists = false
  program.traverse({
    ForInStatement: () => void (lists = true),
    MemberExpression({ node }) {
      const owner = types.isIdentifier(node.object) ? node.object.name : ''
      if (owner === 'JSON' || owner === 'Object') lists = true
    },
  })
  return lists
}

/** Drops from the literals of the top level the properties that nothing reads. */
export function unreadProperties(): PluginObj {
  return {
    visitor: {
      Program(program) {
        if (listsKeys(program)) return
        const read = namesRead(program)
        const clean = (node: types.Node | null | undefined): void => {
          if (types.isArrayExpression(node)) node.elements.forEach(clean)
          if (!types.isObjectExpression(node)) return
          node.properties = node.properties.filter((row) => !isUnread(row, read))
          for (const row of node.properties) if (types.isObjectProperty(row)) clean(row.value)
        }
        for (const statement of program.node.body)
          if (types.isVariableDeclaration(statement))
            for (const row of statement.declarations) clean(row.init)
      },
    },
  }
}

function isUnread(row: types.Node, read: ReadonlySet<string>): boolean {
  if (!types.isObjectProperty(row) || row.computed || !types.isIdentifier(row.key)) return false
  return !read.has(row.key.name) && isPlain(row.value)
}

/** A value that is only numbers, texts and the like. */
function isPlain(node: types.Node | null): boolean {
  if (types.isArrayExpression(node)) return node.elements.every(isPlain)
  if (types.isObjectExpression(node))
    return node.properties.every((row) => types.isObjectProperty(row) && isPlain(row.value))
  return types.isUnaryExpression(node) ? isPlain(node.argument) : types.isLiteral(node)
}
