/** Over-the-air activation on a node: one join request with a counted DevNonce, and its accept.
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 6.2. */
import { deriveSessionKeys, openJoinAccept, sealJoinRequest } from '../../core/lorawan/join.ts'
import { dutyBandOf, rx1DataRate } from '../../core/regions/region.ts'
import { exchange } from './classA.ts'
import { bookAirtime, bookJoin, survey } from './duty.ts'
import { ANTENNA_GAIN_DB, modulationOf, save, type MacParts } from './macParts.ts'
import * as S from './macState.ts'

/** A value that is never used: behind it the nonces would begin again. */
const DEV_NONCE_END = 0xffff

/** Takes over what a join accept says, if it answers this node's last request and is not an old one played back. */
function takeAccept(mac: MacParts, phy: Uint8Array, devNonce: number, dataRate: number): boolean {
  const { state, region } = mac
  const { appKey } = mac.settings
  const accept = openJoinAccept(mac.hal.aes, appKey, phy)
  if (typeof accept === 'string' || accept.joinNonce < state.getUint32(S.AT_JOIN_NONCE)) return false
  S.resetLink(state, region)
  const { nwkSKey, appSKey } = deriveSessionKeys(
    mac.hal.aes,
    appKey,
    accept.joinNonce,
    accept.netId,
    devNonce,
  )
  const keys = new Uint8Array(state.buffer, S.AT_KEYS, 32)
  keys.set(nwkSKey)
  keys.set(appSKey, 16)
  state.setUint32(S.AT_JOIN_NONCE, accept.joinNonce + 1)
  state.setUint32(S.AT_DEV_ADDR, accept.devAddr)
  state.setUint8(S.AT_DATA_RATE, dataRate)
  state.setUint8(S.AT_RX_DELAY_SECONDS, accept.rxDelaySeconds)
  if (accept.rx1DrOffset < region.rx1Offsets) state.setUint8(S.AT_RX1_OFFSET, accept.rx1DrOffset)
  if (region.dataRates[accept.rx2DataRate]) state.setUint8(S.AT_RX2_DATA_RATE, accept.rx2DataRate)
  for (let i = 0; i < accept.channelHz.length; i++) {
    const hz = accept.channelHz[i]!
    if (dutyBandOf(region, hz) >= 0)
      S.setChannel(state, region.channelsHz.length + i, hz, region.uplinkDataRateMax << 4)
  }
  state.setUint8(S.AT_JOINED, 1)
  mac.session = undefined
  save(mac)
  return true
}

/** One attempt; `done` gets whether the network accepted. The nonce is saved before it is used, so a power cut can only waste it. */
export function join(mac: MacParts, done: (joined: boolean) => void): void {
  const { state, region, hal, settings } = mac
  const devNonce = state.getUint16(S.AT_DEV_NONCE)
  const { channel } = survey(state, region, true, hal.clock.nowMs(), hal.noise(), -1)
  if (mac.busy || mac.closed || channel < 0 || devNonce === DEV_NONCE_END || !mac.radio.start())
    return done(false)
  mac.busy = true
  // Every other attempt goes as slow as is allowed, for a node at the edge.
  const slowest = region.dwellDefault ? region.dwellDataRateMin : 0
  const dataRate = devNonce & 1 ? slowest : region.joinDataRate
  const { joinEui, devEui } = settings
  const frame = sealJoinRequest(hal.aes, settings.appKey, { joinEui, devEui, devNonce })
  const hz = S.channelHz(state, channel)
  const up = modulationOf(region, hz, dataRate)!
  state.setUint16(S.AT_DEV_NONCE, devNonce + 1)
  bookAirtime(state, region, up, frame.length, hal.clock.nowMs())
  bookJoin(state, up, frame.length, hal.clock.nowMs())
  save(mac)
  let accepted = false
  exchange(mac, {
    frame,
    up,
    powerDbm: region.eirpDbmMax - ANTENNA_GAIN_DB,
    delaySeconds: region.joinAcceptDelaySeconds,
    rx1: modulationOf(region, hz, rx1DataRate(region, dataRate, 0, region.dwellDefault)),
    rx2: modulationOf(region, region.rx2.frequencyHz, region.rx2.dataRate),
    take: (received) => (accepted = takeAccept(mac, received.bytes, devNonce, dataRate)),
    done: () => {
      mac.busy = false
      if (!mac.closed) done(accepted)
    },
  })
}
