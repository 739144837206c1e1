/** `fieldnode provision --signer`: the key whose bundles a node may take over the air. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../cli/provision.ts'
import { LMS_KEY_BYTES } from '../../core/lms/parameters.ts'
import { fakeBoard } from './fakeBoard.ts'

const AIR = ['--name', 'Yard', '--profile', 'air', '--latitude', '10.0342', '--longitude', '105.7881']
const folder = mkdtempSync(join(tmpdir(), 'fieldnode-signer-'))
const key = join(folder, 'public.key')
const digits = 'a7'.repeat(LMS_KEY_BYTES)
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation(() => undefined)
})

test('stands on the board, and stays when the node is provisioned anew without it', async () => {
  writeFileSync(key, digits + '\n')
  const board = await fakeBoard()
  expect(await run([...AIR, '--signer', key, '--port', board.address])).toBe(0)
  expect(board.files.get('signer')!.toString('hex')).toBe(digits)
  expect(await run([...AIR, '--port', board.address])).toBe(0)
  expect([...board.files.keys()].sort()).toEqual(['settings', 'signer'])
  await board.close()
})

test.each([
  ['a file that is not there', join(folder, 'none')],
  ['a file of something else', new URL(import.meta.url).pathname],
])('%s is named, and nothing is written', async (_, path) => {
  const board = await fakeBoard()
  await expect(run([...AIR, '--signer', path, '--port', board.address])).rejects.toMatchObject({
    where: '--signer',
  })
  expect(board.files.size).toBe(0)
  await board.close()
})
