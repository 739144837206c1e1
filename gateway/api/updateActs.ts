/** What people may do about updates over the air: bring a release, cancel one, look. What they bring is checked here once. */
import type { Clock } from '../../core/clock.ts'
import type { Manifest } from '../../core/update/manifest.ts'
import { AUDIT_ACTION, auditEntry } from '../lights/audit.ts'
import type { FieldNode } from '../nodes/node.ts'
import type { Nodes } from '../nodes/nodes.ts'
import { updateView } from '../nodes/view.ts'
import type { Changes, Release, Store } from '../store/store.ts'
import { isOpen, type UpdateDesk } from '../update/desk.ts'
import { checkRelease, type Border } from '../update/release.ts'
import { inputRefusal, isRefusal, refusal, type Refusal } from './refusals.ts'
import { updateRequest } from './schema.ts'
import type { UpdatesAnswer } from './types.ts'

export interface UpdateActs {
  update(input: unknown, by: string): Promise<UpdatesAnswer | Refusal>
  updates(): UpdatesAnswer
  cancelUpdate(devEui: string, by: string): Promise<UpdatesAnswer | Refusal>
}

export interface UpdateActsParts {
  nodes: Nodes
  updates: UpdateDesk
  border: Border
  store: Pick<Store, 'release'>
  clock: Clock
  write: (changes: Changes) => Promise<boolean>
}

const answerOf = (nodes: readonly FieldNode[]): UpdatesAnswer => ({
  updates: nodes.flatMap(({ device, update }) =>
    update ? [{ eui: device.devEui, name: device.name, ...updateView(update) }] : [],
  ),
})

/** Why this node must not be offered it, as far as the gateway knows; its board only the node knows. */
function unsuited({ device, update }: FieldNode, { profile, version }: Manifest): Refusal | undefined {
  if (device.profile !== profile) return refusal('otherProfile', `${device.devEui}: ${device.profile}`)
  if (device.link !== 'mqtt') return refusal('overLorawan', device.devEui)
  const runs = update?.running ?? 0
  if (runs >= version) return refusal('old', `${device.devEui} runs ${runs}`)
  if (update && isOpen(update) && update.version > version)
    return refusal('old', `${device.devEui} awaits ${update.version}`)
  return undefined
}

/** Those named, or all that it suits; a refusal when one of those named can't have it. */
function chosen(all: Nodes, euis: readonly string[] | undefined, manifest: Manifest): FieldNode[] | Refusal {
  if (!euis) {
    const suited = all.all().filter((node) => !unsuited(node, manifest))
    return suited.length > 0 ? suited : refusal('nobody', manifest.profile)
  }
  const nodes: FieldNode[] = []
  for (const eui of new Set(euis)) {
    const node = all.byEui(eui)
    if (!node) return refusal('unknownNode', eui)
    const refused = unsuited(node, manifest)
    if (refused) return refused
    nodes.push(node)
  }
  return nodes
}

/** Whether the store keeps something else under this name. */
async function collides(store: UpdateActsParts['store'], { transfer, ticket }: Release): Promise<boolean> {
  const kept = await store.release(transfer)
  return kept !== undefined && Buffer.compare(kept.ticket, ticket) !== 0
}

export function makeUpdateActs(parts: UpdateActsParts): UpdateActs {
  const { nodes, updates, border, store, clock, write } = parts

  const take = async (input: unknown, by: string): Promise<UpdatesAnswer | Refusal> => {
    const checked = updateRequest.safeParse(input)
    if (!checked.success) return inputRefusal(checked.error, 'body')
    const bytes = (text: string): Uint8Array => Buffer.from(text, 'base64')
    const release = checkRelease(bytes(checked.data.ticket), bytes(checked.data.bundle), border)
    if ('refused' in release) return refusal(release.refused, release.got)
    const { manifest } = release
    const target = chosen(nodes, checked.data.nodes, manifest)
    if (!Array.isArray(target)) return target
    const collision = await collides(store, release.release).catch(() => undefined)
    if (collision === undefined) return refusal('store', 'release')
    if (collision) return refusal('collision', String(release.release.transfer))
    const kept = await updates.queue(release.release, manifest.version, target, by)
    return kept ? answerOf(target) : refusal('store', 'release')
  }

  const update = async (input: unknown, by: string): Promise<UpdatesAnswer | Refusal> => {
    const answer = await take(input, by)
    if (isRefusal(answer)) {
      const detail = { result: answer.name, ...answer.error }
      await write({ audit: [auditEntry(clock.now(), by, AUDIT_ACTION.update, detail)] })
    }
    return answer
  }

  const cancelUpdate = async (devEui: string, by: string): Promise<UpdatesAnswer | Refusal> => {
    const node = nodes.byEui(devEui.toLowerCase())
    if (!node?.update || !isOpen(node.update)) return refusal('unknownUpdate', devEui)
    return (await updates.cancel(node, by)) ? answerOf([node]) : refusal('store', devEui)
  }

  return { update, cancelUpdate, updates: () => answerOf(nodes.all()) }
}
