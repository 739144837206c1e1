/** Boards at the end of a cable, a bundle for them, and what `fieldnode upload` says. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, vi } from 'vitest'
import { fakeBoard, type BoardFaults, type FakeBoard } from './fakeBoard.ts'

export const CODE = `var a=1;/*${'abcdefghij'.repeat(150)}*///`
export const OTHER = CODE.replace('a=1', 'a=2')

export class UploadBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'fieldnode-upload-'))
  readonly bundle = join(this.folder, 'bundle.js')
  readonly other = join(this.folder, 'other.js')
  said: string[] = []
  private boards: FakeBoard[] = []

  private constructor() {
    writeFileSync(this.bundle, CODE)
    writeFileSync(this.other, OTHER)
  }

  /** Its boards and what was said are those of one test. */
  static forEachTest(): UploadBench {
    const its = new UploadBench()
    beforeEach(() => {
      its.said = []
      for (const stream of ['log', 'error'] as const)
        vi.spyOn(console, stream).mockImplementation((line: string) => void its.said.push(line))
    })
    afterEach(async () => {
      vi.restoreAllMocks()
      await Promise.all(its.boards.map((board) => board.close()))
      its.boards = []
    })
    afterAll(() => rmSync(its.folder, { recursive: true }))
    return its
  }

  async board(faults: BoardFaults = {}): Promise<FakeBoard> {
    const made = await fakeBoard(faults)
    this.boards.push(made)
    return made
  }
}
