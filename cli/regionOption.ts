/** The option --region of several subcommands. */
import { REGIONS, regionNamed, type Region } from '../core/regions/index.ts'
import { OptionError } from './options.ts'

/** The region of this name. Throws an OptionError that names all of them. */
export function regionOption(name: string): Region {
  const region = regionNamed(name)
  if (!region) throw new OptionError('--region', REGIONS.map((row) => row.name).join(' | '), name)
  return region
}
