/** How fast a gateway reads frames: decode, code and decryption of 33-byte frames, ours beside lora-packet 0.9.3 in the same run. */
import loraPacket from 'lora-packet'
import { tableAes } from '../../core/lorawan/aes.ts'
import { makeSession, openData, sealData } from '../../core/lorawan/frame.ts'

export interface LorawanBench {
  /** Frames a second, median of the rounds. */
  ours: number
  loraPacket: number
  ratio: number
}

// A CommonJS module with a default export of its own arrives one level deeper when Node loads it.
const theirs = (loraPacket as unknown as { default?: typeof loraPacket }).default ?? loraPacket

const FRAMES = 64
const PAYLOAD_BYTES = 20
const ROUNDS = 25
/** A round of either lasts some 60 ms: short, so that other work on the machine meets both alike. */
const OUR_PASSES = 500
const THEIR_PASSES = 10
const DEV_ADDR = 0x26011bda

/** Frames a second of `passes` times all frames. */
function rate(
  passes: number,
  frames: readonly Uint8Array[],
  read: (frame: Uint8Array, index: number) => void,
): number {
  const start = process.hrtime.bigint()
  for (let pass = 0; pass < passes; pass++) frames.forEach(read)
  return (passes * frames.length * 1e9) / Number(process.hrtime.bigint() - start)
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}

function check(read: boolean): void {
  if (!read) throw new Error('bench lorawan: a frame that was just sealed did not open')
}

/** Rounds of the two alternate, so that a busy machine slows both; before the first, both run once to be compiled. */
export function benchLorawan(): LorawanBench {
  const nwkSKey = Buffer.alloc(16, 0x44)
  const appSKey = Buffer.alloc(16, 0xec)
  const session = makeSession(tableAes, DEV_ADDR, nwkSKey, appSKey)
  const frames = Array.from({ length: FRAMES }, (_, counter) =>
    Buffer.from(
      sealData(session, {
        confirmed: false,
        downlink: false,
        devAddr: DEV_ADDR,
        adr: true,
        adrAckReq: false,
        ack: false,
        pending: false,
        counter,
        options: new Uint8Array(0),
        port: 1,
        payload: new Uint8Array(PAYLOAD_BYTES).fill(counter),
      }),
    ),
  )
  const byUs = (frame: Uint8Array, counter: number): void => {
    const opened = openData(session, frame, counter)
    check(typeof opened !== 'string' && opened.payload[0] === counter)
  }
  const byThem = (frame: Uint8Array, counter: number): void => {
    const packet = theirs.fromWire(frame as Buffer)
    check(theirs.verifyMIC(packet, nwkSKey) && theirs.decrypt(packet, appSKey, nwkSKey)[0] === counter)
  }
  const ours: number[] = []
  const others: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const our = rate(OUR_PASSES, frames, byUs)
    const their = rate(THEIR_PASSES, frames, byThem)
    if (round > 0) {
      ours.push(our)
      others.push(their)
    }
  }
  const result = { ours: Math.round(median(ours)), loraPacket: Math.round(median(others)) }
  return { ...result, ratio: Math.round((10 * result.ours) / result.loraPacket) / 10 }
}
