/** Inheritance as far as Espruino carries it: one level, no inherited statics. */
import type { AnyNode, ClassDeclaration, ClassExpression } from 'acorn'
import { ownerOf, valuesOf } from './scope.ts'
import { walk } from './tree.ts'

export type ClassFault = 'extends-twice' | 'extends-builtin' | 'static-inheritance'

export const CLASS_RULES: Record<ClassFault, string> = {
  'extends-twice':
    'extend one level only, a class by its name: a super call through two levels never returns, and one to a function finds nothing',
  'extends-builtin': 'hold the object in a property',
  'static-inheritance': 'make it a function or a constant beside the class: static members are not inherited',
}

const BUILTINS =
  /^(Object|Function|Array|String|Number|Boolean|Date|RegExp|Promise|\w*Error|ArrayBuffer|DataView|U?[iI]nt\d+(Clamped)?Array|Float\d+Array)$/

type ClassNode = ClassDeclaration | ClassExpression

const isClass = (node: AnyNode | null | undefined): node is ClassNode =>
  node?.type === 'ClassDeclaration' || node?.type === 'ClassExpression'

interface Inheriting {
  readonly node: ClassNode
  /** What the name after `extends` is declared to be. */
  readonly bases: ClassNode[]
  /** The name after `extends` with its scope; empty when it is no plain name. */
  readonly key: string
}

/** Terser gives short names again in other scopes: a name and where the scope that declares it begins. */
const keyOf = (name: string, around: readonly AnyNode[]): string => `${name}@${ownerOf(name, around).start}`

function inheriting(tree: AnyNode): { classes: Inheriting[]; assigned: Set<string> } {
  const classes: Inheriting[] = []
  const assigned = new Set<string>()
  walk(tree, (node, around) => {
    if (isClass(node) && node.superClass) {
      const name = node.superClass.type === 'Identifier' ? node.superClass.name : undefined
      const bases = name === undefined ? [] : valuesOf(name, around).filter(isClass)
      classes.push({ node, bases, key: name === undefined ? '' : keyOf(name, around) })
    }
    if (node.type !== 'AssignmentExpression' || node.left.type !== 'MemberExpression') return
    if (node.left.object.type === 'Identifier') assigned.add(keyOf(node.left.object.name, around))
  })
  return { classes, assigned }
}

const hasStatics = ({ body }: ClassNode): boolean =>
  body.body.some((member) => 'static' in member && member.static)

/** Classes of the bundle that inherit more than works. Babel turns a static field into an assignment to a member of the class. */
export function classFaults(tree: AnyNode): { node: AnyNode; id: ClassFault }[] {
  const { classes, assigned } = inheriting(tree)
  return classes.flatMap(({ node, bases, key }): { node: AnyNode; id: ClassFault }[] => {
    if (bases.length === 0)
      return [{ node, id: BUILTINS.test(key.split('@')[0]!) ? 'extends-builtin' : 'extends-twice' }]
    const faults: ClassFault[] = []
    if (bases.some((base) => base.superClass)) faults.push('extends-twice')
    if (bases.some(hasStatics) || assigned.has(key)) faults.push('static-inheritance')
    return faults.map((id) => ({ node, id }))
  })
}
