/** The nouns of the packet codec: kinds by port, what goes in and what comes out. Values are int32 in the quantity's `perUnit`. */

export const UPLINK_PORT = { sample: 1, batch: 2, hello: 3, health: 4, configured: 5, update: 6 } as const
export const DOWNLINK_PORT = {
  acknowledgement: 1,
  lamp: 2,
  group: 3,
  mode: 4,
  configuration: 5,
  update: 6,
} as const

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

/** Readings of consecutive samples, one sample after the other: flat, because a node has to hold them all at once. Typed arrays on a node, plain ones at the
 *  gateway; they may be longer. */
export interface Readings {
  /** Samples. */
  count: number
  /** Readings of a sample: the one of quantity `column` in sample `i` stands at `i * width + column`. */
  width: number
  values: { [index: number]: number }
  /** QARTOD; FLAG.missing = no value. */
  flags: { [index: number]: number }
}

/** Samples that travel in one packet: 1 to 16, of consecutive sequences and one cadence. */
export interface SampleGroup {
  /** uint32. */
  epoch: number
  quantities: readonly number[]
  /** Of the first sample, uint32. */
  sequence: number
  readings: Readings
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

/** A multicast group and its member's share in it. */
export interface GroupSetup {
  /** uint32; 0: of no group. */
  address: number
  /** McKey, 16 bytes. */
  key: Uint8Array
  /** The first counter that the member takes, uint32. */
  nextCounter: number
}

/** Health.resetReason: why the program last began other than by a wake from deep sleep. `load`: by an upload, the chip went on. */
export const RESET = {
  unknown: 0,
  powerOn: 1,
  software: 2,
  watchdog: 3,
  brownOut: 4,
  load: 5,
  memory: 6,
} as const

/** Health.mode: as the profile says; the cadence of the first minutes; only health, after crashes. */
export const MODE = { normal: 0, commissioning: 1, safe: 2 } as const

/** Health.clock: no time was ever told; told within a day; told before. */
export const CLOCK = { unknown: 0, known: 1, old: 2 } as const

/** Added to a revision in Health.settingsVersion. */
export const SETTINGS_CHANGED = 0x10000

/** Bits of Health.errors: no memory was left; memory ran low; a callback failed; something that came in was lost. */
export const ERROR = { memory: 1, lowMemory: 2, callback: 4, input: 8 } as const

/** How a node is doing. Counts are of its whole life and stay at their highest. */
export interface Health {
  /** A RESET. */
  resetReason: number
  /** What the battery allows: 0 all, 1 rarely, 2 no radio. */
  supply: number
  /** A MODE. */
  mode: number
  /** A CLOCK. */
  clock: number
  /** Mask of ERROR, since the last health packet that was answered. */
  errors: number
  /** Restarts by a supply that failed, 0..255. */
  brownOuts: number
  /** Programs that did not come to their end, those included, 0..255. */
  crashes: number
  /** Starts after a loss of power, 0..255. */
  powerOns: number
  /** Which settings are in force: SETTINGS_CHANGED and the revision of a change over the air, or the last two bytes (the CRC) of the record that a technician wrote. */
  settingsVersion: number
  /** Fewest variables that the interpreter had free, 0..4095. */
  freeVariables: number
  /** In steps of 20; 0 where there is no battery. */
  batteryMillivolts: number
  /** Samples in the queue that nobody has acknowledged, 0..8191. */
  held: number
}
