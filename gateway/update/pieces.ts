/** A stream cut into pieces: all of one length, the last one shorter or as long. */

/** With its head of seven bytes it takes 217 of the 222 that a frame carries. */
export const PIECE_BYTES = 210

/** How many pieces a stream has. */
export const pieceCount = ({
  ticketBytes,
  bundleBytes,
}: {
  ticketBytes: number
  bundleBytes: number
}): number => Math.ceil((ticketBytes + bundleBytes) / PIECE_BYTES)

/** The bytes of a piece, a view. */
export const pieceOf = (stream: Uint8Array, index: number): Uint8Array =>
  stream.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES)
