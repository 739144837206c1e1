/** Puts what only seldom called functions need into those functions (places.ts), so that it exists only while they run, and marks them for late.ts, which
 *  keeps them in flash until they are called.
 *
 *  Every function costs Espruino four or five variables and one a parameter for as long as its scope lives, whatever its size; its text stays in flash.
 *  A function inside another one is made when the outer one is called and freed when it returns, or when the last closure that it gave away is freed. So
 *  an encoder can have as many small functions as reads well and costs nothing between two packets. Making them takes the interpreter about as long as
 *  reading their text once: 0.5 ms a kilobyte on a desktop, some 14 ms on an ESP32. Hence "seldom": named so in seldom.ts, or, where functions can be
 *  late, called by nothing that looks like a repetition. */
import { types, type NodePath, type PluginObj } from '@babel/core'
import { LATE_CALL, LATE_PREFIX } from './late.ts'
import { placesOf, START } from './places.ts'

type Statement = NodePath<types.Statement>
type Binding = NodePath['scope']['bindings'][string]

/** A name of the bundle's top level: a declaration, or (with a dot) a method in the object literal of a constant. */
interface Item {
  readonly path: NodePath
  readonly mentions: Set<string>
}

/** An expression that comes to the same whenever it is evaluated, and touches nothing. */
function isConstant(node: types.Node | null | undefined): boolean {
  if (!node || types.isFunction(node) || types.isIdentifier(node)) return true
  if (types.isTemplateLiteral(node)) return node.expressions.every(isConstant)
  if (types.isLiteral(node)) return true
  if (types.isArrayExpression(node)) return node.elements.every(isConstant)
  if (types.isObjectExpression(node)) return node.properties.every(isConstant)
  if (types.isObjectProperty(node)) return isConstant(node.value)
  if (types.isUnaryExpression(node)) return isConstant(node.argument)
  if (types.isBinaryExpression(node)) return isConstant(node.left) && isConstant(node.right)
  if (types.isMemberExpression(node)) return !node.computed && isConstant(node.object)
  if (!types.isNewExpression(node) || !types.isIdentifier(node.callee)) return false
  return node.callee.name.endsWith('Array') && node.arguments.every(isConstant)
}

/** The name that a statement of the top level declares, when it could be declared anywhere else as well. */
function declared({ node }: Statement): string | undefined {
  if (types.isFunctionDeclaration(node) || types.isClassDeclaration(node)) return node.id!.name
  if (!types.isVariableDeclaration(node) || node.declarations.length !== 1) return undefined
  const { id, init } = node.declarations[0]!
  return types.isIdentifier(id) && init && isConstant(init) ? id.name : undefined
}

/** The method of a constant object that holds `path`: the constant's name, a dot, and the method's. */
function methodAround(path: NodePath, statement: Statement): NodePath | undefined {
  const found = path.find((above) => above.parentPath?.parentPath?.parentPath === statement)
  if (!found?.isObjectProperty() && !found?.isObjectMethod()) return undefined
  const { node } = found
  if (node.computed || !types.isIdentifier(node.key)) return undefined
  return found.isObjectMethod() || types.isFunction((node as types.ObjectProperty).value) ? found : undefined
}

/** Everything the program declares at its top, and who mentions whom. */
export function itemsOf(program: NodePath<types.Program>): Map<string, Item> {
  const items = new Map<string, Item>([[START, { path: program, mentions: new Set() }]])
  for (const path of program.get('body')) {
    const name = declared(path)
    if (name && program.scope.bindings[name]!.constant) items.set(name, { path, mentions: new Set() })
  }
  for (const [name, binding] of Object.entries(program.scope.bindings))
    if (items.has(name))
      for (const reference of binding.referencePaths) items.get(userOf(reference, items))!.mentions.add(name)
  return items
}

/** The item that mentions something. */
function userOf(reference: NodePath, items: Map<string, Item>): string {
  const statement = reference.find((above) => above.parentPath?.isProgram() ?? false) as Statement
  const owner = declared(statement)
  if (owner === undefined || !items.has(owner)) return START
  const method = methodAround(reference, statement)
  if (!method) return owner
  const { key } = method.node as types.ObjectMethod
  const name = `${owner}.${(key as types.Identifier).name}`
  if (!items.has(name)) items.set(name, { path: method, mentions: new Set() })
  items.get(owner)!.mentions.add(name)
  return name
}

/** The function that an item is, if it is one. */
export function functionOf({ path }: Item): types.Function | undefined {
  const { node } = path
  if (types.isFunction(node)) return node
  const value = types.isVariableDeclaration(node)
    ? node.declarations[0]!.init
    : types.isObjectProperty(node)
      ? node.value
      : undefined
  return types.isFunction(value) ? value : undefined
}

/** A name as its source has it: without the constant it is a method of, and without what rollup adds to tell two of a kind apart. */
const sourceName = (name: string): string => name.slice(name.indexOf('.') + 1).replace(/\$\d+$/, '')

/** Methods that call the function they are given once an element. */
const EACH = new Set('every filter find findIndex forEach map reduce replace some sort'.split(' '))

/** A place that may be passed many times when what is around it is passed once. A function given to anything but an array is taken for a callback, which
 *  runs once; methods of a class are not known to be rare. */
function repeats(path: NodePath): boolean {
  if (path.isLoop() || path.isClass()) return true
  if (!path.isFunction() || path.listKey !== 'arguments') return false
  const { callee } = path.parent as types.CallExpression
  return (
    types.isMemberExpression(callee) && types.isIdentifier(callee.property) && EACH.has(callee.property.name)
  )
}

/** A mention that may run many times for one call of the function it stands in; one that is no call may as well. */
function isRepeated(reference: NodePath): boolean {
  return reference.key !== 'callee' || reference.find(repeats) !== null
}

/** Inside a function that is inside the function `owner`. */
function isInner(reference: NodePath, owner: Item): boolean {
  return reference.find((above) => above.isFunction())?.node !== functionOf(owner)
}

/** A function of one statement: terser puts it in the place of its call. */
function isShort(made: types.Function): boolean {
  return !types.isBlockStatement(made.body) || made.body.body.length < 2
}

/** Functions that may be called often, as far as can be seen: again and again by one that is called, or by one that is called often. */
export function oftenCalled(
  program: NodePath<types.Program>,
  items: Map<string, Item>,
  isSeldom: (name: string) => boolean,
): Set<string> {
  const often = new Set<string>()
  const add = (name: string): void => {
    if (often.has(name) || isSeldom(name)) return
    often.add(name)
    items.get(name)!.mentions.forEach(add)
  }
  for (const [name, binding] of Object.entries(program.scope.bindings))
    if (items.has(name))
      for (const reference of binding.referencePaths) {
        const user = userOf(reference, items)
        const recurs = user === name && !isInner(reference, items.get(user)!)
        if (recurs || isRepeated(reference)) add(name)
      }
  return often
}

/** Gives a name another one wherever it stands. By hand: Babel's own renaming walks all around the name each time. */
function rename({ identifier, referencePaths, constantViolations }: Binding, to: string): void {
  const from = identifier.name
  for (const { node, parent } of referencePaths) {
    if (types.isObjectProperty(parent)) parent.shorthand = false
    ;(node as types.Identifier).name = to
  }
  for (const { node } of constantViolations)
    for (const assigned of types.getBindingIdentifiers(node, true)[from] ?? []) assigned.name = to
  identifier.name = to
}

/** Gives every inner name that hides one of the top another name: what moves inwards must still see what it saw. */
function unhide(program: NodePath<types.Program>): void {
  const top = new Set(Object.keys(program.scope.bindings))
  program.traverse({
    Scope({ scope }) {
      for (const [name, binding] of Object.entries(scope.bindings))
        if (top.has(name)) rename(binding, scope.generateUid(name))
    },
  })
  program.scope.crawl()
}

function putInside(into: types.Function, statements: types.Statement[]): void {
  const block = types.isBlockStatement(into.body)
    ? into.body
    : types.blockStatement([types.returnStatement(into.body)])
  block.body.unshift(...statements)
  into.body = block
  if (types.isArrowFunctionExpression(into)) into.expression = false
}

/** `function f(x) {...}` and `var f = (x) => ...` become `var late$f = lateFunction(function (x) {...})` (late.ts): a name that terser keeps, and a call that
 *  it does not see through. They come first, since a variable is not there before its line. */
function mark(program: NodePath<types.Program>, names: readonly string[]): void {
  const marked: types.Statement[] = []
  for (const name of names) {
    const binding = program.scope.bindings[name]!
    rename(binding, LATE_PREFIX + name)
    const { path } = binding
    const { node } = path
    const made = types.isFunctionDeclaration(node)
      ? types.functionExpression(null, node.params, node.body)
      : (node as types.VariableDeclarator).init!
    const call = types.callExpression(types.identifier(LATE_CALL), [made])
    const declarator = types.variableDeclarator(types.identifier(LATE_PREFIX + name), call)
    marked.push(types.variableDeclaration('var', [declarator]))
    path.remove()
  }
  program.node.body.unshift(...marked)
}

/** Babel plugin for a whole bundle: nests under every function whose source name is in `seldom`, and marks those of the top for late.ts when `late`. */
export function nest(seldom: ReadonlySet<string>, late = false): PluginObj {
  return {
    visitor: {
      Program(program) {
        program.scope.crawl()
        unhide(program)
        const items = itemsOf(program)
        const isSeldom = (name: string): boolean => seldom.has(sourceName(name))
        const often = late ? oftenCalled(program, items, isSeldom) : new Set(items.keys())
        const isRoot = (name: string): boolean => {
          const made = functionOf(items.get(name)!)
          if (!made || isSeldom(name)) return !!made
          return !often.has(name) && !name.includes('.') && !isShort(made)
        }
        const roots = new Set([...items.keys()].filter(isRoot))
        const { top, inside } = placesOf(
          new Map([...items].map(([name, item]) => [name, item.mentions])),
          roots,
        )
        for (const [root, names] of inside) {
          const inOrder = [...items].filter(([name]) => names.has(name) && !name.includes('.'))
          const statements = inOrder.map(([, { path }]) => types.cloneNode((path as Statement).node))
          putInside(functionOf(items.get(root)!)!, statements)
        }
        for (const [name, { path }] of items)
          if (!top.has(name) && name !== START && !name.includes('.')) path.remove()
        program.scope.crawl()
        if (late)
          mark(
            program,
            [...inside.keys()].filter((name) => !name.includes('.')),
          )
      },
    },
  }
}
