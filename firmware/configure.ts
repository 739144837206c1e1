/** Settings that change over the air (core/configuration.ts): taken as a whole or not at all, and in force at once. The journal's copy of the record is what changes: one record in flash, so that a power cut leaves the old or the new one.
 *  Behind the record the copy says by its CRC which record of the cable it was made from, so that a technician's new one outranks it, and its revision. */
import { changeRecord, encodeConfigured, REFUSED_CONTRADICTION } from '../core/configuration.ts'
import { SETTINGS_CHANGED, UPLINK_PORT } from '../core/packet/types.ts'
import { decodeSettings, SETTINGS_BYTES } from '../core/settings.ts'
import { append, KIND, latest } from './journal.ts'
import { send } from './link/link.ts'
import type { SendResult } from './link/result.ts'
import { CRASH_ROW, HEALTH_DUE } from './modes.ts'
import { CONFIGURED, nowSeconds, SETTINGS_VERSION, type Node } from './nodeState.ts'

/** CRC of the cable's record, 2 bytes, then the revision, 2 bytes. */
export const KEPT_BYTES = SETTINGS_BYTES + 4
const OUTCOME_SHIFT = 16
const ANSWER_DUE = 1 << 24

/** Does what an authenticated downlink asks for, and notes the answer that is owed. */
export function configure(node: Node, change: Uint8Array): void {
  const { words } = node
  const kept = latest(node.journal, KIND.settings)!
  const changed = new Uint8Array(KEPT_BYTES)
  changed.set(kept)
  let outcome = changeRecord(changed.subarray(0, SETTINGS_BYTES), change)
  const settings = decodeSettings(changed.subarray(0, SETTINGS_BYTES))
  if (outcome === 0 && typeof settings === 'string') outcome = REFUSED_CONTRADICTION
  const revision = change.length < 2 ? 0 : (change[0]! << 8) | change[1]!
  if (outcome === 0 && typeof settings !== 'string') {
    if (kept.length === SETTINGS_BYTES) changed.set(kept.subarray(SETTINGS_BYTES - 2), SETTINGS_BYTES)
    changed[KEPT_BYTES - 2] = revision >> 8
    changed[KEPT_BYTES - 1] = revision
    // Said again because its answer was lost, it costs no flash.
    if (changed.join() !== kept.join()) append(node.journal, KIND.settings, changed)
    // For a node that does not sleep; the others begin anew with the record.
    const own = node as { -readonly [Name in keyof Node]: Node[Name] }
    own.settings = settings
    own.intervalSeconds = settings.intervalSeconds || node.profile.intervalSeconds
    own.samplesPerUplink = settings.samplesPerUplink || node.profile.samplesPerUplink
    own.reportSeconds = own.samplesPerUplink * own.intervalSeconds
    words[SETTINGS_VERSION] = SETTINGS_CHANGED | revision
    words[HEALTH_DUE] = nowSeconds(node)
    // Somebody has changed something: the node is trusted again.
    words[CRASH_ROW] = 0
  }
  words[CONFIGURED] = ANSWER_DUE | (outcome << OUTCOME_SHIFT) | revision
}

/** Says the answer that is owed. One that gets lost is asked for again by the gateway. */
export function sendConfigured(node: Node, done: (result: SendResult) => void): void {
  const owed = node.words[CONFIGURED]!
  const kept = latest(node.journal, KIND.settings)!
  const payload = encodeConfigured({
    revision: owed & 0xffff,
    outcome: (owed >> OUTCOME_SHIFT) & 0xff,
    recordCrc: (kept[SETTINGS_BYTES - 2]! << 8) | kept[SETTINGS_BYTES - 1]!,
  })
  const finish = (result: SendResult): void => {
    if (result.sent) node.words[CONFIGURED] = 0
    done(result)
  }
  send(node, UPLINK_PORT.configured, payload, finish, false)
}
