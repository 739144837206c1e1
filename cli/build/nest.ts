/** Moves what only a seldom called function needs into that function, so that it exists only while the function runs.
 *
 *  Every function of a bundle costs Espruino five variables and one a parameter for as long as its scope lives, whatever its size; its text stays in
 *  flash. A function that stands inside another one is made when the outer one is called and freed when it returns (or when the last closure that it gave
 *  away is freed). So a packet's encoder can have as many small functions as reads well, and costs nothing between two packets.
 *  What may move is found by dominance: everything that is reached from the bundle's start only through the seldom called function. Modules of core and
 *  firmware keep no state, so making a table or a class anew changes nothing but time (a function takes about 0.3 ms on an ESP32: hence "seldom"). */
import { types, type NodePath, type PluginObj } from '@babel/core'

type Path<T extends types.Node> = NodePath<T>

/** A name of the bundle's top level. */
interface Item {
  readonly name: string
  readonly path: Path<types.Node>
  /** Names of the items that mention this one; the empty name is the bundle's start. */
  readonly users: Set<string>
  /** Names of the top level that this one mentions. */
  readonly mentions: Set<string>
}

const START = ''

/** The statement of the program that holds `path`. */
function topStatement(path: Path<types.Node>): Path<types.Node> {
  return path.find((above) => above.parentPath?.isProgram() ?? false)!
}

/** One declaration a statement, so that each name can be moved alone. */
function declares(statement: Path<types.Node>): string | undefined {
  const { node } = statement
  if (types.isFunctionDeclaration(node) || types.isClassDeclaration(node)) return node.id!.name
  if (!types.isVariableDeclaration(node) || node.declarations.length !== 1) return undefined
  const { id, init } = node.declarations[0]!
  return types.isIdentifier(id) && init && isConstant(init) ? id.name : undefined
}

/** An expression that comes to the same whenever it is evaluated and touches nothing. */
function isConstant(node: types.Node | null): boolean {
  if (node === null) return true
  if (types.isLiteral(node)) return !types.isTemplateLiteral(node) || node.expressions.every(isConstant)
  if (types.isFunction(node) || types.isIdentifier(node)) return true
  if (types.isArrayExpression(node)) return node.elements.every(isConstant)
  if (types.isObjectExpression(node))
    return node.properties.every((row) => types.isObjectMethod(row) || ('value' in row && isConstant(row.value)))
  if (types.isUnaryExpression(node)) return isConstant(node.argument)
  if (types.isBinaryExpression(node)) return isConstant(node.left) && isConstant(node.right)
  if (types.isMemberExpression(node)) return isConstant(node.object) && !node.computed
  if (types.isNewExpression(node))
    return types.isIdentifier(node.callee) && /Array$/.test(node.callee.name) && node.arguments.every(isConstant)
  return false
}

export function itemsOf(program: Path<types.Program>): Map<string, Item> {
  const items = new Map<string, Item>()
  for (const path of program.get('body')) {
    const name = declares(path)
    if (name && program.scope.bindings[name]?.constant) items.set(name, { name, path, users: new Set(), mentions: new Set() })
  }
  for (const [name, binding] of Object.entries(program.scope.bindings))
    for (const reference of binding.referencePaths) {
      const user = userOf(reference, items)
      items.get(name)?.users.add(user)
      items.get(user)?.mentions.add(name)
    }
  return items
}

/** The item that mentions something: a declaration, or a method of a constant object, which counts as an item of its own. */
function userOf(reference: Path<types.Node>, items: Map<string, Item>): string {
  const statement = topStatement(reference)
  const owner = declares(statement)
  if (owner === undefined || !items.has(owner)) return START
  const property = reference.find((above) => isMethod(above, statement))
  if (!property) return owner
  const key = (property.node as types.ObjectProperty).key as types.Identifier
  const name = `${owner}.${key.name}`
  if (!items.has(name)) items.set(name, { name, path: property, users: new Set([owner]), mentions: new Set() })
  return name
}

/** Whether `path` is a function that stands directly in the object literal of a constant. */
function isMethod(path: Path<types.Node>, statement: Path<types.Node>): boolean {
  const { node } = path
  if (!types.isObjectProperty(node) && !types.isObjectMethod(node)) return false
  if (node.computed || !types.isIdentifier(node.key)) return false
  if (types.isObjectProperty(node) && !types.isFunction(node.value)) return false
  return path.parentPath?.parentPath?.parentPath === statement
}

/** The chain of items that every way from the start to each item passes, nearest last, itself included. Iterated until nothing changes. */
export function dominators(items: Map<string, Item>): Map<string, Set<string>> {
  const chains = new Map<string, Set<string>>()
  for (const name of items.keys()) chains.set(name, new Set([...items.keys()]))
  for (let changed = true; changed; ) {
    changed = false
    for (const { name, users } of items.values()) {
      const ways = [...users].filter((user) => user !== name).map((user) => (user === START ? new Set<string>() : chains.get(user)!))
      const common = new Set([...(ways[0] ?? [])].filter((other) => ways.every((way) => way.has(other))))
      common.add(name)
      if (common.size === chains.get(name)!.size) continue
      chains.set(name, common)
      changed = true
    }
  }
  return chains
}

/** The nearest of `seldom` above `name`: the one with the longest chain of its own. */
function home(name: string, chains: Map<string, Set<string>>, seldom: ReadonlySet<string>): string | undefined {
  return [...chains.get(name)!]
    .filter((other) => other !== name && seldom.has(baseName(other)))
    .sort((a, b) => chains.get(b)!.size - chains.get(a)!.size)[0]
}

/** The function that a top-level item is. */
export function functionOf(item: Item): Path<types.Function> | undefined {
  let path = item.path
  if (path.isVariableDeclaration()) path = path.get('declarations')[0]!.get('init') as Path<types.Node>
  if (path.isObjectProperty()) path = path.get('value') as Path<types.Node>
  return path.isFunction() ? (path as Path<types.Function>) : undefined
}

/** Gives way in `into` for the names that come, and for those that they mention. */
function makeRoom(into: Path<types.Function>, moving: readonly Item[]): void {
  const names = new Set(moving.flatMap((item) => [item.name, ...item.mentions]))
  for (const name of Object.keys(into.scope.bindings)) if (names.has(name)) into.scope.rename(name)
}

/** Babel plugin: nests under every function named in `seldom`; `found` gets the names that there were. */
export function nest(seldom: ReadonlySet<string>, found: Set<string>): PluginObj {
  return {
    visitor: {
      Program(program) {
        program.scope.crawl()
        const items = itemsOf(program)
        const chains = dominators(items)
        const moves = new Map<string, Item[]>()
        for (const item of items.values()) {
          const last = baseName(item.name)
          if (seldom.has(last)) found.add(last)
          const to = home(item.name, chains, seldom)
          if (to) moves.set(to, [...(moves.get(to) ?? []), item])
        }
        const nodes = new Map([...moves].map(([to, moving]) => [to, moving.map(({ path }) => path.node as types.Statement)]))
        for (const [to, moving] of moves) {
          const into = functionOf(items.get(to)!)!
          makeRoom(into, moving)
        }
        for (const [to, moving] of moves) {
          const into = functionOf(items.get(to)!)!
          const body = into.node.body
          const block = types.isBlockStatement(body) ? body : types.blockStatement([types.returnStatement(body)])
          block.body.unshift(...nodes.get(to)!)
          into.node.body = block
          if (types.isArrowFunctionExpression(into.node)) into.node.expression = false
        }
        for (const moving of moves.values()) for (const { path } of moving) path.remove()
      },
    },
  }
}

/** A name as its source has it: without the constant it is a method of, and without what rollup added to tell two of a kind apart. */
function baseName(name: string): string {
  return name.slice(name.indexOf('.') + 1).replace(/\$\d+$/, '')
}
