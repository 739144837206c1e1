/** The life of a battery node, one wake at a time: remember, measure, talk, forget nothing, sleep. */
import { MODE } from '../core/packet/types.ts'
import { exchange, exchangeDue } from './exchange.ts'
import { listen } from './health.ts'
import { closeLink, updateLingerMs, UPDATES } from './link/link.ts'
import { nowMs, nowSeconds, saveState, SLEEP_MS, SLOT, type Node } from './nodeState.ts'
import { openNode } from './openNode.ts'
import { networkTimeWanted, ownMilliseconds, takeNetworkTime } from './oscillator.ts'
import type { NodeParts } from './profiles/profile.ts'
import { measureBattery, takeSample } from './sampling.ts'

/** Shortest sleep: a deadline that has just passed must not keep the node awake. */
const SLEEP_MS_MIN = 100

/** Moves the slot to the next one ahead on its cadence. */
export function nextSlot(node: Node): void {
  const { words, intervalSeconds } = node
  const lateSeconds = nowSeconds(node) - words[SLOT]!
  words[SLOT]! += intervalSeconds * (1 + Math.floor(lateSeconds / intervalSeconds))
}

/** A sample when its time has come; a wake between two samples is for the radio. */
function sampleIfDue(node: Node, done: () => void): void {
  if (nowSeconds(node) < node.words[SLOT]!) return done()
  nextSlot(node)
  if (node.mode === MODE.safe) {
    measureBattery(node)
    return done()
  }
  // The exchange begins in a callback of its own: by then all that the sampling held is free.
  takeSample(node, () => {
    node.hal.clock.setTimer(0, done)
  })
}

/** Says what is due, one thing after the other where the link allows it at once, and takes leave. */
function talk(node: Node, done: () => void): void {
  if (nowSeconds(node) < exchangeDue(node)) {
    const lingerMs = UPDATES && node.updateSince !== undefined ? updateLingerMs(node) : 0
    if (lingerMs === 0) return closeLink(node, done)
    node.hal.clock.setTimer(lingerMs, () => talk(node, done))
    return
  }
  node.timeWanted = networkTimeWanted(node)
  node.onTime = (unixSeconds, atMs) => takeNetworkTime(node, unixSeconds, atMs)
  exchange(node, () => talk(node, done))
}

/** Deep sleep until the next sample or the next word with the gateway. */
function sleep(node: Node): void {
  const wakeSeconds = Math.min(node.words[SLOT]!, exchangeDue(node))
  const ownMs = ownMilliseconds(node.words, Math.max(SLEEP_MS_MIN, wakeSeconds * 1000 - nowMs(node)))
  node.words[SLEEP_MS] = ownMs
  saveState(node)
  node.hal.power.deepSleep(ownMs)
}

/** The battery cycle, from a start to the deep sleep that ends it. */
export function runBattery(parts: NodeParts): void {
  const node = openNode(parts)
  listen(node)
  sampleIfDue(node, () => {
    talk(node, () => {
      sleep(node)
    })
  })
}
