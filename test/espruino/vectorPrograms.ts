/** The programs of the vectors: each a bundle of the firmware's own build chain over cases.ts, small enough for 2,500 variables. */
import { readFileSync } from 'node:fs'
import { chain } from '../../cli/build/chain.ts'
import { ROOT } from '../../cli/build/plan.ts'
import { growKey, publicKeyOf, signLms } from '../../cli/sign/lms.ts'
import { nodeSha256 } from '../../cli/sign/nodeSha256.ts'
import { encodeManifest } from '../../core/update/manifest.ts'

const bytes = (hex: string): string => `new Uint8Array([${[...Buffer.from(hex, 'hex')].join(',')}])`

/** RFC 4493, section 4. */
const RFC_KEY = bytes('2b7e151628aed2a6abf7158809cf4f3c')
const RFC_MESSAGE = bytes(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
)
/** FIPS-197, appendix B. */
const FIPS_BLOCK = bytes('3243f6a8885a308d313198a2e0370734')
/** brocaar/lorawan, phypayload_test.go. */
const ACCEPT_KEY = bytes('00112233445566778899aabbccddeeff')
const ACCEPT = bytes('20493eeb51fba2116f810edb3742975142')

const CASES = `./test/espruino/cases.ts`
const UPDATE_CASES = './test/espruino/updateCases.ts'
/** The board's own AES, as firmware/hal/espruino.ts uses it. */
const NATIVE = `const crypto = require('crypto')
const aes = (key) => (block) => block.set(new Uint8Array(crypto.AES.encrypt(block, key, { mode: 'ECB' })))`
/** The board's own SHA-256, and a file that lies in its flash: no byte of it is in a variable before it is read. */
const NATIVE_SHA256 = `const crypto = require('crypto')
const sha256 = (message) => new Uint8Array(crypto.SHA256(message))
const file = require('Storage').readArrayBuffer('signed')
const read = (offset, length) => new Uint8Array(file, offset, length)`
const TABLE = `import { tableAes as aes } from './core/lorawan/aes.ts'`

const SETS: Record<string, number[]> = {
  soil: [1, 3, 4, 16],
  gauge: [9, 3, 16],
  light: [18, 23, 29, 30, 22],
  village: [1, 2, 3, 4, 5, 6, 9, 15, 16],
}

interface FilterVector {
  name: string
  quantity: number
  runs: number[][]
}

/** A program's name and code, and the file `signed` in the board's Storage where it reads one. */
export interface VectorProgram {
  readonly name: string
  readonly code: string
  readonly signed?: Uint8Array
}

function program(name: string, what: string, head: string, calls: string, from = CASES): VectorProgram {
  return { name, code: `import { ${what} } from '${from}'\n${head}\n${calls}\nprint('DONE')\n` }
}

/** Loaded whole the vectors would not fit beside the filter: each is a function that makes its rows when called. */
function filterVectors(): VectorProgram[] {
  const vectors = JSON.parse(readFileSync(ROOT + 'test/vectors/filter.json', 'utf8')) as FilterVector[]
  return vectors.map(({ name, quantity, runs }) => {
    const rows = JSON.stringify(runs.map(([value, seconds]) => [value, seconds]))
    return program(`filter, ${name}`, 'filterVector', '', `filterVector(print, ${quantity}, ${rows})`)
  })
}

interface LmsVector {
  publicKey: string
  message: string
  signature: string
}

/** RFC 8554's signature with the parameter set that fieldnode signs with. */
function lmsVector(): VectorProgram {
  const vectors = JSON.parse(readFileSync(ROOT + 'test/vectors/lms.json', 'utf8')) as LmsVector[]
  const { publicKey, message, signature } = vectors.find((row) =>
    row.publicKey.startsWith('0000000600000003'),
  )!
  const call = `lmsCases(print, sha256, ${bytes(publicKey)}, ${bytes(message)}, ${signature.length / 2}, read)`
  const made = program('LMS signature of RFC 8554', 'lmsCases', NATIVE_SHA256, call, UPDATE_CASES)
  return { ...made, signed: Buffer.from(signature, 'hex') }
}

/** A ticket of a key that is always the same, of 32 leaves. */
function ticket(): VectorProgram {
  const seed = new Uint8Array(32).fill(7)
  const key = growKey(nodeSha256, { lmsType: 5, otsType: 3, identifier: new Uint8Array(16).fill(9), seed })
  const board = 'ttgo-lora32-v21'
  const manifest = {
    version: 7,
    board,
    profile: 'soil',
    region: 'AS923-2',
    bundleBytes: 40_000,
    digest: seed,
  }
  const record = encodeManifest(manifest) as Uint8Array
  const signed = Buffer.concat([record, signLms(nodeSha256, key, 31, seed, record)])
  const publicKey = bytes(Buffer.from(publicKeyOf(key)).toString('hex'))
  const call = `ticketCases(print, sha256, ${publicKey}, ${signed.length}, read, '${board}')`
  return { ...program('LMS ticket of an update', 'ticketCases', NATIVE_SHA256, call, UPDATE_CASES), signed }
}

/** Every program with the code that runs in the interpreter and in Node. */
export async function vectorPrograms(): Promise<VectorProgram[]> {
  const crypto = (name: string, aes: string): VectorProgram[] => [
    program(`CMAC, ${name}`, 'cmacCases', aes, `cmacCases(print, aes, ${RFC_KEY}, ${RFC_MESSAGE})`),
    program(`AES, ${name}`, 'blockCases', aes, `blockCases(print, aes, ${RFC_KEY}, ${FIPS_BLOCK}, 11, 100)`),
    program(`data frames, ${name}`, 'frameCases', aes, `frameCases(print, aes, 22, 60)`),
    program(`join, ${name}`, 'joinCases', aes, `joinCases(print, aes, ${ACCEPT_KEY}, ${ACCEPT}, 33, 20)`),
  ]
  const entries = [
    ...crypto('own AES', TABLE),
    ...crypto("the board's AES", NATIVE),
    ...Object.entries(SETS).map(([name, set]) =>
      program(`packets, ${name}`, 'packetCases', '', `packetCases(print, [${set.join(',')}], 44, 60)`),
    ),
    ...[1, 3, 4, 9, 16].map((id) =>
      program(`filter of quantity ${id}`, 'filterCases', '', `filterCases(print, ${id}, 55, 300)`),
    ),
    ...filterVectors(),
    program('sun and lamps', 'lightCases', '', 'lightCases(print, 66, 150)'),
    lmsVector(),
    ticket(),
  ]
  const chained = await chain(entries, { tsconfig: ROOT + 'test/espruino/tsconfig.json' })
  return entries.map((entry, index) => ({ ...entry, code: chained[index]!.code }))
}
