/** Moves a method of a literal that one place calls to that place: a Babel plugin for the whole bundle.
 *
 *  A board's literal builds the driver of its radio chip, so that a bundle holds no other driver. Left there, the method would be a live function, and what
 *  the driver shares with its caller would be made twice (nest.ts): 17 variables. Nothing is moved where another property has the same name, where another
 *  place reads it, or where what it mentions means something else at the place that calls it. */
import { types, type NodePath, type PluginObj } from '@babel/core'

/** By name. */
export const ONCE: ReadonlySet<string> = new Set(['openRadio'])

type Program = NodePath<types.Program>

const isNamed = (node: types.Node, name: string): boolean => types.isIdentifier(node, { name })

/** Where a name is written, and where it is looked up. */
function mentions(program: Program, name: string): { written: NodePath[]; read: NodePath[] } {
  const written: NodePath[] = []
  const read: NodePath[] = []
  const write = (path: NodePath<types.ObjectMember | types.ClassMethod>): void => {
    if (isNamed(path.node.key, name)) written.push(path)
  }
  program.traverse({
    ObjectMember: write,
    ClassMethod: write,
    MemberExpression(path) {
      if (isNamed(path.node.property, name)) read.push(path)
    },
    StringLiteral(path) {
      if (path.node.value === name) read.push(path)
    },
  })
  return { written, read }
}

/** Whether every name that `method` takes from outside is the same one at `place`. */
function meansTheSame(method: NodePath, place: NodePath): boolean {
  let same = true
  method.traverse({
    ReferencedIdentifier({ node: { name }, scope }) {
      const binding = scope.getBinding(name)
      if (binding?.scope.path.isDescendant(method) || binding?.scope === method.scope) return
      if (binding !== place.scope.getBinding(name)) same = false
    },
  })
  return same
}

function move(program: Program, name: string): void {
  const { written, read } = mentions(program, name)
  const home = written[0]
  const place = read[0]
  if (written.length !== 1 || read.length !== 1 || !home?.isObjectProperty() || !place) return
  const method = home.get('value')
  const called = place.parentPath?.isCallExpression() && place.key === 'callee'
  if (!called || !method.isArrowFunctionExpression() || !meansTheSame(method, place)) return
  place.replaceWith(method.node)
  home.remove()
}

/** The plugin. */
export function calledOnce(names: ReadonlySet<string>): PluginObj {
  return {
    visitor: {
      Program(program) {
        program.scope.crawl()
        for (const name of names) move(program, name)
      },
    },
  }
}
