/** Claims leaves on the real disk in a process of its own, which kills itself before a step: folder, state, leaves to claim, step (-1 never).
 *  Says each leaf when it was given. Started by processes.test.ts. */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { realDisk, type Disk } from '../../../cli/sign/disk.ts'
import { claimLeaf } from '../../../cli/sign/leaves.ts'

const [folder, state, count, killAt] = process.argv.slice(2)
let steps = 0

/** The real disk, with the end of the process before step `killAt`. */
const disk = new Proxy(realDisk, {
  get: (target, name: keyof Disk) => {
    const step = target[name] as (...args: unknown[]) => unknown
    return (...args: unknown[]) => {
      if (steps++ === parseInt(killAt!, 10)) process.kill(process.pid, 'SIGKILL')
      return step(...args)
    }
  },
})

const folders = { used: join(folder!, 'used'), witness: join(state!, 'lms') }
// Written at once: a line that waits in a buffer would be lost with the process.
for (let i = 0; i < parseInt(count!, 10); i++) writeSync(1, `${claimLeaf(disk, folders, 1024, 'note\n')}\n`)
