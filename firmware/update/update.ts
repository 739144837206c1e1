/** The node's side of an update over the air (docs/PACKET.md, port 6): it takes an offer, wants the pieces it lacks, verifies, switches, and says what became
 *  of it. Nothing of a bundle is taken before its ticket's signature was found right, and nothing is run before its digest was.
 *  Three words of the node's state carry it over sleep: when there is next something to say, what, and of which transfer; all else lies in the free slot
 *  (transfer.ts). What takes long is done where the node speaks, never where it hears. */
import { LMS_KEY_BYTES } from '../../core/lms/parameters.ts'
import { MANIFEST_BYTES } from '../../core/update/manifest.ts'
import {
  decodeUpdateDownlink,
  encodeUpdateState,
  encodeWanted,
  UPDATE_REASON,
  UPDATE_STATE,
  type Offer,
} from '../../core/update/message.ts'
import type { Board } from '../board.ts'
import type { Files, Hal } from '../hal/index.ts'
import {
  LINK,
  nowSeconds,
  saveState,
  SUPPLY,
  SUPPLY_FULL,
  UPDATE_AT,
  UPDATE_ID,
  UPDATE_SAID,
  type Node,
} from '../nodeState.ts'
import { RELEASE } from '../release.ts'
import { abandonSlot, failTrial, freeSlot, passTrial, switchSlots, tellRollback, trial } from './slots.ts'
import { SIGNER_FILE, SLOTS } from './record.ts'
import { checkTicket, isWhole, SPOILT } from './signed.ts'
import {
  beginBundle,
  beginTransfer,
  endTransfer,
  fits,
  isBegun,
  keepPiece,
  lackOf,
  openTransfer,
  outcomeOf,
  type Transfer,
} from './transfer.ts'

/** Longer than a round of 64 pieces takes (the gateway sends ten a second); what has not come by then is lost. */
const ROUND_SECONDS = 10
/** A node stays awake for a transfer for so long, and goes on at its next contact. */
const SESSION_SECONDS = 300
/** What nobody heard is said again with the next contact, and no sooner than this. */
const AGAIN_SECONDS = 60
/** A node that stays awake looks this often whether there is something to say. */
const LOOK_MS = 200
/** To the start of the new bundle. */
const RESTART_MS = 1_000

const VERIFIED = UPDATE_STATE.verified * 16
const RUNNING = UPDATE_STATE.running * 16
const REFUSED = UPDATE_STATE.refused * 16
const ROLLED_BACK = UPDATE_STATE.rolledBack * 16

/** Lets the node say `outcome` of a transfer at once; 0: what it wants, or what becomes of it. */
function sayLater(node: Node, transfer: number, outcome: number): void {
  const { words } = node
  words[UPDATE_ID] = transfer | 0
  words[UPDATE_SAID] = outcome
  words[UPDATE_AT] = nowSeconds(node)
}

/** Why an offer is not even begun; 0 when it may be. */
function refusalOf(node: Node, files: Files, offer: Offer): number {
  if (files.size(SIGNER_FILE) !== LMS_KEY_BYTES) return UPDATE_REASON.noKey
  if (offer.version <= RELEASE) return UPDATE_REASON.old
  if (node.words[SUPPLY] !== SUPPLY_FULL) return UPDATE_REASON.battery
  if (offer.ticketBytes <= MANIFEST_BYTES || offer.bundleBytes === 0) return UPDATE_REASON.manifest
  return fits(offer) ? 0 : UPDATE_REASON.noRoom
}

/** The same transfer goes on where it is; another takes its place, in a slot of its own. */
function takeOffer(node: Node, offer: Offer): void {
  const files = node.hal.files()
  // A bundle on trial, or one that was rolled back, is told of first.
  if (trial(files) !== 'none') return sayLater(node, transferOnTrial(files), 0)
  const open = openTransfer(files, freeSlot(files))
  if (open && open.transfer === offer.transfer && open.pieceBytes === offer.pieceBytes) {
    const outcome = outcomeOf(files, open)
    if (outcome !== REFUSED + UPDATE_REASON.cancelled) return sayLater(node, offer.transfer, outcome)
  }
  const reason = refusalOf(node, files, offer)
  if (reason) return sayLater(node, offer.transfer, REFUSED + reason)
  sayLater(node, offer.transfer, beginTransfer(files, offer) ? 0 : REFUSED + UPDATE_REASON.noRoom)
}

/** Keeps a piece, and speaks up when all has come that was wanted. */
function takePiece(node: Node, transfer: number, index: number, bytes: Uint8Array): void {
  const files = node.hal.files()
  const { words } = node
  const open = openTransfer(files, freeSlot(files))
  if (!open || open.transfer !== transfer || outcomeOf(files, open)) return node.hal.log('piece foreign')
  const outcome = keepPiece(files, open, index, bytes)
  if (outcome !== 'kept') node.hal.log('piece ' + outcome)
  if (outcome === 'torn') {
    abandonSlot(files)
    sayLater(node, transfer, beginTransfer(files, open) ? 0 : REFUSED + UPDATE_REASON.noRoom)
  } else if (outcome === 'kept' && words[UPDATE_SAID] === 0) {
    // `wanted` counts down; a program that has just begun has wanted nothing yet, and speaks up.
    node.updateLeft = (node.updateLeft ?? 1) - 1
    words[UPDATE_AT] = nowSeconds(node) + (node.updateLeft > 0 ? ROUND_SECONDS : 0)
  }
}

function takeCancel(node: Node, transfer: number): void {
  const files = node.hal.files()
  const open = openTransfer(files, freeSlot(files))
  if (trial(files) !== 'none') return
  if (open && open.transfer === transfer) endTransfer(files, open, REFUSED + UPDATE_REASON.cancelled)
  sayLater(node, transfer, REFUSED + UPDATE_REASON.cancelled)
}

/** What came down on port 6. What is no message changes nothing. */
export function takeUpdate(node: Node, payload: Uint8Array): void {
  const message = decodeUpdateDownlink(payload)
  if (typeof message === 'string') return node.hal.log('update ' + message)
  if (node.updateSince === undefined) node.updateSince = nowSeconds(node)
  if (message.kind === 'offer') takeOffer(node, message)
  else if (message.kind === 'cancel') takeCancel(node, message.transfer)
  else takePiece(node, message.transfer, message.index, message.bytes)
}

/** Takes a transfer a step on: its outcome, or 0 when pieces are wanted. */
function advance(node: Node, files: Files, transfer: Transfer): number {
  let reason = 0
  if (isBegun(files, transfer)) {
    if (lackOf(files, transfer, transfer.pieces).named > 0) return 0
    if (isWhole(node, files, transfer)) return VERIFIED
    reason = UPDATE_REASON.digest
  } else {
    if (lackOf(files, transfer, transfer.headPieces).named > 0) return 0
    reason = checkTicket(node, files, transfer)
    if (reason === 0 && beginBundle(files, transfer)) return 0
    if (reason === 0 || reason === SPOILT) {
      // The slot is spoilt: all from the beginning, in the next one.
      abandonSlot(files)
      return beginTransfer(files, transfer) ? 0 : REFUSED + UPDATE_REASON.noRoom
    }
  }
  endTransfer(files, transfer, REFUSED + reason)
  return REFUSED + reason
}

/** Takes the transfer in flash as far as the node can by itself; what it comes to is said next. What takes long is done here, and nothing else, since a
 *  signature takes all the room there is. */
export function advanceUpdate(node: Node): void {
  const files = node.hal.files()
  const transfer = openTransfer(files, freeSlot(files))
  if (!transfer || node.words[UPDATE_SAID] !== 0) return
  const outcome = outcomeOf(files, transfer) || advance(node, files, transfer)
  if (outcome) sayLater(node, transfer.transfer, outcome)
}

/** What the last switch came to, 0 when there is nothing to tell of it. */
function trialOutcome(files: Files): number {
  const state = trial(files)
  if (state === 'crashed') return ROLLED_BACK + UPDATE_REASON.crashes
  return state === 'failed' ? ROLLED_BACK + UPDATE_REASON.selfTest : 0
}

/** Name of the transfer whose bundle was switched to last, 0 when it is not known. */
function transferOnTrial(files: Files): number {
  for (let slot = SLOTS.length - 1; slot > 0; slot--) {
    const open = openTransfer(files, SLOTS.charAt(slot))
    if (open && outcomeOf(files, open) === VERIFIED) return open.transfer
  }
  return 0
}

/** What wants the pieces that are missing; notes how many will come. */
function wantedPayload(node: Node, files: Files, transfer: Transfer): Uint8Array {
  const { pieces, headPieces } = transfer
  const { received, first, mask, named } = lackOf(
    files,
    transfer,
    isBegun(files, transfer) ? pieces : headPieces,
  )
  node.updateLeft = named
  return encodeWanted({ transfer: transfer.transfer, received, of: pieces, first, mask })
}

/** The next word about the update; empty when there is none. */
export function updatePayload(node: Node): Uint8Array {
  const { words } = node
  const files = node.hal.files()
  const rolledBack = trialOutcome(files)
  if (rolledBack) sayLater(node, transferOnTrial(files), rolledBack)
  else if (words[UPDATE_SAID] === 0) {
    const open = openTransfer(files, freeSlot(files))
    if (open) return wantedPayload(node, files, open)
  }
  const said = words[UPDATE_SAID]!
  if (said === 0) {
    words[UPDATE_AT] = 0
    return new Uint8Array(0)
  }
  const state = said >> 4
  return encodeUpdateState({ transfer: words[UPDATE_ID]! >>> 0, state, reason: said & 15, version: RELEASE })
}

/** The bundle was said to be verified, whether anybody heard it or not: it runs next. Does not return where it can. */
function switchOver(node: Node, files: Files): void {
  const open = openTransfer(files, freeSlot(files))
  // Told of by its name when its trial is over.
  if (open) endTransfer(files, open, VERIFIED)
  sayLater(node, node.words[UPDATE_ID]!, 0)
  // This exchange, which never ends, would keep the next one back; and the new bundle's first starts are all it has.
  node.words[LINK] = 0
  saveState(node)
  if (switchSlots(files)) node.hal.power.deepSleep(RESTART_MS)
  else sayLater(node, node.words[UPDATE_ID]!, REFUSED + UPDATE_REASON.noRoom)
}

/** After a word about the update; `heard` when anything came down since. */
export function updateSaid(node: Node, heard: boolean): void {
  const { words } = node
  const files = node.hal.files()
  const now = nowSeconds(node)
  const said = words[UPDATE_SAID]!
  const laterSeconds = Math.max(AGAIN_SECONDS, node.reportSeconds)
  if (said === 0) {
    if (words[UPDATE_AT] !== 0) words[UPDATE_AT] = now + (heard ? ROUND_SECONDS : laterSeconds)
  } else if (said === VERIFIED) switchOver(node, files)
  else if (heard) {
    words[UPDATE_AT] = words[UPDATE_SAID] = 0
    if (said >> 4 === UPDATE_STATE.rolledBack) tellRollback(files)
  } else words[UPDATE_AT] = now + laterSeconds
}

/** How long a node stays awake for the update before it looks again, in milliseconds; 0 when it need not. */
export function updateLingerMs(node: Node): number {
  const { words } = node
  const now = nowSeconds(node)
  const next = words[UPDATE_AT]!
  // Where nothing has come of the update, nothing is waited for.
  if (node.updateSince === undefined || next === 0 || words[UPDATE_SAID] !== 0) return 0
  const near = Math.max(next, words[LINK]!) - now <= ROUND_SECONDS
  if (words[SUPPLY] === SUPPLY_FULL && now - node.updateSince < SESSION_SECONDS) return near ? LOOK_MS : 0
  words[UPDATE_AT] = now + Math.max(AGAIN_SECONDS, node.reportSeconds)
  node.updateSince = undefined
  return 0
}

/** Once a program: finds an update in flash that the words do not know of, as after a switch, a rollback, or a power cut. */
export function resumeUpdate(node: Node): void {
  if (node.words[UPDATE_AT] !== 0) return
  const files = node.hal.files()
  const open = openTransfer(files, freeSlot(files))
  if (trial(files) !== 'none' || (open && outcomeOf(files, open) === 0)) sayLater(node, 0, 0)
}

/** An exchange has come to its end, whatever the gateway said: the program has found its flash, its settings, its sensors and its way to the network. */
export function passSelfTest(node: Node): void {
  const files = node.hal.files()
  // An exchange that hung has dropped its link, and shows nothing.
  if (!node.mqtt || trial(files) !== 'on') return
  sayLater(node, transferOnTrial(files), RUNNING)
  // First: what is told too early is told anew, what was not kept would never be told.
  saveState(node)
  passTrial(files)
}

/** A bundle on trial that finds no settings, or no flash to keep them in, gives way to the one before. */
export function failSelfTest(_board: Board, hal: Hal): void {
  if (failTrial(hal.files())) hal.power.deepSleep(RESTART_MS)
}
