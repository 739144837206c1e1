/** Packets whose bytes are written down. The real interpreter runs the same file. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FLAG } from '../../../core/flags.ts'
import { UPLINK_PORT, decodeSamples, encodeSamples } from '../../../core/packet/index.ts'
import { quantity } from '../../../core/quantities.ts'
import { readingsOf } from './readingsOf.ts'

interface Vector {
  name: string
  note: string
  epoch: number
  sequence: number
  quantities: number[]
  values: number[][]
  flags: number[][]
  ageSeconds: number
  ageUncertain: boolean
  intervalSeconds: number
  acknowledgementWanted: boolean
  bytes: string
}

const file = new URL('../../vectors/packet.json', import.meta.url)
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[]

describe.each(vectors)('$name', (vector) => {
  const bytes = Uint8Array.from(Buffer.from(vector.bytes, 'hex'))
  const port = vector.values.length === 1 ? UPLINK_PORT.sample : UPLINK_PORT.batch
  const readings = readingsOf(vector.values, vector.flags)

  test('encodes', () => {
    const into = new Uint8Array(600)
    const length = encodeSamples({ ...vector, readings }, into)
    expect(Buffer.from(into.subarray(0, length)).toString('hex')).toBe(vector.bytes)
  })

  test('decodes', () => {
    const decoded = decodeSamples(port, bytes)
    if (typeof decoded === 'string') throw new Error(decoded)
    expect(decoded.quantities).toEqual(vector.quantities)
    expect(decoded.sequenceLow).toBe(vector.sequence % 65_536)
    expect(decoded.epochAlias).toBe(vector.epoch % 256)
    expect(decoded.intervalSeconds).toBe(vector.intervalSeconds)
    decoded.samples.forEach((sample, i) => {
      expect(sample.flags).toEqual(vector.flags[i])
      sample.values.forEach((value, c) => {
        const step = quantity(vector.quantities[c]!)!.wireStep
        const meant = vector.flags[i]![c] === FLAG.missing ? 0 : vector.values[i]![c]!
        const limited = Math.max(-2147480000, Math.min(2147480000, meant))
        expect(Math.abs(value - limited)).toBeLessThanOrEqual(step / 2)
      })
    })
  })

  test('refuses every truncation', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(decodeSamples(port, bytes.subarray(0, length))).toBeTypeOf('string')
    }
  })
})
