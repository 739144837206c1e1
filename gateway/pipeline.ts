/** The gateway's half of the path on one screen: open -> decode -> filter -> append -> publish, and then the answer.
 *  Whatever cannot be opened or decoded is counted by reason and stops nothing; what the store cannot take is not acknowledged. */
import type { Clock } from '../core/clock.ts'
import { FRAME_TYPE, sealData } from '../core/lorawan/frame.ts'
import { DOWNLINK_PORT } from '../core/packet/index.ts'
import type { Region } from '../core/regions/region.ts'
import { acknowledgementFor, isDue } from './acknowledge.ts'
import type { Activity } from './activity.ts'
import type { ConfigurationDesk } from './configuration/desk.ts'
import type { Counts } from './counts.ts'
import type { LightDesk } from './lights/desk.ts'
import { compose, isOwed, type Payload } from './lorawan/compose.ts'
import { acceptJoin } from './lorawan/join.ts'
import { answerCommands, type MacAnswers } from './lorawan/macAnswers.ts'
import { openUplink, type Opened } from './lorawan/open.ts'
import { hear } from './nodes/hear.ts'
import { inTurn, type FieldNode } from './nodes/node.ts'
import { sessionRow, type Nodes } from './nodes/nodes.ts'
import { announce, decodePacket, epochRow, receivedOf, type Packet } from './packets.ts'
import { judgeSamples } from './quality.ts'
import type { Changes, Outcome, Store } from './store/store.ts'
import type { HeardUpdate, UpdateDesk } from './update/desk.ts'
import type { Uplink } from './uplink.ts'

export interface Parts {
  nodes: Nodes
  store: Store
  region: Region
  clock: Clock
  counts: Counts
  activity: Activity
  desk: LightDesk
  configurations: ConfigurationDesk
  updates: UpdateDesk
  changed: (node: FieldNode) => void
  failed: (error: unknown) => void
}

const DOWNLINK_NAME = new Map<number, string>(
  Object.entries(DOWNLINK_PORT).map(([name, port]) => [port, name]),
)

/** Takes a frame to its end: true when it needs not come again, because it is committed or good for nothing; false when the gateway
 *  could not do its part. Never rejects. */
export type Pipeline = (uplink: Uplink) => Promise<boolean>

export function makePipeline(parts: Parts): Pipeline {
  return async (uplink) => {
    try {
      await take(parts, uplink)
      return true
    } catch (error) {
      parts.failed(error)
      return false
    }
  }
}

/** Moves the frame's counter at once, so that its copy is a replay, and leaves the rest to the node's turn. */
function take(parts: Parts, uplink: Uplink): Promise<void> {
  const { activity, counts, nodes } = parts
  if (uplink.phy[0]! >> 5 === FRAME_TYPE.joinRequest) return activity.during(() => join(parts, uplink))
  const opened = openUplink(uplink, nodes)
  if (typeof opened === 'string') return Promise.resolve(counts.refuse('frame', opened))
  return new Promise((resolve, reject) => {
    const handled = (settled: () => void) => async (): Promise<void> => {
      const left = await data(parts, uplink, opened).catch(reject)
      settled()
      if (left) await activity.leaveBehind(left.commit.catch(reject))
      resolve()
    }
    void activity.during(() => new Promise<void>((settled) => void inTurn(opened.node, handled(settled))))
  })
}

/** A join request: answered after nonces and keys are committed. */
async function join(parts: Parts, uplink: Uplink): Promise<void> {
  const { nodes, store, region, counts } = parts
  const joined = await acceptJoin(uplink, region, nodes, store)
  if (typeof joined === 'string') return counts.refuse('join', joined)
  counts.add('joins')
  await uplink.back.accept(joined.phy)
}

/** A data frame: everything it changes is one commit, and only what is committed is shown and answered. Where no answer can be owed, the commit is
 *  left behind: the node's next frame waits for it, nobody else does. */
async function data(
  parts: Parts,
  uplink: Uplink,
  opened: Opened,
): Promise<{ commit: Promise<void> } | undefined> {
  const { store, counts, changed, desk, region } = parts
  const { node, frame } = opened
  const { receivedMs } = uplink
  const decoded = decodePacket(node, frame)
  if (typeof decoded === 'string') counts.refuse('packet', decoded)
  const packet: Packet = typeof decoded === 'string' ? { kind: 'none' } : decoded

  const changes: Changes = { sessions: [sessionRow(node)], heard: [hear(node, packet, uplink)] }
  if (packet.kind === 'hello') changes.epochs = [epochRow(node.device.devEui, packet.hello, receivedMs)]
  if (packet.kind === 'health')
    changes.healths = [{ ...packet.health, devEui: node.device.devEui, receivedMs }]
  if (packet.kind === 'samples') {
    const judged = judgeSamples(node, packet, receivedMs)
    Object.assign(changes, judged, desk.confirm(node, judged.samples))
  }
  if (packet.kind === 'configured') changes.audit = parts.configurations.answered(node, packet.configured)
  let said: HeardUpdate | undefined
  if (packet.kind === 'update')
    Object.assign(changes, (said = parts.updates.hear(node, packet.update)).changes)
  const answers = answerCommands(opened, uplink, region)
  const commit = store.write(changes).then((outcomes) => {
    for (const outcome of outcomes) counts.add(`samples.${outcome}`)
    remember(node, packet, changes, outcomes)
    said?.committed()
    changed(node)
  })
  if (!mayOwe(parts, uplink, opened, packet, answers)) return { commit }
  await commit
  answer(parts, uplink, opened, packet, answers)
  return undefined
}

/** What the desk wants to say to a lamp when it next listens. */
const lampPayload = ({ desk }: Parts, node: FieldNode, { back }: Uplink): Payload | undefined =>
  desk.payloadFor(node, back.arrivesMs)

/** Whether the frame may have to be answered once it is committed; yes when in doubt. */
function mayOwe(
  parts: Parts,
  uplink: Uplink,
  { node, frame }: Opened,
  packet: Packet,
  answers: MacAnswers,
): boolean {
  // What a node says of an update may be answered with another offer, or with the word to stop.
  if (packet.kind === 'update') return true
  const waiting =
    lampPayload(parts, node, uplink) ??
    parts.configurations.payloadFor(node) ??
    parts.updates.payloadFor(node)
  if (isOwed(frame, answers, waiting ? [waiting] : []) || isDue(node, packet, parts.clock.now())) return true
  // A sample out of order opens a gap, or closes one.
  return packet.kind === 'samples' && packet.firstSequence !== packet.received.nextSequence
}

/** Takes over into memory what is now committed. What came again or in conflict shows nothing new. */
function remember(node: FieldNode, packet: Packet, changes: Changes, outcomes: Outcome[]): void {
  for (const epoch of changes.epochs ?? []) {
    announce(node, epoch)
    receivedOf(node, epoch.epoch).raise(epoch.lowestSequence)
  }
  for (const health of changes.healths ?? []) node.health = health
  changes.samples?.forEach((records, index) => {
    if (packet.kind === 'samples') packet.received.add(records[0]!.sequence)
    if (outcomes[index] !== 'stored') return
    for (const record of records) {
      const latest = node.latest.get(record.quantity)
      if (!latest || latest.timeMs <= record.timeMs) node.latest.set(record.quantity, record)
    }
  })
}

/** Who goes first of all that waits. A lamp's command does, but a node without its first acknowledgement sends nothing, and one that cannot hear its command must
 *  not go without the rest for ever. Of the rest none goes twice while another waits: a node that speaks once an hour is owed an acknowledgement each time. */
function inOrder(
  { lastDownlinkPort }: FieldNode,
  isHello: boolean,
  lamp: Payload | undefined,
  others: readonly (Payload | undefined)[],
): Payload[] {
  const rest = others.filter((payload): payload is Payload => payload !== undefined)
  const last = isHello ? -1 : rest.findIndex(({ port }) => port === lastDownlinkPort)
  const waiting = [...rest.slice(last + 1), ...rest.slice(0, last + 1)]
  if (lamp) waiting.splice(isHello || lastDownlinkPort === lamp.port ? 1 : 0, 0, lamp)
  return waiting
}

/** Sends the node what waits for it. The frame is sealed at once; on its way it holds up nothing. */
function answer(parts: Parts, uplink: Uplink, opened: Opened, packet: Packet, answers: MacAnswers): void {
  const { clock, counts, activity, desk, failed } = parts
  const { node, session, frame } = opened
  const lamp = lampPayload(parts, node, uplink)
  const acknowledgement = acknowledgementFor(node, packet, clock.now())
  const configuration = parts.configurations.payloadFor(node)
  const update = parts.updates.payloadFor(node)
  const waiting = inOrder(node, packet.kind === 'hello', lamp, [acknowledgement, configuration, update])
  if (!isOwed(frame, answers, waiting)) return
  const { dwell } = session
  const roomBytes = uplink.back.roomBytes(dwell)
  if (roomBytes === undefined) return counts.refuse('downlink', 'closed')
  const composed = compose(session, frame, answers, waiting, roomBytes)
  if (!composed) return counts.refuse('downlink', 'room')

  const { payload } = composed
  const bytes = composed.frame.options.length + composed.frame.payload.length
  const urgent = lamp !== undefined && payload === lamp
  const downlink = { phy: sealData(session.frames, composed.frame), bytes, dwell, urgent }
  const send = async (): Promise<void> => {
    if (!(await uplink.back.send(downlink)) || !payload) return
    node.lastDownlinkPort = payload.port
    if (payload === acknowledgement) node.acknowledgedMs = clock.now()
    counts.add(`downlinks.${DOWNLINK_NAME.get(payload.port)!}`)
    if (payload === lamp) await desk.handed(node)
    if (payload === configuration) parts.configurations.handed(node)
    if (payload === update) parts.updates.handed(node)
  }
  void activity.during(() => send().catch(failed))
}
