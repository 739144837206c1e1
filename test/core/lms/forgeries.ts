/** Signatures with something changed and signatures of chance, as many as a test wants: each is refused by its name. */
import { expect } from 'vitest'
import { endsInMemory } from '../../../core/lms/ends.ts'
import { verifyLms, type LmsOutcome } from '../../../core/lms/verify.ts'
import { mutated, randomBytes, randomFrom } from '../packet/mangle.ts'
import { LMS_VECTORS, readerOf, sha256 } from './signatures.ts'

export const seed = 8554
/** LMS_SHA256_M32_H10 over LMOTS_SHA256_N32_W4: what fieldnode signs with. */
export const ours = LMS_VECTORS.find(({ publicKey }) => publicKey[3] === 6 && publicKey[7] === 3)!

export const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): LmsOutcome =>
  verifyLms(sha256, key, message, signature.length, readerOf(signature), endsInMemory(sha256))

export function changed(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at]! ^= bit
  return copy
}

/** A bit of every `stride`th byte is turned. */
export function expectEveryByteCounts(stride: number): void {
  const { publicKey, message, signature } = ours
  const types = new Set([4, 5, 6, 7, 2184, 2185, 2186, 2187])
  for (let at = 0; at < signature.length; at += stride) {
    const expected = at < 2 ? 'leaf' : types.has(at) ? 'type' : 'wrong'
    expect(verify(publicKey, message, changed(signature, at)), `byte ${at}`).toBe(expected)
  }
}

export function expectNoForgery(randoms: number, mutants: number): void {
  const random = randomFrom(seed)
  const { publicKey, message, signature } = ours
  const seen = new Map<LmsOutcome, number>()
  const take = (outcome: LmsOutcome): void => void seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
  for (let i = 0; i < randoms; i++) {
    const key = random(4) ? publicKey : randomBytes(random, 60)
    take(
      verifyLms(
        sha256,
        key,
        message,
        signature.length,
        readerOf(randomBytes(random, 64)),
        endsInMemory(sha256),
      ),
    )
  }
  for (let i = 0; i < mutants; i++) take(verify(publicKey, message, mutated(random, signature)))
  // Turning one bit twice gives the signature back: those are valid by right, and rare.
  expect(seen.get('valid') ?? 0).toBeLessThan(3)
  for (const outcome of ['keyLength', 'length', 'type', 'leaf', 'wrong'] as const)
    expect(seen.get(outcome), outcome).toBeGreaterThan(0)
}
