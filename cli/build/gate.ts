/** The gate: nothing leaves the build that Espruino would refuse, get silently wrong, or have no room for.
 *  It reads the finished bundle, because Babel and terser write code of their own, and names the TypeScript line by the source map.
 *  Source of the rules: what was run in Espruino 2v29 beside Node (docs/HACKING.md, "What Espruino refuses"). */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { getLineInfo, parse, type AnyNode, type Program } from 'acorn'
import type { Board } from '../../firmware/board.ts'
import { CLASS_RULES, classFaults } from './rules/classes.ts'
import { LIBRARY } from './rules/library.ts'
import { earlyUses } from './rules/order.ts'
import type { Rule } from './rules/rule.ts'
import { SYNTAX } from './rules/syntax.ts'
import { isFunction, walk } from './rules/tree.ts'

/** One thing the gate refuses: where in the TypeScript, by which rule, what to write instead. */
export interface Refusal {
  readonly file: string
  readonly line: number
  readonly rule: string
  readonly instead: string
}

export interface Gated {
  readonly refusals: Refusal[]
  /** Functions the interpreter holds all the time: those of the bundle's own scope and the methods of its classes. */
  readonly functions: number
  readonly bytes: number
}

const RULES: readonly Rule[] = [...SYNTAX, ...LIBRARY]
const ORDER = {
  id: 'defined-before-use',
  instead:
    'move its declaration up and out of the branch (or break the circle of imports): nothing is hoisted here',
}

/** Every rule of the gate with what to write instead; docs/HACKING.md names each. */
export const GATE_RULES: Record<string, string> = {
  ...Object.fromEntries(RULES.map(({ id, instead }) => [id, instead])),
  ...CLASS_RULES,
  [ORDER.id]: ORDER.instead,
}

function findAll(tree: Program): { node: AnyNode; rule: string; instead: string }[] {
  const found: { node: AnyNode; rule: string; instead: string }[] = []
  walk(tree, (node, around) => {
    for (const { id, instead, detects } of RULES)
      if (detects({ node, around })) found.push({ node, rule: id, instead })
    for (const early of earlyUses(node)) found.push({ node: early, rule: ORDER.id, instead: ORDER.instead })
  })
  for (const { node, id } of classFaults(tree)) found.push({ node, rule: id, instead: CLASS_RULES[id] })
  return found
}

/** Counts functions at depth one (the bundle is one function) and methods of classes there; closures live only while their maker runs. */
export function liveFunctions(tree: Program): number {
  let functions = 0
  walk(tree, (node, around) => {
    if (!isFunction(node)) return
    const outer = around.slice(0, -1).filter(isFunction).length
    if (outer === 1) functions++
  })
  return functions
}

/** Walks a bundle. `map` is its source map as JSON; without one, lines are the bundle's own. */
export function gate(code: string, map?: string): Gated {
  const tree = parse(code, { ecmaVersion: 2022, sourceType: 'script', allowReturnOutsideFunction: true })
  const trace = map === undefined ? undefined : new TraceMap(map)
  const place = (node: AnyNode): { file: string; line: number } => {
    const { line, column } = getLineInfo(code, node.start)
    const original = trace && originalPositionFor(trace, { line, column })
    return { file: original?.source ?? 'bundle', line: original?.line ?? line }
  }
  const refusals = findAll(tree).map(({ node, rule, instead }) => ({ ...place(node), rule, instead }))
  return { refusals, functions: liveFunctions(tree), bytes: Buffer.byteLength(code) }
}

/** What is over the board's budgets, in words. */
export function overBudget(gated: Gated, { budgets, name }: Board): string[] {
  const rows = [
    { what: 'bytes', is: gated.bytes, max: budgets.bundleBytes },
    { what: 'functions', is: gated.functions, max: budgets.functions },
  ]
  return rows
    .filter(({ is, max }) => is > max)
    .map(({ what, is, max }) => `${name}: ${is} ${what}, at most ${max}`)
}
