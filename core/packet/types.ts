/** The nouns of the packet codec: kinds by port, what goes in and what comes out. Values are int32 in the quantity's `perUnit`. */

export const UPLINK_PORT = { sample: 1, batch: 2, hello: 3, configured: 5 } as const
export const DOWNLINK_PORT = { acknowledgement: 1, lamp: 2, configuration: 5 } as const

/** Why bytes are no packet: they end too early, go on too long, name no known set, hold what no encoder writes, or came on a port
 *  that carries something else. */
export type PacketError = 'short' | 'long' | 'set' | 'range' | 'port'

/** All readings of a node at one moment. */
export interface Sample {
  /** uint32, from 0 in each epoch. */
  sequence: number
  /** One a quantity; what stands at a missing reading is ignored. */
  values: Int32Array
  /** QARTOD, one a quantity; FLAG.missing = no value. */
  flags: Uint8Array
}

/** Samples that travel in one packet: 1 to 16, of consecutive sequences and one cadence. */
export interface SampleGroup {
  /** uint32. */
  epoch: number
  quantities: readonly number[]
  samples: Sample[]
  /** Age of the last sample at transmission; 0 = now. */
  ageSeconds: number
  ageUncertain: boolean
  /** How far an uncertain age may be off, either way; left out when nobody can say. */
  ageErrorSeconds?: number | undefined
  /** Between samples; not sent with a single one. */
  intervalSeconds: number
  acknowledgementWanted: boolean
}

export interface DecodedSamples {
  /** Low 8 bits of the epoch. */
  epochAlias: number
  /** Low 16 bits of the first sample's sequence. */
  sequenceLow: number
  quantities: number[]
  acknowledgementWanted: boolean
  ageSeconds: number
  /** More than a minute may be wrong with the age. */
  ageUncertain: boolean
  /** By so much at the most: 60, 120, 240, ...; undefined when the node has no bound, and for an age that is certain. */
  ageErrorSeconds?: number | undefined
  /** 0 with a single sample. */
  intervalSeconds: number
  /** A missing reading has the value 0. */
  samples: { values: number[]; flags: number[] }[]
}

/** First packet of an epoch, repeated until it is acknowledged. */
export interface Hello {
  /** uint32. */
  epoch: number
  /** uint32. */
  nextSequence: number
  /** 0..31. */
  setId: number
  /** Between two ordinary uplinks, rounded as docs/PACKET.md says: who is silent for longer is late. */
  reportSeconds: number
  /** 0..255. */
  firmwareVersion: number
}

export interface Acknowledgement {
  /** uint32. */
  epoch: number
  /** Lowest sequence not yet stored, uint32. */
  nextSequence: number
  /** Bitmap of 0..3 bytes: bit i (LSB first) says that nextSequence + 1 + i is stored. */
  received: Uint8Array
}

export interface LampCommand {
  /** 1..65535. */
  command: number
  /** 0..100. */
  levelPercent: number
  /** Remaining, from reception: 1..2^24-1. */
  durationSeconds: number
}
