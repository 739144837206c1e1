/** A street lamp whose power fails, or whose watchdog bites, at every boundary of every write while it is given a command: it is lit in doubt, obeys a command
 *  that it has as a whole, and never longer than to its end. */
import { beforeAll, describe, test } from 'vitest'
import { light } from '../../firmware/profiles/light.ts'
import { newFigures, settle } from './figures.ts'
import { INTERVAL_SECONDS, LAMP } from './lamp.ts'
import { Site, type Moment } from './site.ts'
import { sweep } from './sweep.ts'

describe('a lamp', () => {
  let blank: Moment, known: Moment

  beforeAll(async () => {
    const site = new Site(light)
    const moments: Moment[] = []
    site.onProgram = () => moments.push(site.moment())
    site.powerOn()
    await site.run(4 * INTERVAL_SECONDS)
    site.node.machine.reboot('software')
    await site.run(1)
    ;[blank, known] = moments as [Moment, Moment]
  })

  for (const reset of [false, true])
    test(`joins and gets a command, and ${reset ? 'is reset' : 'loses its power'}`, async (context) => {
      const figures = newFigures()
      for (const moment of [blank, known]) await sweep(light, moment, { ...LAMP, reset }, figures)
      settle(context, figures)
    })
})
