/** The bundles of a plan: made, looked over by the gate, weighed against the board's budgets, and counted. */
import { chain, type Chained } from './chain.ts'
import { countFunctions } from './functions.ts'
import { bundleTree, gate, type Finding } from './gate.ts'
import { BUNDLE_END } from '../../firmware/update/record.ts'
import { ROOT, type BundlePlan } from './plan.ts'

/** One bundle as it goes to a board, and what `fieldnode build --json` prints of it. */
export interface Bundle {
  readonly board: string
  readonly profile: string
  readonly region: string
  /** Without its folder. */
  readonly file: string
  readonly bytes: number
  readonly functions: number
  readonly code: string
  readonly findings: readonly Finding[]
}

/** Plain data as the source of a literal. Its names stay unquoted, so that they are shortened as those in the code that reads them are. */
export const literal = (value: object): string => JSON.stringify(value).replace(/"([A-Za-z]\w*)":/g, '$1:')

/** What a bundle begins with; rollup follows its imports, which start at the root. The region is written out: what regions share is
 *  joined here and not on a node. */
function entryCode({ board, profile, region }: BundlePlan): string {
  return [
    `import { start } from './firmware/start.ts'`,
    `import { espruinoHal } from './firmware/hal/espruino.ts'`,
    `import { ${board.exported} as board } from './${board.file}'`,
    `import { ${profile.exported} as profile } from './${profile.file}'`,
    `const region = ${literal(region)}`,
    `start(board, profile, region, espruinoHal(board))`,
  ].join('\n')
}

/** A bundle out of the chain, looked over and weighed. */
export function finished(plan: BundlePlan, { code: read, shipped, map }: Chained): Bundle {
  const code = shipped + BUNDLE_END + plan.release
  const board = plan.board.value
  const bytes = Buffer.byteLength(code)
  const functions = countFunctions(bundleTree(code))
  const findings = [...gate(read, map)]
  const over = (what: string, is: number, most: number): void => {
    if (is <= most) return
    const message = `${is} ${what}, the budget of ${board.name} is ${most}`
    findings.push({ rule: 'budget', file: plan.board.file, line: 1, message })
  }
  over('bytes', bytes, board.budgets.bundleBytes)
  over('live functions', functions, board.budgets.functions)
  return {
    board: board.name,
    profile: plan.profile.value.name,
    region: plan.region.name,
    file: plan.file,
    bytes,
    functions,
    code,
    findings,
  }
}

/** Makes them all. Throws where a type is wrong or a module is missing; what the gate refuses stands in the findings. */
export async function makeBundles(plans: readonly BundlePlan[]): Promise<Bundle[]> {
  const entries = plans.map((plan) => ({
    name: plan.file,
    code: entryCode(plan),
    instead: {
      'firmware/link/link.ts': `export * from '${ROOT}firmware/link/${plan.board.value.link}.ts'`,
      'firmware/release.ts': `export const RELEASE = ${plan.release}`,
    },
  }))
  const chained = await chain(entries, { late: true })
  return plans.map((plan, index) => finished(plan, chained[index]!))
}
