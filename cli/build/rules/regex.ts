/** Regular expressions as far as Espruino's matcher carries them; the rest does not match, without an error. */

/** Escapes that are not there: word bounds, control characters, named and numbered references, properties, code points. */
const ESCAPE_WRONG = /\\[bBckpPu1-9]/

/** Whether Espruino matches `pattern` with `flags` as JavaScript does. */
export function regexWorks(pattern: string, flags: string): boolean {
  if (/[^gi]/.test(flags) || ESCAPE_WRONG.test(pattern.replace(/\\\\/g, ''))) return false
  const plain = pattern.replace(/\\./g, 'a').replace(/\[[^\]]*\]/g, 'a')
  const optionalOrCounted = /\?|\{\d/.test(plain)
  const groupRepeatedOrNested = /\)[*+]|\([^)]*\(/.test(plain)
  const choiceInGroup = /\([^)]*\|/.test(plain)
  const choiceWithAnchor = plain.includes('|') && /[$^]/.test(plain)
  // A dot matches the end of a line too; [^\n] says what is meant.
  return !(
    optionalOrCounted ||
    groupRepeatedOrNested ||
    choiceInGroup ||
    choiceWithAnchor ||
    plain.includes('.')
  )
}
