/** A relay at an output pin, and a sense pin behind its contact: what is reported is what the contact does, not what was asked.
 *  On is the level `true` on both pins; how the contact is wired (normally closed for lamps, so that a dead node burns) is the cabinet's business. */
import type { Gpio } from '../hal/index.ts'

/** From the pin to a contact that no longer bounces: 10 ms to close and 5 ms of bounce on common 5 V relays (SRD-05VDC), rounded up. */
export const RELAY_SETTLE_MS = 20

export class Relay {
  private readonly gpio: Gpio
  private readonly pin: number
  private readonly sensePin: number
  private asked: boolean | undefined

  constructor(gpio: Gpio, pin: number, sensePin: number) {
    this.gpio = gpio
    this.pin = pin
    this.sensePin = sensePin
  }

  /** Asks for the contact; it has followed after RELAY_SETTLE_MS. */
  set(on: boolean): void {
    this.asked = on
    this.gpio.write(this.pin, on)
  }

  /** What the contact does now, read at the sense pin. */
  isOn(): boolean {
    return this.gpio.read(this.sensePin)
  }

  /** False when the contact does not do what was last asked: a fault, once RELAY_SETTLE_MS have passed. */
  isConfirmed(): boolean {
    return this.asked === undefined || this.isOn() === this.asked
  }
}
