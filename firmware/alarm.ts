/** Readings that cannot wait for their batch: beyond a threshold, or rising fast; the settings may have another threshold than the profile.
 *
 *  How fast is told from the lowest value of the last while, so that a flood is found within one reading and a sensor's scatter between two readings is no flood.
 *  That value has an heir: the lowest since half of the while had passed. It takes over when the value is too old, so there is always
 *  one to compare with.
 *  An alarming sample opens the radio at once, as far as the law and the battery allow, and goes before all others (firmware/delivery.ts). */
import { FLAG } from '../core/flags.ts'
import {
  ALARM,
  ALARM_END,
  ALARM_ROW,
  EPISODE,
  EPISODE_END,
  EPISODE_LAST,
  FILTER_ROW,
  FILTERS,
  HELLO,
  HELLO_KNOWN,
  LINK,
  nowSeconds,
  type Node,
} from './nodeState.ts'
import type { Alarm } from './profiles/profile.ts'

/** Samples of one alarm that go before all others: what comes after them is new, or can wait. */
const FIRST_SAMPLES = 8

/** Whether a reading of the sample is an alarm. A value that the filter calls wrong, or that is missing, is none; one that it only doubts is: floods are rare. */
export function isAlarming(
  node: Node,
  alarms: readonly Alarm[],
  values: Int32Array,
  flags: Uint8Array,
): boolean {
  const { words, profile, settings } = node
  const now = nowSeconds(node)
  let alarming = false
  for (let i = 0; i < alarms.length; i++) {
    const { quantity } = alarms[i]!
    let { above, rise, withinSeconds } = alarms[i]!
    if (i === 0) {
      above = settings.alarmAbove || above
      rise = settings.alarmRise || rise
      withinSeconds = 60 * settings.alarmWithinMinutes || withinSeconds
    }
    const column = profile.quantities.indexOf(quantity)
    if (flags[column] === FLAG.fail || flags[column] === FLAG.missing) continue
    const value = values[column]!
    const row = FILTERS + profile.quantities.length * FILTER_ROW + ALARM_ROW * i
    if (now - words[row + 1]! > withinSeconds && words[row + 3]! > 0) {
      words[row]! += words[row + 2]!
      words[row + 1]! += words[row + 3]!
      words[row + 3] = 0
    }
    const aboveLow = value - words[row]!
    const ageSeconds = now - words[row + 1]!
    const recent = words[row + 1]! > 0 && ageSeconds <= withinSeconds
    if (value >= above || (recent && aboveLow >= rise)) alarming = true
    if (!recent || aboveLow <= 0) {
      words[row] = value
      words[row + 1] = now
      words[row + 3] = 0
    } else if (2 * ageSeconds >= withinSeconds && (words[row + 3] === 0 || aboveLow <= words[row + 2]!)) {
      words[row + 2] = aboveLow
      words[row + 3] = ageSeconds
    }
  }
  return alarming
}

/** Puts the sample that is pushed next before all others. */
export function raiseAlarm(node: Node): void {
  const { words } = node
  const sequence = node.queue.next
  // Another alarm than the last one: it begins here.
  if (words[EPISODE_END] === 0 || sequence - words[EPISODE_LAST]! >= FIRST_SAMPLES) words[EPISODE] = sequence
  words[EPISODE_LAST] = sequence
  if (sequence - words[EPISODE]! < FIRST_SAMPLES) words[EPISODE_END] = sequence + 1
  if (words[ALARM]! >= words[ALARM_END]!) words[ALARM] = sequence
  if (sequence - words[ALARM]! < FIRST_SAMPLES) words[ALARM_END] = sequence + 1
  // A pause after a failure is not for alarms; the law's pauses are kept by the MAC.
  if (words[HELLO] === HELLO_KNOWN) words[LINK] = Math.min(words[LINK]!, nowSeconds(node))
}
