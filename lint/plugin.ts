/** The eslint plugin `espruino`: traps of Espruino that need types or the source. The gate (cli/build/gate.ts) has those that the finished
 *  bundle shows; docs/HACKING.md, "What Espruino refuses", says which trap has its home where. */
import type { ESLint, Linter } from 'eslint'
import { eslintRule, type Rule } from './rule.ts'
import { ARRAYS } from './rules/arrays.ts'
import { NUMBERS } from './rules/numbers.ts'
import { SOURCE } from './rules/source.ts'

const RULES: readonly Rule[] = [...ARRAYS, ...NUMBERS, ...SOURCE]

/** Every rule of the plugin with what to write instead. */
export const LINT_RULES: Record<string, string> = Object.fromEntries(
  RULES.map(({ id, instead }) => [id, instead]),
)

export const espruino: ESLint.Plugin = {
  rules: Object.fromEntries(RULES.map((rule) => [rule.id, eslintRule(rule)])),
}

/** All of them, as errors. */
export const espruinoRules: Linter.RulesRecord = Object.fromEntries(
  RULES.map(({ id }) => [`espruino/${id}`, 'error' as const]),
)
