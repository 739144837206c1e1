/** The store in the caller's thread: the contract, and when it commits. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openInlineStore } from '../../../gateway/store/inline.ts'
import { contract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'fieldnode-inline-'))
let files = 0
const newFile = (): string => join(folder, `${++files}.db`)

afterAll(() => rmSync(folder, { recursive: true }))

contract('the inline store', () => openInlineStore(newFile()))

const audit = { timeMs: 1, who: 'a', action: 'b', detail: 'c' }

/** Audit rows in the file as a power cut at this moment would leave it. */
async function rowsOnDisk(file: string): Promise<number> {
  const copy = newFile()
  for (const end of ['', '-wal']) writeFileSync(copy + end, readFileSync(file + end))
  const found = await openInlineStore(copy)
  const rows = await found.audit(99)
  await found.close()
  return rows.length
}

test('calls of one turn share one commit, and each is on the disk when it is answered', async () => {
  const file = newFile()
  const store = await openInlineStore(file)
  const both = Promise.all([store.appendAudit(audit), store.appendAudit(audit)])
  expect(await rowsOnDisk(file)).toBe(0)
  await both
  expect(await rowsOnDisk(file)).toBe(2)
  await store.close()
})

test('closing commits what was asked before', async () => {
  const file = newFile()
  const store = await openInlineStore(file)
  const held = store.write({ audit: [audit] })
  await store.close()
  await expect(held).resolves.toEqual([])
  expect(await rowsOnDisk(file)).toBe(1)
})
