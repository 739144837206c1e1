/** The gate: nothing leaves the build that Espruino would refuse or get silently wrong.
 *  It reads the finished bundle, because Babel and terser write code of their own, and names the TypeScript line by the source map.
 *  Source of the rules: what was run in Espruino 2v29 beside Node (docs/HACKING.md, "What Espruino refuses"). */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { getLineInfo, parse, type AnyNode, type Program } from 'acorn'
import { BuildError } from './fault.ts'
import { CLASS_RULES, classFaults } from './rules/classes.ts'
import { LIBRARY } from './rules/library.ts'
import { earlyUses } from './rules/order.ts'
import type { Rule } from './rules/rule.ts'
import { SYNTAX } from './rules/syntax.ts'
import { walk } from './rules/tree.ts'

/** One thing the gate refuses: by which rule, where in the TypeScript, and what to write instead. */
export interface Finding {
  readonly rule: string
  readonly file: string
  readonly line: number
  readonly message: string
}

const RULES: readonly Rule[] = [...SYNTAX, ...LIBRARY]
const ORDER = 'defined-before-use'

/** Every rule of the gate with what to write instead; docs/HACKING.md names each. */
export const GATE_RULES: Record<string, string> = {
  ...Object.fromEntries(RULES.map(({ id, instead }) => [id, instead])),
  ...CLASS_RULES,
  [ORDER]:
    'move its declaration up and out of the branch (or break the circle of imports): nothing is hoisted here',
}

function findAll(tree: Program): { node: AnyNode; rule: string }[] {
  const found: { node: AnyNode; rule: string }[] = []
  walk(tree, (node, around) => {
    for (const rule of RULES) if (rule.detects({ node, around })) found.push({ node, rule: rule.id })
    for (const early of earlyUses(node)) found.push({ node: early, rule: ORDER })
  })
  return [...found, ...classFaults(tree).map(({ node, id }) => ({ node, rule: id }))]
}

/** Where an offset of the bundle comes from; the bundle itself where no map leads further. */
function placer(code: string, map: string | undefined): (offset: number) => { file: string; line: number } {
  const trace = map === undefined ? undefined : new TraceMap(map)
  return (offset) => {
    const { line, column } = getLineInfo(code, offset)
    const original = trace && originalPositionFor(trace, { line, column })
    return { file: original?.source ?? 'bundle', line: original?.line ?? line }
  }
}

/** Syntax tree of a bundle. Throws a BuildError where it is no ECMAScript 2022. */
export function bundleTree(code: string, map?: string): Program {
  try {
    return parse(code, { ecmaVersion: 2022, sourceType: 'script' })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const { file, line } = placer(code, map)((error as SyntaxError & { pos: number }).pos)
    throw new BuildError([`${file}:${line}: ${error.message.replace(/ \(\d+:\d+\)$/, '')}`])
  }
}

/** Looks a bundle over. `map` is its source map as JSON; without one, lines are the bundle's own. Throws a BuildError where it is no ECMAScript 2022. */
export function gate(code: string, map?: string): Finding[] {
  const place = placer(code, map)
  const rows = findAll(bundleTree(code, map)).map(({ node, rule }) => ({
    rule,
    ...place(node.start),
    message: GATE_RULES[rule]!,
  }))
  const first = new Map(rows.map((row) => [`${row.file}:${row.line}:${row.rule}`, row]))
  return [...first.values()]
}
