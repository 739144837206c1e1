/** `fieldnode upload` over a bad cable: it waits out each letter that is lost. */
import { expect, test } from 'vitest'
import { run } from '../../cli/upload.ts'
import { bundleIn } from './fakeBoard.ts'
import { CODE, UploadBench } from './uploadBench.ts'

const its = UploadBench.forEachTest()

test('a good board gets every byte over a cable that loses letters', async () => {
  const node = await its.board({ garbledLines: 3 })
  expect(await run(['--port', node.address, its.bundle])).toBe(0)
  expect(bundleIn(node)).toBe(CODE)
})
