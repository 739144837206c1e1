/** The life of a lamp: always awake, it keeps its schedule by itself, obeys a command until the command's end, and tells every change.
 *
 *  In doubt it is lit. A command is one record in flash, with its level and its end together: it survives a reset, ends by itself, and is dropped when the
 *  power was lost, because nobody knows for how long; a command that was dropped is no longer reported. What is reported is what the contact does. */
import { FLAG } from '../core/flags.ts'
import { LAMP_REASON, type LampState } from '../core/lights/index.ts'
import { decodeLampCommand } from '../core/packet/lampCommand.ts'
import { DOWNLINK_PORT, MODE } from '../core/packet/types.ts'
import { Relay, RELAY_SETTLE_MS } from './actuators/relay.ts'
import { exchange, exchangeDue } from './exchange.ts'
import { listen } from './health.ts'
import { append, KIND, latest } from './journal.ts'
import { joinGroup, stayReachable, updateDue, UPDATES } from './link/link.ts'
import { scheduledLevel, takeTime, timeWanted } from './lampTime.ts'
import { nextSlot } from './node.ts'
import { modeOf } from './modes.ts'
import {
  ALARM,
  EPISODE_LAST,
  FILTERS,
  FIT_BYTES,
  HELLO,
  HELLO_KNOWN,
  JOINED,
  LINK,
  nowMs,
  nowSeconds,
  POWER_COUNT,
  SAVED_AT,
  saveState,
  SLOT,
  SYNC_UNIX,
  UPLINK_AT,
  type Node,
} from './nodeState.ts'
import { openNode } from './openNode.ts'
import type { NodeParts } from './profiles/profile.ts'
import { push } from './queue.ts'

/** Words of the command's record. */
const COMMAND = 0
const LEVEL_PERCENT = 1
/** Node seconds at which the command is over. */
const END = 2
const COMMAND_POWER_COUNT = 3
const COMMAND_WORDS = 4

/** The chip is reset when so long no step was taken; the longest is an exchange that hangs. */
const WATCH_SECONDS = 180
/** The schedule is looked at this often. */
const LOOK_SECONDS = 60
const STEP_MS_MIN = 200
/** The wake record is never older: by so much node seconds may fall behind when the power is lost, as they may in an outage, whose pauses are as long. */
const SAVE_SECONDS = 3_600
const MAINS_PRESENT = 1

interface Lamp {
  readonly node: Node
  readonly relay: Relay
  /** The command's record; command 0 when there is none. */
  readonly command: Int32Array
  /** What was pushed last, in the order of the profile's quantities. */
  reported: Int32Array
  /** Of the next step while there is nothing to do, else 0. */
  timer: number
  /** What `durableOf` answered when the wake record was last written. */
  durable?: number
}

/** The command that was given before a reset, unless the power was lost. */
function restoreCommand(node: Node): Int32Array {
  const saved = latest(node.journal, KIND.lamp)
  const command = new Int32Array(COMMAND_WORDS)
  if (saved !== undefined) new Uint8Array(command.buffer).set(saved)
  return command[COMMAND_POWER_COUNT] === node.words[POWER_COUNT] ? command : new Int32Array(COMMAND_WORDS)
}

/** Takes a command: its end counts from now. What is no command changes nothing. */
function takeCommand(lamp: Lamp, payload: Uint8Array): void {
  const { command, node } = lamp
  const given = decodeLampCommand(payload)
  if (typeof given === 'string') return node.hal.log('lamp command ' + given)
  command[COMMAND] = given.command
  command[LEVEL_PERCENT] = given.levelPercent
  command[END] = nowSeconds(node) + given.durationSeconds
  command[COMMAND_POWER_COUNT] = node.words[POWER_COUNT]!
  append(node.journal, KIND.lamp, new Uint8Array(command.buffer))
}

/** What the lamp should do now. In the safe profile it burns. */
function wanted(lamp: Lamp): LampState {
  const { command, node } = lamp
  if (node.mode === MODE.safe) return { levelPercent: 100, reason: LAMP_REASON.doubt }
  const commanded = command[COMMAND] !== 0 && nowSeconds(node) < command[END]!
  if (!commanded) return scheduledLevel(node, node.settings)
  return { levelPercent: command[LEVEL_PERCENT]!, reason: LAMP_REASON.command }
}

/** Lets the next uplink go at once. Not the first report after a start: a street whose power comes back would speak all at once. */
function hurry(lamp: Lamp): void {
  const { words, samplesPerUplink, intervalSeconds } = lamp.node
  if (lamp.reported.length === 0 || words[HELLO] !== HELLO_KNOWN) return
  words[LINK] = 0
  words[UPLINK_AT] = nowSeconds(lamp.node) - samplesPerUplink * intervalSeconds
}

/** When the safe profile is over: what it left alone is opened by a new start. */
function leaveSafe(node: Node): void {
  if (modeOf(node.words, node.profile, nowSeconds(node)) === MODE.safe) return
  saveState(node)
  node.hal.power.deepSleep(STEP_MS_MIN)
}

/** Stores what the contact does when it has changed or when the time has come, and wants it sent at once after a change. */
function report(lamp: Lamp, obeyed: number, reason: number): void {
  const { node, relay } = lamp
  const { words } = node
  const on = relay.isOn()
  const values = new Int32Array([
    on ? 100 : 0,
    on ? 1 : 0,
    obeyed,
    relay.isConfirmed() ? reason : LAMP_REASON.fault,
    MAINS_PRESENT,
  ])
  const changed = values.some((value, i) => value !== lamp.reported[i])
  const due = nowSeconds(node) >= words[SLOT]!
  if (due) nextSlot(node)
  if (node.mode === MODE.safe) return leaveSafe(node)
  if (changed) hurry(lamp)
  if (!changed && !due) return
  push(
    node.queue,
    values,
    new Uint8Array(values.length).fill(FLAG.good),
    nowSeconds(node),
    words[POWER_COUNT]!,
  )
  lamp.reported = values
}

/** A sum of the words that a start has to find as they are: whether the network and the gateway know the node, the time, modes, what health has to tell, what is
 *  owed to a change of settings and to an update. The others say which samples are on their way and when the next uplink goes: the queue's own record knows
 *  what is acknowledged, and the next exchange makes them anew. */
function durableOf({ words }: Node): number {
  let sum = words[JOINED]! + 2 * words[HELLO]!
  for (let at = SYNC_UNIX; at < FILTERS; at++)
    if (at !== FIT_BYTES && (at < ALARM || at > EPISODE_LAST)) sum = (sum * 31 + words[at]!) | 0
  return sum
}

/** Writes the wake record when it has to be: after each of a lamp's exchanges, one in five minutes, its sectors would not last ten years. */
function keep(lamp: Lamp): void {
  const { node } = lamp
  const durable = durableOf(node)
  if (durable === lamp.durable && nowSeconds(node) - node.words[SAVED_AT]! < SAVE_SECONDS) return
  lamp.durable = durable
  saveState(node)
}

/** How long there is nothing to do, at most until the next look at the schedule. */
function restMs(lamp: Lamp): number {
  const { node, command } = lamp
  const now = nowSeconds(node)
  let next = Math.min(now + LOOK_SECONDS, node.words[SLOT]!, exchangeDue(node))
  if (command[COMMAND] !== 0 && command[END]! > now) next = Math.min(next, command[END]!)
  return Math.max(STEP_MS_MIN, Math.ceil(next * 1000 - nowMs(node)))
}

/** Switch, let the contact settle, report, talk, rest, and again. */
function step(lamp: Lamp): void {
  const { node, relay } = lamp
  lamp.timer = 0
  const { clock } = node.hal
  node.hal.power.watch(WATCH_SECONDS)
  const { levelPercent, reason } = wanted(lamp)
  const obeyed = lamp.command[COMMAND]!
  relay.set(levelPercent > 0)
  clock.setTimer(RELAY_SETTLE_MS, () => {
    report(lamp, obeyed, reason)
    // A command that came while the contact settled.
    if (lamp.command[COMMAND] !== obeyed) return step(lamp)
    if (nowSeconds(node) < exchangeDue(node)) {
      lamp.timer = clock.setTimer(restMs(lamp), () => step(lamp))
      return
    }
    node.timeWanted = timeWanted(node)
    exchange(node, () => {
      keep(lamp)
      // What came down may have changed what is wanted.
      clock.setTimer(STEP_MS_MIN, () => step(lamp))
    })
  })
}

/** The lamp's cycle; it does not return to deep sleep. */
export function runLight(parts: NodeParts): void {
  const node = openNode(parts)
  listen(node)
  const { mount } = node.board
  const lamp: Lamp = {
    node,
    relay: new Relay(node.hal.gpio, mount.relay, mount.relaySense),
    command: restoreCommand(node),
    reported: new Int32Array(0),
    timer: 0,
  }
  node.onDownlink = (port, payload) => {
    if (port === DOWNLINK_PORT.group && !joinGroup(node, payload)) node.hal.log('no group setup')
    if (port === DOWNLINK_PORT.lamp) takeCommand(lamp, payload)
    else if (!UPDATES || port !== DOWNLINK_PORT.update || nowSeconds(node) < updateDue(node)) return
    // A command may come while nothing else is to be done for a minute.
    if (!lamp.timer) return
    node.hal.clock.clearTimer(lamp.timer)
    step(lamp)
  }
  stayReachable(node)
  node.onTime = (unixSeconds, atMs) => takeTime(node, unixSeconds, atMs)
  step(lamp)
}
