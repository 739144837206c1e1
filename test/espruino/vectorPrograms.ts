/** The programs of the vectors: each a bundle of the firmware's own build chain over cases.ts, small enough for 2,500 variables. */
import { readFileSync } from 'node:fs'
import { chain } from '../../cli/build/chain.ts'
import { ROOT } from '../../cli/build/plan.ts'

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
/** The board's own AES, as firmware/hal/espruino.ts uses it. */
const NATIVE = `const crypto = require('crypto')
const aes = (key) => (block) => block.set(new Uint8Array(crypto.AES.encrypt(block, key, { mode: 'ECB' })))`
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

function program(name: string, what: string, head: string, calls: string): { name: string; code: string } {
  return { name, code: `import { ${what} } from '${CASES}'\n${head}\n${calls}\nprint('DONE')\n` }
}

/** Loaded whole the vectors would not fit beside the filter: each is a function that makes its rows when called. */
function filterVectors(): { name: string; code: string }[] {
  const vectors = JSON.parse(readFileSync(ROOT + 'test/vectors/filter.json', 'utf8')) as FilterVector[]
  return vectors.map(({ name, quantity, runs }) => {
    const rows = JSON.stringify(runs.map(([value, seconds]) => [value, seconds]))
    return program(`filter, ${name}`, 'filterVector', '', `filterVector(print, ${quantity}, ${rows})`)
  })
}

/** Every program with the code that runs in the interpreter and in Node. */
export async function vectorPrograms(): Promise<{ name: string; code: string }[]> {
  const crypto = (name: string, aes: string): { name: string; code: string }[] => [
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
  ]
  const chained = await chain(entries, ROOT + 'test/espruino/tsconfig.json')
  return entries.map(({ name }, index) => ({ name, code: chained[index]!.code }))
}
