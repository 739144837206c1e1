/** A site for updates: bringing them, cancelling them, looking, and a fresh one for every test. */
import { afterEach, beforeEach, expect } from 'vitest'
import { updatesAnswer } from '../../../gateway/api/schema.ts'
import type { UpdateView } from '../../../gateway/api/types.ts'
import { json, WebSite } from '../api/webSite.ts'
import { PIN, type Site } from '../site.ts'
import type { TestRelease } from './release.ts'
import { UpdateNode } from './updateNode.ts'

export class UpdateSite {
  web!: WebSite
  private nodes: UpdateNode[] = []

  /** Opened before each test of a file and closed after it. */
  static forEachTest(): UpdateSite {
    const its = new UpdateSite()
    beforeEach(async () => {
      its.web = await WebSite.open({ mqttPort: 0 })
      its.nodes = []
    })
    afterEach(async () => {
      for (const node of its.nodes) await node.vanish()
      await its.site.close()
    })
    return its
  }

  get site(): Site {
    return this.web.site
  }

  /** A node that has joined. */
  async node(number: number): Promise<UpdateNode> {
    const node = await UpdateNode.open(this.site, number)
    this.nodes.push(node)
    return node
  }

  async bring({ body }: TestRelease, to: UpdateNode[]): Promise<void> {
    const response = await this.web.post('/api/updates', { ...body, nodes: to.map(({ eui }) => eui) })
    expect(response.status).toBe(202)
    expect(updatesAnswer.parse(await json(response)).updates).toHaveLength(to.length)
  }

  cancel(node: UpdateNode): Promise<Response> {
    const init = { method: 'DELETE', headers: { 'x-operator-pin': PIN } }
    return fetch(this.site.url(`/api/updates/${node.eui}`), init)
  }

  /** The node's update as the API says it, which is what the page is shown and what the store keeps. */
  async seen(node: UpdateNode): Promise<UpdateView> {
    const { updates } = updatesAnswer.parse(await json(await this.web.get('/api/updates')))
    const update = updates.find(({ eui }) => eui === node.eui)!
    const shown = this.site.gateway.nodes().find(({ eui }) => eui === node.eui)!.update
    expect(update).toMatchObject(shown!)
    const kept = (await this.site.store.updates()).find(({ devEui }) => devEui === node.eui)!
    const { state, received, pieces, reason, running } = kept
    expect(update).toMatchObject({ state, received, pieces, reason, running })
    return update
  }

  /** Another gateway on the same data; the nodes connect anew. */
  async restart(): Promise<void> {
    const gone = this.nodes.map(
      ({ wifi }) => new Promise<void>((resolve) => wifi.client.once('close', () => resolve())),
    )
    await Promise.all([this.site.restart(), ...gone])
    for (const node of this.nodes) await node.connect()
  }
}
