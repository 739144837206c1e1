/** A gateway with nodes that speak to its broker by an MQTT client that is not ours. */
import type { IClientOptions } from 'mqtt'
import { registration, Site } from '../site.ts'
import { TestDevice } from '../testDevice.ts'
import { WifiNode } from './wifiNode.ts'

export class WifiSite {
  /** Closed with the site. */
  readonly opened: { close(): unknown }[] = []

  private constructor(readonly site: Site) {}

  static async open(): Promise<WifiSite> {
    return new WifiSite(await Site.open({ mqttPort: 0 }))
  }

  async close(): Promise<void> {
    for (const each of this.opened) await each.close()
    await this.site.close()
  }

  /** A registered device with Wi-Fi, connected. */
  async connected(number = 1, options: IClientOptions = {}): Promise<WifiNode> {
    const device = new TestDevice(registration(number, { link: 'mqtt' }))
    await this.site.gateway.register(device.registration)
    return this.reach(device, options)
  }

  /** A connection of a registered device. */
  async reach(device: TestDevice, options: IClientOptions = {}): Promise<WifiNode> {
    const node = await WifiNode.open(this.site.gateway.mqttPort, device, options)
    this.opened.push(node)
    return node
  }

  /** One that has joined, and whose hello was acknowledged. */
  async speaker(number = 1): Promise<WifiNode> {
    const node = await this.connected(number)
    await node.join()
    await node.publish(node.device.hello())
    await node.downlink()
    return node
  }
}
