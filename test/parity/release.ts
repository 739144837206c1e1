/** Which release the sources are while a life is lived: a build puts the number into each bundle, and sources that are updated have to change theirs. A life
 *  that runs beside another one has its own. A test that updates sources says
 *
 *      vi.mock('../../firmware/release.ts', async () => (await import('../parity/release.ts')).standIn)
 */
import { AsyncLocalStorage } from 'node:async_hooks'

export const running = new AsyncLocalStorage<{ release: number }>()

/** In the place of firmware/release.ts. */
export const standIn = {
  get RELEASE(): number {
    return running.getStore()?.release ?? 1
  },
  RELEASE_MAX: 0xffffffff,
}
