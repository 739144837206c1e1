/** The connection under an MQTT link: Wi-Fi, then the broker. It is made when it is wanted, and made again after a jittered pause that grows. */
import type { NetworkSettings } from '../../core/networkSettings.ts'
import { mqttId, mqttPassword } from '../../core/mqttIdentity.ts'
import { LINK, type Node } from '../nodeState.ts'
import { proveAccess, useAccess, type Access } from './access.ts'
import { connect, isOpen, type Client, type Credentials } from './mqttClient.ts'
import type { Heard, SendResult } from './result.ts'
import type { Activation } from './session.ts'

/** A lost connection: this long, then twice as long each time, up to the longest; by chance between half and all of it. */
export const RETRY_MS_MIN = 2_000
const RETRY_DOUBLINGS_MAX = 7

export interface MqttLink extends Activation {
  readonly node: Node
  readonly access: Access
  readonly client: Client
  readonly heard: Heard
  /** Connections in a row that came to nothing. */
  failures: number
  /** Clock milliseconds before which none is begun. */
  retryAtMs: number
  /** A connection is being made. */
  reaching: boolean
  /** Of the join request that waits for its accept. */
  devNonce?: number | undefined
  /** An uplink or a join request is on its way: what answers it is kept for whoever sent it. */
  sending: boolean
  answer?: SendResult['received']
  /** What was waited for has come. */
  answered?: (() => void) | undefined
  timeAsked: boolean
  sentAtMs: number
}

/** A connection was lost or did not come about. A node that is always on tries again by itself. */
export function lose(link: MqttLink): void {
  const { node } = link
  const { clock } = node.hal
  const doublings = Math.min(link.failures, RETRY_DOUBLINGS_MAX)
  const half = (RETRY_MS_MIN << doublings) >> 1
  const delayMs = half + ((node.hal.noise() >>> 0) % (half + 1))
  link.failures++
  link.retryAtMs = clock.nowMs() + delayMs
  if (node.alwaysOn)
    clock.setTimer(delayMs, () => {
      if (node.mqtt !== link || link.reaching || isOpen(link.client)) return
      reach(link, (good) => {
        // The gateway is back: what waited for it goes now.
        if (good) node.words[LINK] = 0
      })
    })
}

function credentialsOf({ settings, hal }: Node, { host, port }: NetworkSettings): Credentials {
  return { host, port, id: mqttId(settings.devEui), password: mqttPassword(hal.aes, settings.appKey) }
}

/** Sees to an open connection: `done` gets whether there is one. */
export function reach(link: MqttLink, done: (good: boolean) => void): void {
  const { node, access, client } = link
  if (isOpen(client)) return done(true)
  if (link.reaching) return done(false)
  link.reaching = true
  const finish = (good: boolean): void => {
    const asked = done
    // The connection's events hold this frame for as long as it stands: it must not hold what waits for whoever asked first.
    done = () => {}
    link.reaching = false
    if (good) link.failures = 0
    proveAccess(access, good)
    asked(good)
  }
  useAccess(access, (network) => {
    if (!network) {
      lose(link)
      return finish(false)
    }
    client.credentials = credentialsOf(node, network)
    connect(client, (good) => {
      // In a callback of its own: by then what took the broker's last packet is free.
      node.hal.clock.setTimer(0, () => finish(good))
    })
  })
}
