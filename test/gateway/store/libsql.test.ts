/** The store on a file: the contract, and what only a file can do. */
import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, test } from 'vitest'
import { openLibsqlStore } from '../../../gateway/store/libsql.ts'
import { StoreError } from '../../../gateway/store/store.ts'
import { contract } from './contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'fieldnode-store-'))
let files = 0
const newFile = (): string => join(folder, `${++files}.db`)

afterAll(() => rmSync(folder, { recursive: true }))

contract('the libsql store', () => openLibsqlStore(newFile()))

const audit = { timeMs: 1, who: 'a', action: 'b', detail: 'c' }

async function reasonOf(file: string): Promise<string> {
  const error: unknown = await openLibsqlStore(file).then(
    () => undefined,
    (refusal: unknown) => refusal,
  )
  expect(error).toBeInstanceOf(StoreError)
  return (error as StoreError).reason
}

test('a store in SQLite’s own memory begins empty each time', async () => {
  for (let i = 0; i < 2; i++) {
    const store = await openLibsqlStore(':memory:')
    await store.appendAudit(audit)
    expect(await store.audit(5)).toHaveLength(1)
    await store.close()
  }
})

describe('a file', () => {
  test('is there again after it was closed', async () => {
    const file = newFile()
    const before = await openLibsqlStore(file)
    await before.appendAudit(audit)
    await before.close()
    const after = await openLibsqlStore(file)
    await after.appendAudit(audit)
    const rows = await after.audit(5)
    expect(rows.map((row) => row.index)).toEqual([1, 2])
    expect(rows[1]!.previousHash).toBe(rows[0]!.hash)
    await after.close()
  })

  test('is named corrupt when it is no database', async () => {
    const file = newFile()
    writeFileSync(
      file,
      'these are not the bytes of a database, but there are enough of them to look at: '.repeat(99),
    )
    expect(await reasonOf(file)).toBe('corrupt')
  })

  test('is named corrupt when its first page is damaged', async () => {
    const file = newFile()
    await (await openLibsqlStore(file)).close()
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 100, 4096)
    writeFileSync(file, bytes)
    expect(await reasonOf(file)).toBe('corrupt')
  })

  test('is named corrupt when it belongs to another program, and is left as it was', async () => {
    const file = newFile()
    const db = new Database(file)
    db.exec('CREATE TABLE recipes (name TEXT)')
    db.close()
    expect(await reasonOf(file)).toBe('corrupt')
    const again = new Database(file)
    expect(again.prepare('SELECT name FROM sqlite_master').all()).toEqual([{ name: 'recipes' }])
    again.close()
  })

  test('is named newer when a later version wrote it', async () => {
    const file = newFile()
    await (await openLibsqlStore(file)).close()
    const db = new Database(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(await reasonOf(file)).toBe('newer')
  })

  test('is named locked while another store holds it', async () => {
    const file = newFile()
    const first = await openLibsqlStore(file)
    expect(await reasonOf(file)).toBe('locked')
    await first.close()
    await (await openLibsqlStore(file)).close()
  })

  test('is named unreadable when its folder is missing', async () => {
    expect(await reasonOf(join(folder, 'nowhere', 'x.db'))).toBe('unreadable')
  })

  test('holds what was answered even when nobody closed it', async () => {
    const file = newFile()
    const store = await openLibsqlStore(file)
    await store.appendAudit(audit)
    // A copy of the files as they lie on the disk at this moment is what a power cut leaves.
    const copy = newFile()
    for (const end of ['', '-wal']) writeFileSync(copy + end, readFileSync(file + end))
    await store.close()
    const found = await openLibsqlStore(copy)
    expect(await found.audit(5)).toHaveLength(1)
    await found.close()
  })
})
