/** Secrets at rest: keys are kept as AES-256-GCM text under a master key that lies, readable by its owner only, in the data folder.
 *  The sealed text is 'g1:' and the base64 of nonce (12 bytes), tag (16) and ciphertext; the device's EUI is bound to it as
 *  additional data, so that a sealed key cannot be moved to another device's row. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const PREFIX = 'g1:'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const OWNER_ONLY = 0o600

export class VaultError extends Error {
  constructor(readonly reason: 'masterKey' | 'sealed') {
    super(`vault: ${reason}`)
    this.name = 'VaultError'
  }
}

export class Vault {
  constructor(private readonly masterKey: Uint8Array) {}

  /** `secretHex` as text that only this vault opens, and only for the same `owner`. */
  seal(secretHex: string, owner: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.masterKey, nonce).setAAD(Buffer.from(owner))
    const sealed = Buffer.concat([cipher.update(secretHex, 'hex'), cipher.final()])
    return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
  }

  /** The secret as hex. Throws VaultError `sealed` when the text was changed, moved or sealed under another master key. */
  open(sealedText: string, owner: string): string {
    const bytes = Buffer.from(sealedText.slice(PREFIX.length), 'base64')
    if (!sealedText.startsWith(PREFIX) || bytes.length < NONCE_BYTES + TAG_BYTES)
      throw new VaultError('sealed')
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.masterKey, bytes.subarray(0, NONCE_BYTES)).setAAD(
        Buffer.from(owner),
      )
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      return Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
        decipher.final(),
      ]).toString('hex')
    } catch {
      throw new VaultError('sealed')
    }
  }
}

/** Reads the folder's master key, or draws one when the folder has none. Throws VaultError `masterKey` when it is damaged: a new one
 *  would make every kept key worthless. */
export function openVault(folder: string): Vault {
  const file = join(folder, 'master.key')
  try {
    writeFileSync(file, randomBytes(KEY_BYTES).toString('hex') + '\n', { mode: OWNER_ONLY, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const text = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/.test(text)) throw new VaultError('masterKey')
  return new Vault(Buffer.from(text, 'hex'))
}

/** A vault for a gateway that keeps nothing. */
export const throwawayVault = (): Vault => new Vault(randomBytes(KEY_BYTES))
