/** The node's files in Espruino's Storage. Source: Espruino 2v29, jsflash.c: a write with an offset above 0 neither makes nor replaces a file, and never
 *  tidies Storage up; it throws where the file is missing or too short, or where a byte is no longer erased. */
import type { Engine, Require } from './espruinoGlobals.d.ts'
import type { Files } from './index.ts'

declare const require: Require
declare const E: Engine

/** See Hal.files. */
export function espruinoFiles(): Files {
  const storage = require('Storage')
  return {
    // Not as a buffer: a text in flash stays there.
    size: (name) => (storage.read(name) ?? '').length,
    // A copy: what Storage answers lies in flash.
    read: (name, offset, length) =>
      new Uint8Array(new Uint8Array(E.toArrayBuffer(storage.read(name, offset, length) ?? ''))),
    digest: (name, offset, length) =>
      new Uint8Array(require('crypto').SHA256(storage.read(name, offset, length) ?? '')),
    write: (name, bytes, offset) => {
      try {
        // By its own name: a variable of outside is not to be had beside a catch (cli/build/gate.ts).
        return offset > 0 && require('Storage').write(name, bytes, offset)
      } catch {
        return false
      }
    },
  }
}
