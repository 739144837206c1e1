/** The option `--signer` of several subcommands: a file of `fieldnode sign init` with the public key of the releases. */
import { existsSync, readFileSync } from 'node:fs'
import { OptionError } from './options.ts'
import { publicKeyIn } from './sign/keyFolder.ts'
import { signTexts } from './sign/texts.ts'

/** The key of that file; undefined where the option was left out. Throws an OptionError for a file that is none. */
export function signerOption(path: string | undefined): Uint8Array | undefined {
  if (path === undefined) return undefined
  const key = existsSync(path) ? publicKeyIn(readFileSync(path, 'latin1')) : undefined
  if (!key) throw new OptionError('--signer', signTexts.expects.publicKey, path)
  return key
}
