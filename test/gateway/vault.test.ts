/** Sealed keys open in their own vault, for their own device, and nowhere else. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { throwawayVault } from '../../gateway/vault.ts'

const vault = throwawayVault()
const KEY = '000102030405060708090a0b0c0d0e0f'

test('what is sealed opens again, and looks different each time', () => {
  expect(vault.open(vault.seal(KEY, 'a'), 'a')).toBe(KEY)
  expect(vault.seal(KEY, 'a')).not.toBe(vault.seal(KEY, 'a'))
})

test('another device, another vault and any other text are refused', () => {
  const sealed = vault.seal(KEY, 'a')
  expect(() => vault.open(sealed, 'b')).toThrow('vault: sealed')
  expect(() => throwawayVault().open(sealed, 'a')).toThrow('vault: sealed')
  for (const text of ['', KEY, 'g1:', 'g1:AAAA', sealed.slice(0, -4), sealed.replace('g1:', 'g2:')]) {
    expect(() => vault.open(text, 'a')).toThrow('vault: sealed')
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => vault.open(text, 'a')).toThrow('vault: sealed')
    }),
  )
})

test('every changed byte is noticed', () => {
  const bytes = Buffer.from(vault.seal(KEY, 'a').slice(3), 'base64')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    expect(() => vault.open('g1:' + changed.toString('base64'), 'a')).toThrow('vault: sealed')
  }
})
