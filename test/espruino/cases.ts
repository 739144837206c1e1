/** What runs in the real interpreter and in Node alike, a group of cases a function: each prints lines that have to be equal to the letter.
 *  Cases are the published vectors of the codec and of CMAC, and more that a small generator draws from a seed: the same on both sides. */
import type { Aes } from '../../core/cipher.ts'
import { FILTER_WORDS, filterRow, filterStep } from '../../core/filter/filter.ts'
import { scheduleLevel } from '../../core/lights/schedule.ts'
import { sunTimes } from '../../core/lights/sun.ts'
import { cmac, makeCmac } from '../../core/lorawan/cmac.ts'
import { makeSession, openData, sealData } from '../../core/lorawan/frame.ts'
import { deriveSessionKeys, openJoinAccept, sealJoinRequest } from '../../core/lorawan/join.ts'
import { encodeSamples } from '../../core/packet/encode.ts'
import type { Readings } from '../../core/packet/types.ts'

export type Say = (line: string) => void

/** xorshift32 of Marsaglia 2003. The state is one word; the answer a uint32. */
export function draw(state: Uint32Array): number {
  let x = state[0]!
  x ^= x << 13
  x ^= x >>> 17
  x ^= x << 5
  state[0] = x
  return state[0]
}

const DIGITS = '0123456789abcdef'

export function hex(bytes: Uint8Array, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += DIGITS.charAt(bytes[i]! >> 4) + DIGITS.charAt(bytes[i]! & 15)
  return text
}

export function drawBytes(state: Uint32Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = draw(state) & 255
  return bytes
}

/** The RFC 4493 key and message; every length of it, so the RFC's own 0, 16, 40 and 64 are among them. */
export function cmacCases(say: Say, aes: Aes, key: Uint8Array, message: Uint8Array): void {
  const prepared = makeCmac(aes(key))
  const code = new Uint8Array(16)
  for (let length = 0; length <= message.length; length++) {
    cmac(prepared, message, length, code)
    say(length + ' ' + hex(code, 16))
  }
}

/** One block a line: FIPS-197's first, then drawn ones. */
export function blockCases(
  say: Say,
  aes: Aes,
  key: Uint8Array,
  block: Uint8Array,
  seed: number,
  count: number,
): void {
  const state = new Uint32Array(1)
  state[0] = seed
  aes(key)(block)
  say(hex(block, 16))
  for (let i = 0; i < count; i++) {
    const drawn = drawBytes(state, 16)
    aes(drawBytes(state, 16))(drawn)
    say(hex(drawn, 16))
  }
}

/** Data frames sealed, opened and opened with a wrong counter. */
export function frameCases(say: Say, aes: Aes, seed: number, count: number): void {
  const state = new Uint32Array(1)
  state[0] = seed
  for (let i = 0; i < count; i++) {
    const session = makeSession(aes, draw(state), drawBytes(state, 16), drawBytes(state, 16))
    const counter = draw(state)
    const phy = sealData(session, {
      confirmed: (draw(state) & 1) === 1,
      downlink: (draw(state) & 1) === 1,
      devAddr: session.devAddr,
      adr: (draw(state) & 1) === 1,
      adrAckReq: false,
      ack: (draw(state) & 1) === 1,
      pending: false,
      counter,
      options: new Uint8Array(0),
      port: 1 + (draw(state) % 220),
      payload: drawBytes(state, draw(state) % 34),
    })
    const opened = openData(session, phy, counter)
    const wrong = openData(session, phy, (counter ^ 65536) >>> 0)
    say(
      hex(phy, phy.length) +
        ' ' +
        (typeof opened === 'string' ? opened : hex(opened.payload, opened.payload.length)),
    )
    say(typeof wrong === 'string' ? wrong : 'opened')
  }
}

/** Join requests, session keys, and what a device makes of drawn join accepts (all with a wrong MIC) and of a published one. */
export function joinCases(
  say: Say,
  aes: Aes,
  key: Uint8Array,
  accept: Uint8Array,
  seed: number,
  count: number,
): void {
  const state = new Uint32Array(1)
  state[0] = seed
  const published = openJoinAccept(aes, key, accept)
  say(typeof published === 'string' ? published : published.joinNonce + ' ' + published.devAddr)
  for (let i = 0; i < count; i++) {
    const appKey = drawBytes(state, 16)
    const devNonce = draw(state) & 65535
    const request = { joinEui: drawBytes(state, 8), devEui: drawBytes(state, 8), devNonce }
    const phy = sealJoinRequest(aes, appKey, request)
    const keys = deriveSessionKeys(aes, appKey, draw(state) & 0xffffff, draw(state) & 0xffffff, devNonce)
    say(hex(phy, phy.length) + ' ' + hex(keys.nwkSKey, 16) + ' ' + hex(keys.appSKey, 16))
    const refused = openJoinAccept(aes, appKey, drawBytes(state, 17))
    say(typeof refused === 'string' ? refused : 'opened')
  }
}

/** Values that wander from a start, as sensors do, with flags now and then. */
function drawReadings(state: Uint32Array, width: number, count: number): Readings {
  const values = new Int32Array(count * width)
  const flags = new Uint8Array(count * width)
  for (let i = 0; i < values.length; i++) {
    const last = i < width ? draw(state) % 6000 : values[i - width]!
    values[i] = last + (draw(state) % 60) - 30
    flags[i] = draw(state) % 20 === 0 ? 3 : 1
  }
  return { count, width, values, flags }
}

/** Packets of 1 to 6 drawn samples. */
export function packetCases(say: Say, quantities: readonly number[], seed: number, count: number): void {
  const state = new Uint32Array(1)
  state[0] = seed
  const into = new Uint8Array(120)
  for (let i = 0; i < count; i++) {
    const readings = drawReadings(state, quantities.length, 1 + (i % 6))
    const bytes = encodeSamples(
      {
        epoch: draw(state),
        quantities,
        sequence: 0,
        readings,
        ageSeconds: (i & 3) === 0 ? draw(state) % 100_000 : 0,
        ageUncertain: (i & 7) === 0,
        intervalSeconds: 600,
        acknowledgementWanted: (i & 1) === 1,
      },
      into,
    )
    say(bytes + ' ' + hex(into, bytes))
  }
}

/** Filter steps over a drawn series with spikes, gaps and a flat stretch; ends with the whole state. */
export function filterCases(say: Say, quantityId: number, seed: number, count: number): void {
  const random = new Uint32Array(1)
  random[0] = seed
  const row = filterRow(quantityId)
  const state = new Int32Array(FILTER_WORDS)
  let value = 2000
  let flags = ''
  for (let i = 0; i < count; i++) {
    if (i % 50 < 35) value += (draw(random) % 40) - 20
    const spike = draw(random) % 17 === 0 ? draw(random) % 20_000 : 0
    flags += filterStep(row, state, 0, value + spike, draw(random) % 11 === 0 ? 7200 : 600) + ' '
  }
  say(flags)
  let words = ''
  for (let i = 0; i < FILTER_WORDS; i++) words += state[i] + ' '
  say(words)
}

/** One published series of the filter: [value, seconds since the last] a row. */
export function filterVector(say: Say, quantityId: number, runs: readonly (readonly number[])[]): void {
  const row = filterRow(quantityId)
  const state = new Int32Array(FILTER_WORDS)
  let line = ''
  for (const run of runs) line += filterStep(row, state, 0, run[0]!, run[1]!) + ' '
  for (let i = 0; i < FILTER_WORDS; i++) line += state[i] + ' '
  say(line)
}

/** Sun times and lamp levels at drawn places and moments. */
export function lightCases(say: Say, seed: number, count: number): void {
  const state = new Uint32Array(1)
  state[0] = seed
  for (let i = 0; i < count; i++) {
    const latitudeE4 = (draw(state) % 1_200_000) - 600_000
    const longitudeE4 = (draw(state) % 3_600_000) - 1_800_000
    const days = 18_000 + (draw(state) % 20_000)
    const sun = sunTimes(latitudeE4, longitudeE4, days)
    const moment = days * 86_400 + (draw(state) % 86_400)
    const plan = {
      latitudeE4,
      longitudeE4,
      lampOnMinutes: (draw(state) % 241) - 120,
      lampOffMinutes: (draw(state) % 241) - 120,
      darkFromMinutes: draw(state) % 1440,
      darkToMinutes: draw(state) % 1440,
      utcOffsetMinutes: (draw(state) % 1561) - 720,
    }
    const lamp = scheduleLevel(plan, moment, (i & 3) * 900)
    say(sun.riseSeconds + ' ' + sun.setSeconds + ' ' + lamp.levelPercent + ' ' + lamp.reason)
  }
}
