/** A model of the SX1262 on a bench, and what a driver does to it before a test begins. */
import { Sx1262 } from '../../../sim/chips/sx1262.ts'
import type { Sx1262Wiring } from '../../../sim/chips/sx1262Setting.ts'
import { FRAME, onBench } from './radioBench.ts'

export const TCXO_AND_SWITCH: Sx1262Wiring = { tcxoMillivolts: 1800, dio2Switch: true, powerDbmMax: 22 }

/** A chip with a notebook for an ether. `say` sends a command as soon as BUSY is low and answers what came back. */
export function bench(wiring = TCXO_AND_SWITCH) {
  const stand = onBench((clock, ether, onEdge) => new Sx1262(clock, ether, wiring, onEdge))
  const { clock, chip } = stand
  /** The processor's time: ahead of the world's while it waits for BUSY. */
  let cpuMicros = 0
  const now = (): number => (cpuMicros = Math.max(cpuMicros, clock.nowMicros()))
  const at = (micros: number, ...bytes: number[]): number[] => [...chip.transfer(bytes, micros)]
  const say = (...bytes: number[]): number[] => {
    now()
    if (chip.mode !== 'sleep') cpuMicros = Math.max(cpuMicros, Math.ceil(chip.busyUntilMicros))
    return at(cpuMicros, ...bytes)
  }
  const irq = (): number => {
    const answer = say(0x12, 0, 0, 0)
    return (answer[2]! << 8) | answer[3]!
  }
  return { ...stand, at, say, irq, now }
}

export type Bench = ReturnType<typeof bench>

/** What each step of the preparation says; a test leaves one out, or says another. */
export const STEPS = {
  tcxo: [0x97, 0x02, 0, 0x01, 0x40],
  clearErrors: [0x07, 0, 0],
  calibrate: [0x89, 0x7f],
  image: [0x98, 0xe1, 0xe9],
  dio2: [0x9d, 1],
  type: [0x8a, 1],
  frequency: [0x86, 0x39, 0x96, 0x66, 0x66],
  pa: [0x95, 4, 7, 0, 1],
  power: [0x8e, 14, 4],
  modulation: [0x8b, 10, 4, 1, 0],
  packet: [0x8c, 0, 8, 0, 23, 1, 0],
  bases: [0x8f, 0, 0],
  dio1: [0x08, 0x02, 0x53, 0x02, 0x03, 0, 0, 0, 0],
  syncWord: [0x0d, 0x07, 0x40, 0x34, 0x44],
  errata1: [0x0d, 0x08, 0x89, 0x05],
  errata2: [0x0d, 0x08, 0xd8, 0xde],
  errata4: [0x0d, 0x07, 0x36, 0x0d],
} as const

export type Step = keyof typeof STEPS

/** Everything before sending, but for what is changed: undefined leaves a step out. */
export function configure(
  b: Bench,
  changed: Partial<Record<Step, readonly number[] | undefined>> = {},
): void {
  for (const step of Object.keys(STEPS) as Step[]) {
    const said = step in changed ? changed[step] : STEPS[step]
    if (said) b.say(...said)
  }
}

export const fill = (b: Bench, frame = FRAME): unknown => b.say(0x0e, 0, ...frame)
export const send = (b: Bench): unknown => b.say(0x83, 0, 0, 0)

/** IQ inverted, no CRC, any length; seven symbols make eight. */
export function prepareListening(b: Bench): void {
  b.say(0x8c, 0, 8, 0, 255, 0, 1)
  b.say(0x0d, 0x07, 0x36, 0x09)
  b.say(0xa0, 8)
}

export const listen = (b: Bench): unknown => b.say(0x82, 0, 0, 0)
