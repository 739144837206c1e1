/** Leaves out what a bundle never looks at: a Babel plugin for the whole bundle.
 *  A board has pins that this profile does not use, a region has limits that only a network needs, and the Hal drives buses on which nothing hangs. Each such
 *  property is a variable or two, and a function among them six or more. A property whose name is never said, neither after a dot nor as a text that could
 *  serve as a key, cannot be read; where something lists the keys of objects, nothing is left out. */
import { types, type NodePath, type PluginObj } from '@babel/core'

/** Names that the language itself looks up. */
const LANGUAGE = ['constructor', 'toString', 'valueOf', 'toJSON', '__proto__', 'length', 'then']

/** Every name that is used to look into an object. */
function namesRead(program: NodePath<types.Program>): Set<string> {
  const read = new Set<string>()
  program.traverse({
    MemberExpression({ node }) {
      if (types.isIdentifier(node.property)) read.add(node.property.name)
    },
    StringLiteral({ node }) {
      read.add(node.value)
    },
    TemplateElement({ node }) {
      read.add(node.value.raw)
    },
  })
  return read
}

/** Whether something lists the keys of objects, so that a name may matter although nobody says it. */
function listsKeys(program: NodePath<types.Program>): boolean {
  let lists = false
  program.traverse({
    ForInStatement: () => void (lists = true),
    SpreadElement: () => void (lists = true),
    MemberExpression({ node }) {
      const owner = types.isIdentifier(node.object) ? node.object.name : ''
      if (owner === 'JSON' || owner === 'Object') lists = true
    },
  })
  return lists
}

/** A value that can be left out: making it does nothing. */
function isIdle(node: types.Node | null): boolean {
  if (!node || types.isFunction(node) || types.isIdentifier(node)) return true
  if (types.isTemplateLiteral(node)) return false
  if (types.isLiteral(node)) return true
  if (types.isArrayExpression(node)) return node.elements.every(isIdle)
  if (types.isObjectExpression(node))
    return node.properties.every(
      (row) => types.isObjectMethod(row) || (types.isObjectProperty(row) && isIdle(row.value)),
    )
  // An element of a list by its number: what decodes a record hands its numbers out so.
  if (types.isMemberExpression(node))
    return types.isIdentifier(node.object) && types.isNumericLiteral(node.property)
  return types.isUnaryExpression(node) && node.operator === '-' && isIdle(node.argument)
}

/** The name of a property or method when it has a plain one. */
function nameOf(row: types.Node): string | undefined {
  if (!types.isObjectProperty(row) && !types.isObjectMethod(row) && !types.isClassMethod(row))
    return undefined
  return !row.computed && types.isIdentifier(row.key) ? row.key.name : undefined
}

/** Takes one layer away and tells whether there was one: what goes may have been the only reader of something else. */
function peel(program: NodePath<types.Program>, kept: ReadonlySet<string>): boolean {
  const read = namesRead(program)
  const isUnread = (row: types.Node): boolean => {
    const name = nameOf(row)
    if (name === undefined || read.has(name) || kept.has(name)) return false
    return !types.isObjectProperty(row) || isIdle(row.value)
  }
  let peeled = false
  const filter = <T extends types.Node>(rows: T[]): T[] => {
    const left = rows.filter((row) => !isUnread(row))
    peeled ||= left.length < rows.length
    return left
  }
  program.traverse({
    ObjectExpression({ node }) {
      node.properties = filter(node.properties)
    },
    ClassBody({ node }) {
      node.body = filter(node.body)
    },
  })
  return peeled
}

/** The plugin; `foreign` are the names that Espruino looks up in what it is given. */
export function unreadProperties(foreign: readonly string[]): PluginObj {
  const kept = new Set([...LANGUAGE, ...foreign])
  return {
    visitor: {
      Program(program) {
        if (listsKeys(program)) return
        while (peel(program, kept));
      },
    },
  }
}
