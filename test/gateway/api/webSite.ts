/** A site whose gateway serves HTTP: asking, acting and what a refusal looks like. */
import { connect } from 'node:net'
import { expect } from 'vitest'
import * as schema from '../../../gateway/api/schema.ts'
import type { ErrorAnswer } from '../../../gateway/api/types.ts'
import type { GatewayOptions } from '../../../gateway/main.ts'
import { ManualClock } from '../manualClock.ts'
import { PIN, Site } from '../site.ts'
import type { TestDevice } from '../testDevice.ts'

export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000

export const json = async <T>(response: Response): Promise<T> => (await response.json()) as T

/** Status and place of a refusal. */
export async function refused(response: Response): Promise<[number, string]> {
  const { error } = schema.errorAnswer.parse(await response.json()) satisfies ErrorAnswer
  expect(error.expected).not.toBe('')
  return [response.status, error.where]
}

export class WebSite {
  private constructor(
    readonly site: Site,
    readonly wall: ManualClock,
    /** A light that has joined: lamp L1 of the market. */
    readonly lamp: TestDevice,
  ) {}

  static async open(options: Partial<GatewayOptions> = {}): Promise<WebSite> {
    const wall = new ManualClock()
    const site = await Site.open({ httpPort: 0, operatorPin: PIN, wall, simulated: true, ...options })
    const lamp = await site.device(1, { profile: 'light', lamp: { id: 'L1', group: 'market' } })
    return new WebSite(site, wall, lamp)
  }

  get(path: string): Promise<Response> {
    return fetch(this.site.url(path))
  }

  /** An empty `pin` sends none. */
  post(path: string, body: unknown, pin = PIN): Promise<Response> {
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (pin !== '') headers['x-operator-pin'] = pin
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    return fetch(this.site.url(path), { method: 'POST', headers, body: text })
  }

  /** A good command's body. */
  command(rest: object = {}): object {
    return { levelPercent: 60, untilMs: this.site.clock.now() + HOUR_MS, ...rest }
  }

  /** What the port answers to any bytes at all. */
  raw(bytes: string | Uint8Array): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.site.gateway.httpPort, '127.0.0.1')
      let text = ''
      socket.on('data', (part) => (text += part.toString('latin1')))
      socket.on('close', () => resolve(text))
      socket.on('error', () => resolve(text))
      socket.end(bytes)
    })
  }
}
