/** A node for tests, as far as the air can tell: it joins, seals uplinks and opens downlinks with core's own functions. */
import { tableAes } from '../../core/lorawan/aes.ts'
import {
  makeSession,
  openData,
  parseData,
  sealData,
  type DataFrame,
  type Session,
} from '../../core/lorawan/frame.ts'
import {
  deriveSessionKeys,
  openJoinAccept,
  sealJoinRequest,
  type JoinAccept,
} from '../../core/lorawan/join.ts'
import {
  encodeHello,
  encodeSamples,
  UPLINK_PORT,
  type Hello,
  type SampleGroup,
} from '../../core/packet/index.ts'
import type { DeviceRequest } from '../../gateway/api/types.ts'
import { readingsOf } from '../core/packet/readingsOf.ts'

export class TestDevice {
  devNonce = 0
  counterUp = 0
  session!: Session
  accept!: JoinAccept

  constructor(readonly registration: DeviceRequest) {}

  private get appKey(): Uint8Array {
    return Buffer.from(this.registration.appKey, 'hex')
  }

  joinRequest(): Uint8Array {
    const { joinEui, devEui } = this.registration
    const request = {
      joinEui: Buffer.from(joinEui, 'hex'),
      devEui: Buffer.from(devEui, 'hex'),
      devNonce: this.devNonce++,
    }
    return sealJoinRequest(tableAes, this.appKey, request)
  }

  /** Takes a join accept for the request made last. */
  join(phy: Uint8Array): void {
    const accept = openJoinAccept(tableAes, this.appKey, phy)
    if (typeof accept === 'string') throw new Error(`join accept: ${accept}`)
    const { joinNonce, netId, devAddr } = accept
    const keys = deriveSessionKeys(tableAes, this.appKey, joinNonce, netId, this.devNonce - 1)
    this.accept = accept
    this.session = makeSession(tableAes, devAddr, keys.nwkSKey, keys.appSKey)
    this.counterUp = 0
  }

  /** Seals an uplink with the next counter. */
  uplink(port: number, payload: Uint8Array, rest: Partial<DataFrame> = {}): Uint8Array {
    const frame: DataFrame = {
      confirmed: false,
      downlink: false,
      devAddr: this.session.devAddr,
      adr: false,
      adrAckReq: false,
      ack: false,
      pending: false,
      counter: this.counterUp++,
      options: new Uint8Array(0),
      port,
      payload,
      ...rest,
    }
    return sealData(this.session, frame)
  }

  hello(hello: Partial<Hello> = {}, rest: Partial<DataFrame> = {}): Uint8Array {
    const bytes = new Uint8Array(11)
    const full = {
      epoch: 0xabcd0102,
      nextSequence: 0,
      setId: 2,
      reportSeconds: 600,
      firmwareVersion: 1,
      ...hello,
    }
    return this.uplink(UPLINK_PORT.hello, bytes.subarray(0, encodeHello(full, bytes)), rest)
  }

  samples(group: SampleGroup, rest: Partial<DataFrame> = {}): Uint8Array {
    const bytes = new Uint8Array(242)
    const length = encodeSamples(group, bytes)
    const port = group.readings.count === 1 ? UPLINK_PORT.sample : UPLINK_PORT.batch
    return this.uplink(port, bytes.subarray(0, length), rest)
  }

  /** Opens a downlink; throws when it is not for this device. */
  open(phy: Uint8Array): DataFrame {
    const header = parseData(phy)
    if (typeof header === 'string') throw new Error(`downlink: ${header}`)
    const frame = openData(this.session, phy, header.counter)
    if (typeof frame === 'string') throw new Error(`downlink: ${frame}`)
    return frame
  }
}

/** Samples of the quantities given, all good, one row of values a sample. */
export function group(
  sequence: number,
  quantities: number[],
  rows: number[][],
  rest: Partial<SampleGroup> = {},
): SampleGroup {
  return {
    epoch: 0xabcd0102,
    quantities,
    sequence,
    readings: readingsOf(rows),
    ageSeconds: 0,
    ageUncertain: false,
    intervalSeconds: 600,
    acknowledgementWanted: false,
    ...rest,
  }
}
