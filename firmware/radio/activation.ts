/** Over-the-air activation on a node: one join request with a counted DevNonce, and its accept.
 *  Source: LoRaWAN 1.0.4 (TS001-1.0.4), 6.2. */
import { dutyBandOf, rx1DataRate } from '../../core/regions/region.ts'
import { beginSession, nextDevNonce, readAccept, sealJoin } from '../link/session.ts'
import { exchange } from './classA.ts'
import { bookAirtime, bookJoin, survey } from './duty.ts'
import { ANTENNA_GAIN_DB, modulationOf, save, type MacParts } from './macParts.ts'
import * as S from './macState.ts'

/** Takes over what a join accept says, if it answers this node's last request and is not an old one played back. */
function takeAccept(mac: MacParts, phy: Uint8Array, devNonce: number, dataRate: number): boolean {
  const { state, region } = mac
  const accept = readAccept(mac, phy)
  if (!accept) return false
  S.resetLink(state, region)
  beginSession(mac, accept, devNonce)
  state.setUint8(S.AT_DATA_RATE, dataRate)
  state.setUint8(S.AT_RX_DELAY_SECONDS, accept.rxDelaySeconds)
  if (accept.rx1DrOffset < region.rx1Offsets) state.setUint8(S.AT_RX1_OFFSET, accept.rx1DrOffset)
  if (region.dataRates[accept.rx2DataRate]) state.setUint8(S.AT_RX2_DATA_RATE, accept.rx2DataRate)
  for (let i = 0; i < accept.channelHz.length; i++) {
    const hz = accept.channelHz[i]!
    if (dutyBandOf(region, hz) >= 0)
      S.setChannel(state, region.channelsHz.length + i, hz, region.uplinkDataRateMax << 4)
  }
  save(mac)
  return true
}

/** One attempt; `done` gets whether the network accepted. The nonce is saved before it is used, so a power cut can only waste it.
 *  A node with a session of its own has nothing to ask for: it is let in at once, and nothing goes out. */
export function join(mac: MacParts, done: (joined: boolean) => void): void {
  const { state, region, hal } = mac
  if (state.getUint8(S.AT_JOINED) === S.PERSONAL) return done(true)
  const devNonce = nextDevNonce(mac)
  const { channel } = survey(state, region, true, hal.clock.nowMs(), hal.noise(), -1)
  if (mac.busy || mac.closed || channel < 0 || devNonce === undefined || !mac.radio.start())
    return done(false)
  mac.busy = true
  // Every other attempt goes as slow as is allowed, for a node at the edge.
  const slowest = region.dwellDefault ? region.dwellDataRateMin : 0
  const dataRate = devNonce & 1 ? slowest : region.joinDataRate
  const frame = sealJoin(mac)
  const hz = S.channelHz(state, channel)
  const up = modulationOf(region, hz, dataRate)!
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
