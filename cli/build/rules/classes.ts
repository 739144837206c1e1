/** Inheritance as far as Espruino carries it: one level, no inherited statics. */
import type { AnyNode, Class } from 'acorn'
import { walk } from './tree.ts'

export type ClassFault = 'extends-twice' | 'static-inheritance'

export const CLASS_RULES: Record<ClassFault, string> = {
  'extends-twice': 'extend one level only: a super call through two levels never returns',
  'static-inheritance': 'make it a function beside the class: static methods are not inherited',
}

function classesOf(tree: AnyNode): Map<string, Class> {
  const classes = new Map<string, Class>()
  walk(tree, (node) => {
    if (node.type === 'ClassDeclaration' && node.id) classes.set(node.id.name, node)
    if (node.type === 'VariableDeclarator' && node.init?.type === 'ClassExpression' && node.id.type === 'Identifier')
      classes.set(node.id.name, node.init)
  })
  return classes
}

/** Classes of the bundle that inherit more than works. */
export function classFaults(tree: AnyNode): { node: AnyNode; id: ClassFault }[] {
  const classes = classesOf(tree)
  const faults: { node: AnyNode; id: ClassFault }[] = []
  for (const each of classes.values()) {
    const base = each.superClass?.type === 'Identifier' ? classes.get(each.superClass.name) : undefined
    if (!base) continue
    if (base.superClass) faults.push({ node: each, id: 'extends-twice' })
    if (base.body.body.some((member) => member.type === 'MethodDefinition' && member.static))
      faults.push({ node: each, id: 'static-inheritance' })
  }
  return faults
}
