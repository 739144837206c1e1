/** The loader of every board (firmware/update/loader.ts) as the file that goes to it. */
import { LOADER_FILE } from '../boardFiles.ts'
import { chain } from './chain.ts'
import { BuildError } from './fault.ts'
import { gate } from './gate.ts'
import { TEXT_NAME } from './late.ts'

/** It is read at every start. */
const BYTES_MAX = 700

const MARK = 'globalThis.text'
const CODE = `import { slotText } from './firmware/update/loader.ts'\n${MARK} = slotText()`

/** Makes it. Nothing of it is left when the bundle runs but the bundle's text, under the name that its seldom called functions are taken from (late.ts); the
 *  bundle is evaluated at the top level, since inside a function each of its own would cost more. */
export async function makeLoader(): Promise<string> {
  const [chained] = await chain([{ name: LOADER_FILE, code: CODE }])
  const findings = gate(chained!.code, chained!.map)
  if (findings.length > 0)
    throw new BuildError(findings.map(({ file, line, message }) => `${file}:${line}: ${message}`))
  const body = chained!.code.replace(`${MARK}=`, `${TEXT_NAME}=`)
  const code = `var ${TEXT_NAME};(()=>{${body}})();${TEXT_NAME}&&eval(${TEXT_NAME})`
  if (code.length > BYTES_MAX) throw new BuildError([`${LOADER_FILE}: ${code.length} bytes of ${BYTES_MAX}`])
  return code
}
