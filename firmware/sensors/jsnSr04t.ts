/** JSN-SR04T: distance to the water by ultrasound (mode 1: trigger pulse in, echo pulse out), as a level above the gauge's datum.
 *  Source: JSN-SR04T-2.0 and -3.0 vendor sheets (20 to 450 cm, +-1 cm, trigger of 10 us or more, cycle of 60 ms);
 *  speed of sound 331.3 + 0.606 T m/s, as OxFloodNet's gauges use it.
 *  Out: waterLevel in 0.01 cm = height of the sensor above the datum - distance. */
import { roundDiv } from '../../core/fixed.ts'
import type { Gpio, NodeClock } from '../hal/index.ts'
import { median } from './median.ts'
import type { Sensor, SensorError } from './sensor.ts'

const WATER_LEVEL = 9
const PINGS = 5
/** A ping that finds nothing holds the echo pin for 60 ms, after the burst of half a millisecond. */
const PING_EVERY_MS = 65
/** Pings that must have come back: fewer say more about a web or a wave than about the water. */
const ECHOES_MIN = 3
const TRIGGER_MICROSECONDS = 20
/** Vendors' sheets name no time. TankSync, which switches this module by a MOSFET, gives it 50 ms (its wiki, "Power Saving"); twice that. Its kin, an
 *  HC-SR04, answers with short pulses when it is triggered too early (obniz/obniz issue 70), which read as water at the sensor. */
const WARM_UP_MS = 100

/** A longer pulse is the module's way to say that nothing came back: 450 cm there and back in freezing air take 27.3 ms. */
const ECHO_MICROSECONDS_MAX = 28_000

/** Farthest the module is specified for, in 0.01 cm as all distances here. */
const DISTANCE_MAX = 45_000
/** Nearer than this the transducer is still ringing: whatever echo it then shows means "here or nearer". After a rise that is water at the
 *  sensor, the highest alarm there is, so it is reported as the highest level the gauge can tell and not as an error. */
export const BLIND_ZONE = 2_000
/** A shorter pulse is no echo at all but a wire that touches another. */
const DISTANCE_MIN = 200

/** Speed of sound in mm/s at 0 degC, and its rise for each degree. */
const SPEED_AT_ZERO = 331_300
const SPEED_PER_DEGREE = 606
/** Without a thermometer: the year's mean in the Mekong delta. 10 degrees off are 1.7 % of the distance. */
const AIR_TEMPERATURE_CENTI_C = 2_700

/** Distance in 0.01 cm of an echo pulse: half the way there and back. Widest product: 60,000 us x 400,000 mm/s < 2^35. Rounded to nearest. */
export function echoToDistance(microseconds: number, airTemperatureCentiC: number): number {
  const speedMmPerS = SPEED_AT_ZERO + roundDiv(SPEED_PER_DEGREE * airTemperatureCentiC, 100)
  return roundDiv(microseconds * speedMmPerS, 200_000)
}

export class JsnSr04t implements Sensor {
  readonly quantities = [WATER_LEVEL]
  readonly warmUpMs = WARM_UP_MS
  readonly drives: number
  /** Echo pulses of the present measurement, in microseconds. */
  private echoes: number[] = []
  /** When the present echo pulse began; undefined outside a pulse. */
  private roseMs: number | undefined
  private pingsLeft = 0
  private watch: number | undefined
  private timer: number | undefined

  private readonly gpio: Gpio
  private readonly clock: NodeClock
  private readonly echoPin: number
  private readonly heightMm: number
  private readonly thermometer: { readonly temperatureCentiC: number | undefined }

  /** `heightMm`: the sensor above the datum. `thermometer`: an Sht31 that is read before this sensor. */
  constructor(
    hal: { readonly gpio: Gpio; readonly clock: NodeClock },
    pins: { readonly trigger: number; readonly echo: number },
    heightMm: number,
    thermometer: { readonly temperatureCentiC: number | undefined },
  ) {
    this.gpio = hal.gpio
    this.clock = hal.clock
    this.drives = pins.trigger
    this.echoPin = pins.echo
    this.heightMm = heightMm
    this.thermometer = thermometer
  }

  start(): number {
    this.stop()
    this.echoes = []
    this.roseMs = undefined
    this.pingsLeft = PINGS
    this.watch = this.gpio.watch(this.echoPin, 'both', (high, atMs) => this.edge(high, atMs))
    this.ping()
    return PINGS * PING_EVERY_MS
  }

  /** 'noAnswer': too few echoes from within reach; 'range': pulses too short for any echo. */
  read(into: Int32Array, at: number): SensorError {
    this.stop()
    if (this.echoes.length < ECHOES_MIN) return 'noAnswer'
    const airTemperatureCentiC = this.thermometer.temperatureCentiC ?? AIR_TEMPERATURE_CENTI_C
    const distance = echoToDistance(median(this.echoes), airTemperatureCentiC)
    if (distance > DISTANCE_MAX) return 'noAnswer'
    if (distance < DISTANCE_MIN) return 'range'
    into[at] = this.heightMm * 10 - (distance < BLIND_ZONE ? BLIND_ZONE : distance)
    return 'ok'
  }

  private ping(): void {
    this.timer = undefined
    this.gpio.pulse(this.drives, TRIGGER_MICROSECONDS)
    this.pingsLeft--
    if (this.pingsLeft > 0) this.timer = this.clock.setTimer(PING_EVERY_MS, () => this.ping())
  }

  private edge(high: boolean, atMs: number): void {
    if (high) {
      this.roseMs = atMs
    } else if (this.roseMs !== undefined) {
      const microseconds = Math.floor((atMs - this.roseMs) * 1000 + 0.5)
      this.roseMs = undefined
      if (microseconds <= ECHO_MICROSECONDS_MAX) this.echoes.push(microseconds)
    }
  }

  /** Lets go of pin and clock, so that nothing of a measurement outlives its reading. */
  private stop(): void {
    if (this.watch !== undefined) this.gpio.unwatch(this.watch)
    if (this.timer !== undefined) this.clock.clearTimer(this.timer)
    this.watch = undefined
    this.timer = undefined
  }
}
