/** Who a node is to a broker: held against the definition of AES-CMAC over Node's own AES. */
import { createCipheriv } from 'node:crypto'
import { expect, test } from 'vitest'
import { tableAes } from '../../core/lorawan/aes.ts'
import { mqttId, mqttPassword, mqttTopics } from '../../core/mqttIdentity.ts'

const DEV_EUI = Uint8Array.from([0x70, 0xb3, 0xd5, 0x7e, 0xd0, 0xc0, 0xff, 0xee])

test('id and topics are the DevEUI in lower case', () => {
  expect(mqttId(DEV_EUI)).toBe('70b3d57ed0c0ffee')
  expect(mqttTopics(DEV_EUI)).toBe('fieldnode/70b3d57ed0c0ffee/')
})

test('the password is the CMAC of the fixed text, as Node computes it by the definition of RFC 4493', () => {
  const key = Uint8Array.from({ length: 16 }, (_, i) => i * 7)
  const encrypt = (block: Uint8Array): Buffer => createCipheriv('aes-128-ecb', key, null).update(block)
  const subkey =
    (BigInt('0x' + encrypt(new Uint8Array(16)).toString('hex')) << 1n) ^
    (encrypt(new Uint8Array(16))[0]! & 0x80 ? 0x87n : 0n)
  const k1 = Buffer.from((subkey & ((1n << 128n) - 1n)).toString(16).padStart(32, '0'), 'hex')
  const block = Buffer.from('fieldnode mqtt 1').map((byte, i) => byte ^ k1[i]!)
  expect(mqttPassword(tableAes, key)).toBe(encrypt(block).toString('hex'))
})
