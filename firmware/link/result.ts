/** What came of an uplink, on any link. */
export interface SendResult {
  /** False: nothing went out, or the link knows that it did not arrive. */
  readonly sent: boolean
  /** A downlink that came with it. */
  readonly received?: { readonly port: number; readonly payload: Uint8Array }
}

/** A downlink that comes by itself. */
export type Heard = (port: number, payload: Uint8Array) => void
