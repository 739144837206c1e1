/** Filter, packets, LoRaWAN and AES in the real interpreter, line by line as Node has them. */
import { createCipheriv, createHash } from 'node:crypto'
import { createContext, Script } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { program, Interpreter } from './interpreter.ts'
import { vectorPrograms, type VectorProgram } from './vectorPrograms.ts'

/** Node's AES in the shape of Espruino's crypto module. */
const crypto = {
  AES: {
    encrypt: (message: Uint8Array, key: Uint8Array) => {
      const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false)
      return Uint8Array.from(cipher.update(message)).buffer
    },
  },
  SHA256: (message: Uint8Array) => Uint8Array.from(createHash('sha256').update(message).digest()).buffer,
}
/** Espruino's own, for tables that stand in a bundle as text. */
const E = { toArrayBuffer: (text: string) => Uint8Array.from(Buffer.from(text, 'latin1')).buffer }

/** What a program prints in Node. */
function inNode({ code, signed }: VectorProgram): string[] {
  const lines: string[] = []
  const globals = {
    print: (line: unknown) => void lines.push(String(line).trimEnd()),
    require: (name: string) =>
      name === 'Storage' ? { readArrayBuffer: () => Uint8Array.from(signed!).buffer } : crypto,
    E,
    atob,
  }
  new Script(code).runInContext(createContext(globals))
  return lines
}

const programs = await vectorPrograms()

describe.skipIf(!program)('in the real interpreter', () => {
  let espruino: Interpreter
  beforeAll(() => {
    espruino = new Interpreter()
  })
  afterAll(() => espruino.remove())

  for (const vector of programs) {
    test(`${vector.name}: as in Node`, async () => {
      espruino.write('bundle.js', vector.code)
      espruino.write('signed.bin', vector.signed ?? '')
      await espruino.store({ '.bootcde': 'bundle.js', ...(vector.signed && { signed: 'signed.bin' }) })
      const expected = inNode(vector)
      const lines = await espruino.run([], /DONE|Uncaught|OUT OF MEMORY/)
      const from = lines.indexOf(expected[0]!)
      expect(lines.slice(from, from + expected.length)).toEqual(expected)
      expect(expected.length).toBeGreaterThan(1)
    })
  }
})
