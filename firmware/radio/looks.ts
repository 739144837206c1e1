/** When a radio's driver looks at its chip, whichever it is: limits in milliseconds, symbols, bytes and accesses.
 *  A window is looked at when its symbols have passed, after the header's time when it found a preamble, and after the longest frame's. */

/** The longest frame: a reception that takes more time is none. */
export const FRAME_BYTES_MAX = 255
/** Once a window has found a preamble, its header ends at most 16 symbols after the window. */
export const HEADER_SYMBOLS = 20
/** A timer is never early, and the chip's clock is good to 100 ppm; the rest is the chip's start. */
export const WINDOW_MARGIN_MS = 5
export const SENT_MARGIN_MS = 200
/** More pin accesses than fit the times of a reset or a command on any board: a stopped clock must not hang the node. */
export const ACCESSES_MAX = 1000
/** In place of a window's symbols. */
export const UPLINK = -1
