/** Waiting for a program that has just been started: its first packet, or what it says instead. */
import type { BoardConsole } from './console.ts'
import { BoardError } from './error.ts'

/** What a line of the firmware means. Everything else is only shown. */
const MEANINGS: readonly { pattern: RegExp; what: Meaning }[] = [
  { pattern: /^sent\b/, what: 'packet' },
  { pattern: /^settings\b/, what: 'noSettings' },
  { pattern: /^Uncaught\b|OUT OF MEMORY/, what: 'error' },
]

type Meaning = 'packet' | 'noSettings' | 'error'

/** Boots the program and waits up to `withinMs` for its first packet. Answers 'noSettings' when the node has none yet.
 *  Fails with 'program' when it stops with an error, 'silent' when nothing tells. */
export function bootAndWatch(
  board: BoardConsole,
  withinMs: number,
  show: (line: string) => void,
): Promise<'packet' | 'noSettings'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      board.onLine = () => undefined
      reject(new BoardError('silent', `${withinMs} ms`))
    }, withinMs)
    board.onLine = (line) => {
      if (line === '' || line.includes('#fieldnode')) return
      show(line)
      const meaning = MEANINGS.find(({ pattern }) => pattern.test(line))?.what
      if (!meaning) return
      clearTimeout(timer)
      board.onLine = () => undefined
      if (meaning === 'error') reject(new BoardError('program', line))
      else resolve(meaning)
    }
    board.boot().catch((error: Error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}
