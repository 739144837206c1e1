/** `fieldnode configure --port`: settings of a node at the cable, changed without new keys. */
import { beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../cli/configure.ts'
import { decodeSettings, encodeSettings, type Settings } from '../../core/settings.ts'
import { texts } from '../../cli/texts.ts'
import { SETTINGS } from '../firmware/bedSettings.ts'
import { fakeBoard } from './fakeBoard.ts'

let said: string[]
beforeEach(() => {
  said = []
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((line: string) => void said.push(line))
})

test('changes what is named, all of it or nothing, and starts the node anew', async () => {
  const board = await fakeBoard()
  board.files.set('settings', Buffer.from(encodeSettings(SETTINGS)))
  const read = () => decodeSettings(Uint8Array.from(board.files.get('settings')!)) as Settings
  expect(await run(['--port', board.address, '--interval', '900', '--alarm-above-cm', '250'])).toBe(0)
  expect(read()).toEqual({ ...SETTINGS, intervalSeconds: 900, alarmAbove: 25_000 })
  expect([board.boots, said.at(-1)]).toEqual([1, texts.configure.changed(board.address)])
  await expect(run(['--port', board.address, '--interval', '1200', '--samples', '99'])).rejects.toMatchObject(
    { where: '--samples' },
  )
  expect(read().intervalSeconds).toBe(900)
  await board.close()
})

test('says so where there are no settings, or no good ones', async () => {
  const board = await fakeBoard()
  expect(await run(['--port', board.address, '--interval', '900'])).toBe(1)
  expect(said.at(-1)).toBe(texts.configure.noSettings(board.address, 'blank'))
  const spoilt = encodeSettings(SETTINGS)
  spoilt[20]! ^= 1
  board.files.set('settings', Buffer.from(spoilt))
  expect(await run(['--port', board.address, '--interval', '900'])).toBe(1)
  expect(said.at(-1)).toBe(texts.configure.noSettings(board.address, 'crc'))
  expect(board.boots).toBe(0)
  await board.close()
})

test.each([
  ['--port', ['--gateway', 'http://127.0.0.1:1', '--interval', '900']],
  ['--interval', []],
  ['--patience', ['--interval', '900', '--patience', '0']],
])('%s is named when the call is wrong', async (where, more) => {
  await expect(run(['--port', 'tcp://127.0.0.1:1', ...more])).rejects.toMatchObject({ where })
})
