/** The operator's PIN: kept as a scrypt hash, compared in constant time, and tried at most ten times a minute from one address
 *  (ETSI EN 303 645, 5.1-5: brute force is impracticable). */
import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'

/** `locked`: this address has tried too often; `unset`: no PIN was ever given, so nobody may act. */
export type PinVerdict = 'right' | 'wrong' | 'missing' | 'locked' | 'unset'

const TRIES_MAX = 10
const TRY_WINDOW_MS = 60_000
/** Addresses that are remembered; the oldest is forgotten for a new one. */
const ADDRESSES_MAX = 10_000
const HASH_BYTES = 32
const SALT_BYTES = 16
const PIN_CHARS_MAX = 128
/** 16 MB and some 50 ms a try: cheap for an operator, dear for a thief of the file. */
const COST = { N: 16384, r: 8, p: 1 }

interface KeptPin {
  salt: Buffer
  hash: Buffer
}

const fileOf = (folder: string): string => join(folder, 'operator.pin')

/** Keeps the hash of `pin` in the folder, readable by its owner only. */
function keep(folder: string, kept: KeptPin): void {
  const text = `scrypt:${kept.salt.toString('hex')}:${kept.hash.toString('hex')}\n`
  writeFileSync(fileOf(folder), text, { mode: 0o600 })
}

function hashNow(pin: string): KeptPin {
  const salt = randomBytes(SALT_BYTES)
  return { salt, hash: scryptSync(pin, salt, HASH_BYTES, COST) }
}

function read(folder: string): KeptPin | undefined {
  if (!existsSync(fileOf(folder))) return undefined
  const match = /^scrypt:([0-9a-f]{32}):([0-9a-f]{64})$/.exec(readFileSync(fileOf(folder), 'utf8').trim())
  return match ? { salt: Buffer.from(match[1]!, 'hex'), hash: Buffer.from(match[2]!, 'hex') } : undefined
}

export class OperatorPin {
  private readonly wrongTries = new Map<string, number[]>()

  private constructor(
    private readonly kept: KeptPin | undefined,
    private readonly clock: Clock,
  ) {}

  /** A new `pin` replaces the kept one. Without a folder nothing is kept. */
  static open(folder: string | undefined, pin: string | undefined, clock: Clock): OperatorPin {
    const fresh = pin === undefined ? undefined : hashNow(pin)
    if (fresh && folder !== undefined) keep(folder, fresh)
    return new OperatorPin(fresh ?? (folder === undefined ? undefined : read(folder)), clock)
  }

  /** Checks a try from `address`. A locked address is not even compared, so that it learns nothing. */
  async check(pin: string | undefined, address: string): Promise<PinVerdict> {
    if (!this.kept) return 'unset'
    if (pin === undefined || pin === '') return 'missing'
    const tries = this.recentTries(address)
    if (tries.length >= TRIES_MAX) return 'locked'
    // The try is booked before the hash is ready: tries that run side by side count, too.
    tries.push(this.clock.now())
    if (pin.length > PIN_CHARS_MAX || !(await this.matches(pin, this.kept))) return 'wrong'
    tries.pop()
    return 'right'
  }

  private matches(pin: string, kept: KeptPin): Promise<boolean> {
    return new Promise((resolve) =>
      scrypt(pin, kept.salt, HASH_BYTES, COST, (error, hash) =>
        resolve(!error && timingSafeEqual(hash, kept.hash)),
      ),
    )
  }

  /** The times of this address's wrong tries within the last minute; what is pushed to it is remembered. */
  private recentTries(address: string): number[] {
    const since = this.clock.now() - TRY_WINDOW_MS
    const tries = this.wrongTries.get(address) ?? []
    const stale = tries.findIndex((timeMs) => timeMs > since)
    tries.splice(0, stale < 0 ? tries.length : stale)
    if (!this.wrongTries.has(address) && this.wrongTries.size >= ADDRESSES_MAX) {
      this.wrongTries.delete(this.wrongTries.keys().next().value!)
    }
    this.wrongTries.set(address, tries)
    return tries
  }
}
