/** What stands where in the record that says which bundle runs, and in the files of the bundles themselves: the loader (loader.ts), the firmware (slots.ts)
 *  and `fieldnode upload` agree on it here.
 *  A header of Espruino's Storage that a power cut tears makes the board erase all of Storage at its next start (2v29, jsflash.c, jsfIsStorageValid). So no
 *  file is ever made over the air: the cable makes every slot and the record with room for all that is to come, and a node only clears bits inside them.
 *  A mark is one byte that is no longer erased, so a cut leaves it done or not done, whatever it left of its bits. */

/** The record: an entry of marks for each slot, in the order in which slots are used. */
export const RECORD_FILE = 'slots'
/** The LMS public key of those who may release bundles, as a technician wrote it. */
export const SIGNER_FILE = 'signer'
/** Each letter is a file. No slot is written twice, since Storage can't erase a part of itself. */
export const SLOTS = 'abcdefghijklmno'
/** Of the record, for each slot. */
export const ENTRY_BYTES = 8
/** In a slot's file: blanks that make it, then room for the largest bundle. Behind a bundle lies erased flash, so a bundle ends in a comment. */
export const TEXT_AT = 4
export const TEXT_BYTES = 68_004
/** Behind the text: what was received of an update (transfer.ts). The loader does not read it. */
export const TRANSFER_AT = TEXT_AT + TEXT_BYTES
export const TRANSFER_BYTES = 3_788
/** Behind that: the ends of the chains of the ticket's signature, while it is verified (core/lms/ends.ts). */
export const ENDS_AT = TRANSFER_AT + TRANSFER_BYTES
export const ENDS_BYTES = 2_168
export const SLOT_BYTES = ENDS_AT + ENDS_BYTES
export const ERASED = 255
/** The number of the release follows. */
export const BUNDLE_END = '//'

/** Marks of an entry: the slot was switched to; it was started (three of them); its trial was passed; the loader has taken it back after the third start;
 *  its self-test failed, or it was given up before it ran; that was told. */
export const SWITCHED = 0
export const STARTED = 1
export const PASSED = 4
export const TAKEN_BACK = 5
export const FAILED = 6
export const TOLD = 7
