/** The bundles as they lie in dist/firmware: what ships is what is tested. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LOADER_FILE } from '../../cli/boardFiles.ts'
import { bundlePlans, ROOT, type BundlePlan } from '../../cli/build/plan.ts'

export interface BuiltBundle {
  plan: BundlePlan
  code: string
}

/** All of them for the default region; throws where `npm run build` has not been run. */
export async function builtBundles(): Promise<BuiltBundle[]> {
  return (await bundlePlans()).map((plan) => ({
    plan,
    code: readFileSync(join(ROOT, 'dist/firmware', plan.file), 'utf8'),
  }))
}

/** What each of them is started by. */
export const builtLoader = (): string => readFileSync(join(ROOT, 'dist/firmware', LOADER_FILE), 'utf8')
