/** Class C: a node that listens whenever it does not send and has no class A window open. Source: LoRaWAN 1.0.4 (TS001-1.0.4), 15.
 *
 *  It hooks itself into the MAC: where class A lets the chip sleep, and in the time before a window, it listens on RXC, which is the frequency and
 *  data rate of RX2; its multicast group is heard there too (multicast.ts). A bundle that does not import this file does not carry it. Times are NodeClock milliseconds. */
import { openDownlink } from '../link/session.ts'
import type { Heard } from '../link/result.ts'
import { isJoined, send } from './mac.ts'
import { modulationOf, save, type MacParts } from './macParts.ts'
import * as S from './macState.ts'
import { takeGroup } from './multicast.ts'

/** CLASS_C_RESP_TIMEOUT of RP002, 2.3: an acknowledgement that has not gone out by then never does. */
const ANSWER_MS = 8_000
/** Whoever hears a confirmed downlink does not answer at once, and not all at the same moment. */
const ANSWER_MS_MIN = 1_000
const ANSWER_SPREAD_MS = 2_000

/** Sends the acknowledgement of the downlink under `counter` when no other uplink has carried it, and drops it when its time is over. */
function acknowledge(mac: MacParts, heard: Heard, counter: number): void {
  const { state, hal } = mac
  // Not saved: nobody waits for it any more when a program has started again.
  state.setUint8(S.AT_ACK_DUE, 1)
  mac.answerByMs = hal.clock.nowMs() + ANSWER_MS
  function answer(late: boolean): void {
    if (late) mac.answerByMs = undefined
    // Another downlink has its own acknowledgement.
    if (!state.getUint8(S.AT_ACK_DUE) || state.getUint32(S.AT_COUNTER_DOWN) !== counter + 1) return
    if (late) state.setUint8(S.AT_ACK_DUE, 0)
    else
      send(mac, -1, new Uint8Array(0), ({ received }) => {
        if (received) heard(received.port, received.payload)
      })
  }
  hal.clock.setTimer(ANSWER_MS_MIN + ((hal.noise() >>> 0) % (ANSWER_SPREAD_MS + 1)), () => answer(false))
  hal.clock.setTimer(ANSWER_MS, () => answer(true))
}

/** A frame on RXC, or one in a class A window that is not of the node's own session. One with MAC commands is dropped as a whole, since a network may
 *  send those in class A's windows only. */
function hearAlways(mac: MacParts, heard: Heard, phy: Uint8Array): void {
  const told = takeGroup(mac, phy)
  if (told) return heard(told.port, told.payload)
  const frame = openDownlink(mac, phy)
  if (!frame) return mac.hal.log('frame refused')
  save(mac)
  if (frame.options.length || frame.port === 0) return
  if (frame.confirmed) acknowledge(mac, heard, frame.counter)
  if (frame.port > 0) heard(frame.port, frame.payload)
}

/** Makes a MAC listen from now on, as long as it is joined; for `MacHost.opened`. */
export function listenAlways(mac: MacParts, heard: Heard): void {
  const { radio, state, region } = mac
  mac.rest = () => {
    const rx2 = modulationOf(region, state.getUint32(S.AT_RX2_HZ), state.getUint8(S.AT_RX2_DATA_RATE))
    if (mac.closed || !rx2 || !isJoined(mac)) return radio.sleep()
    radio.prepareWindow(rx2, 0)
    radio.openWindow((received) => {
      if (received) hearAlways(mac, heard, received.bytes)
    })
  }
  mac.stray = (phy) => hearAlways(mac, heard, phy)
  if (isJoined(mac) && radio.start()) mac.rest()
}
