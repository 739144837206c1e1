/** A model of the SX1276 on a bench, and what a driver does to it before a test begins. */
import { Sx1276 } from '../../../sim/chips/sx1276.ts'
import { FRAME, onBench } from './radioBench.ts'

/** A chip with a notebook for an ether; `write` and `read` speak to it as a driver does. */
export function bench() {
  const stand = onBench((clock, ether, onEdge) => new Sx1276(clock, ether, onEdge))
  const { clock, chip } = stand
  const write = (address: number, ...values: number[]): void => {
    chip.transfer([address | 0x80, ...values], clock.nowMicros())
  }
  const read = (address: number, count = 1): number[] => [
    ...chip.transfer([address, ...new Array<number>(count).fill(0)], clock.nowMicros()).subarray(1),
  ]
  return { ...stand, write, read }
}

export type Bench = ReturnType<typeof bench>

/** Sleep, LoRa, 921.4 MHz, SF10, 125 kHz, CRC, public sync word, 16 dBm, then standby. */
export function configure({ write }: Bench): void {
  write(0x01, 0x00)
  write(0x01, 0x80)
  const frf = Math.round((921_400_000 * 2 ** 19) / 32e6)
  write(0x06, frf >> 16, (frf >> 8) & 0xff, frf & 0xff)
  write(0x09, 0x80 | 14)
  write(0x0e, 0, 0)
  write(0x1d, 0x72, 0xa4, 7)
  write(0x26, 0x04)
  write(0x39, 0x34)
  write(0x01, 0x81)
}

export function fill({ write }: Bench, frame = FRAME): void {
  write(0x0d, 0)
  write(0x00, ...frame)
  write(0x22, frame.length)
}

export function prepareListening({ write }: Bench): void {
  write(0x1e, 0xa0)
  write(0x31, 0x43)
  write(0x2f, 0x40, 0x00)
  write(0x33, 0x67)
  write(0x3b, 0x19)
}
