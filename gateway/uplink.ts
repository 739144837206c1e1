/** A frame that came in over whatever link, and its way back: what ingest hands to the pipeline. */
import type { Reception } from './ingest/rxpk.ts'
import type { LinkName } from './nodes/linkName.ts'

/** A data frame on its way down. */
export interface Downlink {
  phy: Uint8Array
  /** Of options and payload together: the room it takes. */
  bytes: number
  /** As `Back.roomBytes` was asked. */
  dwell: boolean
  /** A lamp's command and a join accept may use all of a forwarder's time on the air. */
  urgent: boolean
}

/** The way back to the node that sent one uplink. */
export interface Back {
  /** When what is answered now is with the node, Unix milliseconds. */
  readonly arrivesMs: number
  /** Application payload of a data frame handed over now, without options; undefined when no way is open any more.
   *  `dwell`: the node keeps its region's dwell time limit. */
  roomBytes(dwell: boolean): number | undefined
  /** False when nothing took the frame; why is counted. */
  send(downlink: Downlink): Promise<boolean>
  accept(phy: Uint8Array): Promise<boolean>
  /** Later, and only to a node that listens all the time. */
  sayNow(phy: Uint8Array): Promise<boolean>
}

export interface Uplink {
  phy: Uint8Array
  link: LinkName
  /** Who the link knows to have sent it; over radio anybody can say anything. */
  from?: string
  /** Unix milliseconds. */
  receivedMs: number
  /** Who heard it on the air, the first one to report first; none over MQTT. */
  receptions: Reception[]
  back: Back
}
