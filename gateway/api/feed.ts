/** Who listens for changes: each listener hears of a node once, however often it changes before the listener gets to it. */
import type { Clock } from '../../core/clock.ts'
import type { FieldNode } from '../nodes/node.ts'
import { stateOf } from '../nodes/view.ts'
import type { NodeState } from './types.ts'

/** The heartbeat, on the clock of the people who watch. */
const TICK_MS = 5000

export interface Listener {
  /** Nodes that changed since they were last taken. */
  readonly dirty: Set<FieldNode>
  tick: boolean
  wake: () => void
}

export class Feed {
  private readonly listeners = new Set<Listener>()
  private readonly shown = new Map<FieldNode, NodeState>()
  private cancelTick: () => void = () => undefined
  closed = false

  constructor(
    private readonly clock: Clock,
    private readonly wall: Clock,
    private readonly nodes: () => FieldNode[],
  ) {}

  get size(): number {
    return this.listeners.size
  }

  changed(node: FieldNode): void {
    for (const listener of this.listeners) {
      listener.dirty.add(node)
      listener.wake()
    }
  }

  /** A new listener, which first hears of every node; the heartbeat runs while there is any. */
  listen(): Listener {
    const listener: Listener = { dirty: new Set(this.nodes()), tick: false, wake: () => undefined }
    this.listeners.add(listener)
    if (this.listeners.size === 1) this.beat()
    return listener
  }

  leave(listener: Listener): void {
    this.listeners.delete(listener)
    if (this.listeners.size === 0) this.cancelTick()
  }

  close(): void {
    this.closed = true
    this.cancelTick()
    for (const listener of this.listeners) listener.wake()
  }

  private beat(): void {
    this.cancelTick = this.wall.setTimer(TICK_MS, () => {
      this.markAged()
      for (const listener of this.listeners) {
        listener.tick = true
        listener.wake()
      }
      this.beat()
    })
  }

  /** A node that falls silent changes without a word: it becomes late, then lost. */
  private markAged(): void {
    const nowMs = this.clock.now()
    for (const node of this.nodes()) {
      const state = stateOf(node, nowMs)
      if (this.shown.get(node) !== state) this.changed(node)
      this.shown.set(node, state)
    }
  }
}
