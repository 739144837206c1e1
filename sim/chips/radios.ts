/** The radio chips that boards name, each wired to the pins of a machine. */
import type { LoraBoard } from '../../firmware/board.ts'
import type { Schedule } from '../clock.ts'
import type { Tell } from '../ledger.ts'
import type { Machine, SpiDevice } from '../machine.ts'
import type { Ether } from './ether.ts'
import { Sx1262 } from './sx1262.ts'
import { Sx1276 } from './sx1276.ts'

type Pins = LoraBoard['radio']

/** What a board sees of any of them. */
export interface RadioChip extends SpiDevice {
  /** Hears in which state of sim/currents.ts it is. */
  onState: Tell
  /** The supply comes back after it was gone. */
  power(atMicros: number): void
  resetPin(high: boolean, atMicros: number): void
}

type Wire<Chip extends Pins['chip']> = (
  pins: Extract<Pins, { chip: Chip }>,
  schedule: Schedule,
  ether: Ether,
  machine: Machine,
) => RadioChip

const WIRES: { readonly [Chip in Pins['chip']]: Wire<Chip> } = {
  sx1276: (pins, schedule, ether, machine) =>
    new Sx1276(schedule, ether, (high) => machine.edge(pins.interrupt, high)),
  sx1262: (pins, schedule, ether, machine) => {
    const chip = new Sx1262(schedule, ether, pins, (high) => machine.edge(pins.interrupt, high))
    machine.pin(pins.busy).read = () => chip.busyHigh(machine.cpuMicros())
    return chip
  },
}

/** The chip on a board's pins: SPI, reset, interrupt and whatever else it has. */
export function wireRadio(pins: Pins, schedule: Schedule, ether: Ether, machine: Machine): RadioChip {
  const chip = (WIRES[pins.chip] as Wire<Pins['chip']>)(pins, schedule, ether, machine)
  machine.spi.set(pins.select, chip)
  machine.pin(pins.reset).onWrite = (high, atMicros) => chip.resetPin(high, atMicros)
  return chip
}
