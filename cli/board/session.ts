/** A conversation with the board at a port, begun anew when the line fails in the middle of it. */
import { BoardConsole } from './console.ts'
import { BoardError, type BoardFault } from './error.ts'
import { openPort } from './stream.ts'
import { boardTexts } from './texts.ts'

const ATTEMPTS = 3
/** What a loose cable, or a board that restarts, looks like from here. */
const PASSING: readonly BoardFault[] = ['closed', 'crc', 'noAnswer']
const GONE: readonly BoardFault[] = ['closed']

export interface BoardAt {
  /** tcp://host:port or the path of a serial port. */
  port: string
  /** How long the board may take for its first answer, and for each one after it. */
  patienceMs: number
}

/** Interrupts the board and does `work`, which starts from its beginning when the line fails: up to three times.
 *  A board that goes
 *  away before its first answer is tried again too, one that never says anything isn't. Fails with any BoardFault. */
export async function withBoard<T>(at: BoardAt, work: (board: BoardConsole) => Promise<T>): Promise<T> {
  let answered = false
  for (let attempt = 1; ; attempt++) {
    const board = new BoardConsole(await openPort(at.port), {
      helloMs: at.patienceMs,
      answerMs: at.patienceMs,
    })
    try {
      await board.interrupt()
      answered = true
      return await work(board)
    } catch (error) {
      if (!(error instanceof BoardError) || attempt === ATTEMPTS) throw error
      if (!(answered ? PASSING : GONE).includes(error.fault)) throw error
      console.error(boardTexts.tryingAgain(boardTexts.faults[error.fault], error.detail))
    } finally {
      board.close()
    }
  }
}
