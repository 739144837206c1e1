/** Every rule for Espruino: the code it refuses, by file, line and what to write instead, and the code it lets pass. */
import { ESLint } from 'eslint'
import { describe, expect, test } from 'vitest'
import { espruinoRules, LINT_RULES } from '../../lint/plugin.ts'
import { ROWS } from './rows.ts'
import { snippetLinter } from './snippets.ts'

/** Types that rows speak of. */
const BEFORE = [
  'export declare const bytes: Uint8Array, text: string, count: number, list: number[], unknownValue: unknown',
  'export declare const rows: { id: number; at: number }[]',
  'export interface Clock { nowMs(): number }',
  'export declare const clock: Clock',
]
  .join('; ')
  .concat('\n')
const FIRST_LINE = 2

const fileOf = (rule: string, kind: 'refused' | 'passes', index: number) =>
  `firmware/${rule}-${kind}-${index}.ts`
const snippets = new Map(
  Object.entries(ROWS).flatMap(([rule, row]) =>
    (['refused', 'passes'] as const).flatMap((kind) =>
      row[kind].map((code, index) => [fileOf(rule, kind, index), BEFORE + code] as const),
    ),
  ),
)
const lint = snippetLinter(snippets)

test('every rule has rows', () => expect(Object.keys(ROWS).sort()).toEqual(Object.keys(LINT_RULES).sort()))

describe.each(Object.entries(ROWS))('%s', (rule, { refused, passes }) => {
  test.each(refused)('refuses %s', async (code) => {
    const file = fileOf(rule, 'refused', refused.indexOf(code))
    const line = FIRST_LINE + code.split('\n').length - 1
    expect(await lint(file)).toContain(`${file}:${line} espruino/${rule} ${LINT_RULES[rule]}`)
  })

  test.each(passes)('lets pass %s', async (code) => {
    expect(await lint(fileOf(rule, 'passes', passes.indexOf(code)))).toEqual([])
  })
})

test('without types a rule stops instead of finding nothing', async () => {
  const { espruino } = await import('../../lint/plugin.ts')
  const eslint = new ESLint({
    overrideConfigFile: true,
    overrideConfig: { plugins: { espruino }, rules: espruinoRules },
  })
  await expect(eslint.lintText('a.slice(1)')).rejects.toThrow('needs types')
})

describe('eslint.config.js', () => {
  const eslint = new ESLint()
  const ours = async (file: string) => {
    const { rules } = (await eslint.calculateConfigForFile(file)) as { rules: Record<string, [number]> }
    return Object.keys(rules).filter((rule) => rule.startsWith('espruino/') && rules[rule]![0] === 2)
  }

  test.each(['core/quantities.ts', 'firmware/radio/mac.ts', 'boards/ttgoLora32V21.ts'])(
    'holds %s to every rule',
    async (file) => expect((await ours(file)).sort()).toEqual(Object.keys(espruinoRules).sort()),
  )

  test.each(['gateway/main.ts', 'sim/run.ts', 'cli/main.ts', 'test/firmware/node.test.ts'])(
    'leaves %s alone: it runs in Node',
    async (file) => expect(await ours(file)).toEqual([]),
  )
})
