/** An MQTT link of a node of which only the connection is alive: its Wi-Fi and its broker are the test's. */
import { encodeNetworkSettings, type NetworkSettings } from '../../../core/networkSettings.ts'
import { tableAes } from '../../../core/lorawan/aes.ts'
import { JOURNAL_SECTORS, openJournal } from '../../../firmware/journal.ts'
import { openAccess } from '../../../firmware/link/access.ts'
import type { MqttLink } from '../../../firmware/link/connection.ts'
import { lose } from '../../../firmware/link/connection.ts'
import type { Node } from '../../../firmware/nodeState.ts'
import { SETTINGS } from '../bedSettings.ts'
import { CutFlash } from '../cutFlash.ts'
import { CONNACK, SUBACK, TOPICS } from './clientRig.ts'
import { TestClock, TestNetwork } from './line.ts'

export const SITE: NetworkSettings = { ssid: 'Xa', password: 'mot hai ba', host: '10.0.0.1', port: 1883 }

export class ConnectionRig {
  readonly clock = new TestClock()
  readonly network = new TestNetwork()
  readonly logs: string[] = []
  readonly node: Node
  link: MqttLink

  constructor(
    noise: () => number,
    readonly flash = new CutFlash(),
    site: NetworkSettings = SITE,
  ) {
    this.network.record = encodeNetworkSettings(site)
    const { clock, network, logs } = this
    const log = (line: string): unknown => logs.push(line)
    const hal = { clock, wlan: network, noise, aes: tableAes, log }
    const journal = openJournal(flash, JOURNAL_SECTORS)
    this.node = { hal, journal, settings: SETTINGS, words: new Int32Array(64) } as unknown as Node
    this.link = this.open()
  }

  /** The link as a program finds it when it starts. */
  open(): MqttLink {
    const { node, network, clock } = this
    const link = {
      ...{
        node,
        access: openAccess(node),
        heard: () => undefined,
        failures: 0,
        retryAtMs: 0,
        reaching: false,
      },
      client: {
        ...{ network, clock, topics: TOPICS, heard: () => undefined, lost: () => lose(link) },
        ...{ stage: 0, packetId: 0, pinged: false, timer: 0 },
      },
    } as unknown as MqttLink
    node.mqtt = link
    return (this.link = link)
  }

  /** The access point gives a lease. */
  let(lease: string): void {
    this.network.joins[this.network.joins.length - 1]!.done(lease)
  }

  /** The broker takes the node. */
  welcome(): void {
    const { line } = this.network
    line.events.opened()
    line.say(...CONNACK)
    line.say(...SUBACK)
    this.clock.pass(1)
  }
}
