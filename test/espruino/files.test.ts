/** The node's files in the real interpreter: what the record of the slots relies on. */
import { describe, expect, test } from 'vitest'
import { chain } from '../../cli/build/chain.ts'
import { Interpreter, program } from './interpreter.ts'

const CODE = `
import { espruinoFiles } from './firmware/hal/espruinoFiles.ts'
const files = espruinoFiles()
const storage = require('Storage')
const say = (what) => print('SAID ' + what)
storage.write('a', '    ', 0, 3000)
storage.write('r', '\\0', 0, 16)
const free = storage['getFree']()
const one = new Uint8Array(1)
say(files.size('a') + ' ' + files.size('none'))
say(files.write('r', one, 7) + ' ' + files.write('r', one, 6) + ' ' + files.write('r', one, 7))
say(files.read('r', 0, 16).join())
say(files.write('a', new Uint8Array([104, 105]), 4) + ' ' + files.read('a', 3, 4).join())
say(files.write('r', one, 16) + ' ' + files.write('none', one, 4) + ' ' + files.write('a', one, 0))
say(files.read('a', 2998, 9).join() + ' ' + files.read('none', 0, 4).length)
say(storage['getFree']() === free)
print('END')
`

describe.skipIf(!program)('in the real interpreter', () => {
  test('files are filled in place, a byte once, and never made or moved', async () => {
    const espruino = new Interpreter()
    const [chained] = await chain([{ name: 'files', code: CODE }])
    espruino.write('files.js', chained!.code)
    const lines = await espruino.run(['files.js'], /END/)
    espruino.remove()
    expect(lines.filter((line) => line.startsWith('SAID ')).map((line) => line.slice(5))).toEqual([
      '3000 0',
      'true true false',
      '0,255,255,255,255,255,0,0,255,255,255,255,255,255,255,255',
      'true 32,104,105,255',
      'false false false',
      '255,255 0',
      'true',
    ])
  })
})
