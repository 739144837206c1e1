/** From an opened frame to what it says: a hello, samples with their full keys, or nothing for the application. */
import {
  decodeHealth,
  decodeHello,
  decodeSamples,
  extendSequence,
  UPLINK_PORT,
} from '../core/packet/index.ts'
import type { Configured } from '../core/configuration.ts'
import type { DecodedSamples, Health, Hello, PacketError } from '../core/packet/index.ts'
import { decodeUpdateUplink, type UpdateUplink } from '../core/update/message.ts'
import type { DataFrame } from '../core/lorawan/frame.ts'
import { decodeConfigured } from './configuration/change.ts'
import { epochOfAlias, type FieldNode } from './nodes/node.ts'
import { Received } from './nodes/received.ts'
import type { Epoch } from './store/store.ts'

export type Packet =
  | { kind: 'hello'; hello: Hello }
  | { kind: 'health'; health: Health }
  | { kind: 'samples'; samples: DecodedSamples; epoch: Epoch; received: Received; firstSequence: number }
  | { kind: 'configured'; configured: Configured }
  | { kind: 'update'; update: UpdateUplink }
  /** MAC commands or a bare counter. */
  | { kind: 'none' }

/** `unknownEpoch`: the samples' epoch was never announced, so their key is not known; the node says hello again when it hears nothing. */
export type PacketRefusal = PacketError | 'kind' | 'unknownEpoch'

/** What is stored of an epoch; nothing when it was never heard of. */
export function receivedOf(node: FieldNode, epoch: number): Received {
  const known = node.received.get(epoch)
  if (known) return known
  const fresh = new Received({ nextSequence: 0, above: [] })
  node.received.set(epoch, fresh)
  return fresh
}

/** Reads the application's part of a frame. */
export function decodePacket(node: FieldNode, frame: DataFrame): Packet | PacketRefusal {
  if (frame.port <= 0) return { kind: 'none' }
  if (frame.port === UPLINK_PORT.hello) {
    const hello = decodeHello(frame.payload)
    return typeof hello === 'string' ? hello : { kind: 'hello', hello }
  }
  if (frame.port === UPLINK_PORT.health) {
    const health = decodeHealth(frame.payload)
    return typeof health === 'string' ? health : { kind: 'health', health }
  }
  if (frame.port === UPLINK_PORT.configured) {
    const configured = decodeConfigured(frame.payload)
    return typeof configured === 'string' ? configured : { kind: 'configured', configured }
  }
  if (frame.port === UPLINK_PORT.update) {
    const update = decodeUpdateUplink(frame.payload)
    return typeof update === 'string' ? update : { kind: 'update', update }
  }
  const samples = decodeSamples(frame.port, frame.payload)
  if (typeof samples === 'string') return samples
  const epoch = epochOfAlias(node, samples.epochAlias)
  if (!epoch) return 'unknownEpoch'
  const received = receivedOf(node, epoch.epoch)
  const nearest = Math.max(epoch.nextSequence, received.highest + 1)
  return {
    kind: 'samples',
    samples,
    epoch,
    received,
    firstSequence: extendSequence(samples.sequenceLow, nearest),
  }
}

/** The row that keeps what a hello announced. The hello's sequence is the lowest that the node still holds: what comes before it and is
 *  not stored was given up there and will never come. */
export function epochRow(devEui: string, hello: Hello, helloMs: number): Epoch {
  const { epoch, nextSequence, setId, reportSeconds, firmwareVersion } = hello
  return {
    devEui,
    epoch,
    nextSequence,
    lowestSequence: nextSequence,
    setId,
    reportSeconds,
    firmwareVersion,
    helloMs,
  }
}

/** Puts the epoch last, as the one announced most recently. */
export function announce(node: FieldNode, epoch: Epoch): void {
  node.epochs = [...node.epochs.filter((known) => known.epoch !== epoch.epoch), epoch]
}
