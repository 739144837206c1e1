/** What there is to build: every board of boards/ with every profile of firmware/profiles/, found by their files. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Board } from '../../firmware/board.ts'
import { REGION_DEFAULT, regionNamed, type Region } from '../../core/regions/index.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { RELEASE } from '../../firmware/release.ts'

export { REGION_DEFAULT }

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A literal, the file it stands in (relative to the root) and the name it is exported by. */
export interface Exported<T> {
  readonly file: string
  readonly exported: string
  readonly value: T
}

/** One bundle that is to be made. */
export interface BundlePlan {
  readonly board: Exported<Board>
  readonly profile: Exported<Profile>
  readonly region: Region
  /** A node takes no update that is not above what runs on it. */
  readonly release: number
  /** Of the output, without its folder: <board>-<profile>.js, with the region when it is not the default. */
  readonly file: string
}

/** The exports of every .ts file in `folder` that `is` accepts. An empty folder is an error: it means a wrong path, not a small project. */
async function exportsIn<T>(folder: string, is: (value: object) => boolean): Promise<Exported<T>[]> {
  const names = readdirSync(join(ROOT, folder)).filter((name) => /^[^.]+\.ts$/.test(name))
  const found: Exported<T>[] = []
  for (const name of names.sort()) {
    const file = `${folder}/${name}`
    const module = (await import(pathToFileURL(join(ROOT, file)).href)) as Record<string, unknown>
    for (const [exported, value] of Object.entries(module))
      if (typeof value === 'object' && value !== null && is(value))
        found.push({ file, exported, value: value as T })
  }
  if (found.length === 0) throw new Error(`${folder}: no file exports what is looked for`)
  return found
}

export const boards = (): Promise<Exported<Board>[]> => exportsIn('boards', (value) => 'mcu' in value)

export const profiles = (): Promise<Exported<Profile>[]> =>
  exportsIn('firmware/profiles', (value) => 'mount' in value && 'run' in value)

/** File of a bundle, without its folder. */
export const bundleName = (board: string, profile: string, region: string): string =>
  `${board}-${profile}${region === REGION_DEFAULT ? '' : `-${region}`}.js`

/** Every board with every profile for one region, which has to be one of core/regions, as a release of that number (1 to 2^32 - 1). */
export async function bundlePlans(regionName = REGION_DEFAULT, release = RELEASE): Promise<BundlePlan[]> {
  const region = regionNamed(regionName)
  if (!region) throw new Error(`core/regions: no region ${regionName}`)
  const all = await profiles()
  return (await boards()).flatMap((board) =>
    all.map((profile) => ({
      board,
      profile,
      region,
      release,
      file: bundleName(board.value.name, profile.value.name, regionName),
    })),
  )
}
