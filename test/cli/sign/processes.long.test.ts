/** Leaves on the real disk: processes that are killed, and processes at the same time. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'fieldnode-leaves-'))
let made = 0
const fresh = (): string => join(folder, `new-${++made}`)
afterAll(() => rmSync(folder, { recursive: true }))

const child = fileURLToPath(new URL('./killedChild.ts', import.meta.url))

function place(): [string, string] {
  const [key, records] = [fresh(), fresh()]
  mkdirSync(join(key, 'used'), { recursive: true })
  mkdirSync(join(records, 'lms'), { recursive: true })
  return [key, records]
}

/** The leaves that a process was given, and how it ended. */
function claims(
  where: readonly string[],
  count: number,
  killAt = -1,
): Promise<{ leaves: number[]; signal: string | null }> {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', child, ...where, String(count), String(killAt)]
    const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    started.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()))
    started.on('close', (_, signal) =>
      resolve({ leaves: text.split('\n').filter(Boolean).map(Number), signal }),
    )
  })
}

test('one that is killed before each step of its second claim: no leaf twice, and the next goes on', async () => {
  const where = place()
  const given: number[] = []
  for (let step = 10; step < 20; step++) {
    const { leaves, signal } = await claims(where, 3, step)
    expect([leaves.length, signal]).toEqual([1, 'SIGKILL'])
    given.push(...leaves)
  }
  const { leaves } = await claims(where, 3)
  given.push(...leaves)
  expect(given).toHaveLength(13)
  expect(new Set(given).size).toBe(given.length)
}, 60_000)

test('four at the same time: every leaf once', async () => {
  const where = place()
  const all = await Promise.all([1, 2, 3, 4].map(() => claims(where, 50)))
  const given = all.flatMap(({ leaves }) => leaves)
  expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, leaf) => leaf))
}, 60_000)
