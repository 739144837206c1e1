/** The device MAC of a node in a bed: in place of firmware/radio/mac.ts. */
import type { Hal } from '../../firmware/hal/index.ts'
import type * as Mac from '../../firmware/radio/mac.ts'
import type { Bed } from './bed.ts'

/** The bed that a node finds itself in, by what it was started with. Here, since this stands in for a module that a bed's node imports. */
export const beds = new WeakMap<Hal, Bed>()

const ASK_LINK = 1
const ASK_TIME = 2

/** Stands in for the device MAC: it keeps `joined` in the host's flash, minds a duty cycle, and gives the gateway's answer two seconds later. */
class FakeMac {
  readonly bed: Bed
  readonly state = new Uint8Array(8)
  freeMs: number
  asked = 0

  constructor(
    readonly hal: Hal,
    readonly host: Mac.MacHost,
    readonly onTime: Mac.OnTime,
  ) {
    this.bed = beds.get(hal)!
    const saved = host.load()
    if (saved) this.state.set(saved)
    this.freeMs = new DataView(this.state.buffer).getUint32(4) * 1000
    if (this.freeMs > hal.clock.nowMs() + 3_600_000) this.freeMs = 0
  }

  transmitted(): void {
    this.freeMs = this.hal.clock.nowMs() + this.bed.dutyMs
    new DataView(this.state.buffer).setUint32(4, Math.ceil(this.freeMs / 1000))
    this.host.save(this.state)
  }

  activate(done: (joined: boolean) => void): void {
    const { bed, state } = this
    bed.joins.push(bed.worldMs)
    this.transmitted()
    this.hal.clock.setTimer(2000, () => {
      const accepted = bed.accepts()
      if (accepted) state[0] = 1
      this.host.save(state)
      done(accepted)
    })
  }

  send(port: number, payload: Uint8Array, done: (result: Mac.SendResult) => void): void {
    const { bed, hal } = this
    if (payload.length > bed.payloadBytesMax) throw new Error(`payload of ${payload.length} bytes`)
    if (hal.clock.nowMs() < this.freeMs) throw new Error('sent against the duty cycle')
    this.transmitted()
    const lost = bed.uplinks.length
    const received = bed.answer(port, payload)
    const heard = !bed.uplinks[lost]!.lost
    if (bed.hangs) return
    hal.clock.setTimer(2000, () => {
      if (this.asked & ASK_TIME && heard && bed.tellsTime()) {
        bed.timesAsked++
        this.asked -= ASK_TIME
        const second = Math.floor(bed.worldMs / 1000)
        this.onTime(bed.unixAtStart + second, hal.clock.nowMs() - (bed.worldMs - 1000 * second))
      }
      const link = this.asked & ASK_LINK && heard ? { link: { marginDb: 12, gateways: 2 } } : {}
      if (heard) this.asked &= ~ASK_LINK
      done(received ? { sent: true, received, ...link } : { sent: true, ...link })
    })
  }
}

/** All that the cycles use of firmware/radio/mac.ts. */
export const fakeMac = {
  ASK_LINK,
  ASK_TIME,
  makeMac: (
    hal: Hal,
    _radio: unknown,
    _region: unknown,
    _settings: unknown,
    host: Mac.MacHost,
    onTime: Mac.OnTime,
  ) => new FakeMac(hal, host, onTime),
  isJoined: (mac: FakeMac) => mac.state[0] === 1,
  waitMs: (mac: FakeMac) => Math.max(0, mac.freeMs - mac.hal.clock.nowMs()),
  payloadRoomBytes: (mac: FakeMac) => mac.bed.payloadBytesMax,
  activate: (mac: FakeMac, done: (joined: boolean) => void) => mac.activate(done),
  send: (mac: FakeMac, port: number, payload: Uint8Array, done: (result: Mac.SendResult) => void) =>
    mac.send(port, payload, done),
  close: () => undefined,
}
