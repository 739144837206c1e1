/** One sample: power for the sensors that are switched, one wait for the slowest to warm up, start all, wait for the slowest, read, power off, filter, and
 *  put it into the queue. */
import { filterRow, filterStep } from '../core/filter/index.ts'
import { FLAG } from '../core/flags.ts'
import { isAlarming, raiseAlarm } from './alarm.ts'
import { FILTER_ROW, FILTERS, nowSeconds, POWER_COUNT, type Node } from './nodeState.ts'
import { push } from './queue.ts'
import type { Sensor } from './sensors/sensor.ts'
import { BATTERY_VOLTAGE, noteSupply } from './supply.ts'

/** Quantities a single driver may have. */
const SENSOR_QUANTITIES_MAX = 4
const FLAG_MASK = 15
/** A cycle takes no longer, warm-up included: what a sensor has not measured by then is missing. A third of the watchdog's time (firmware/start.ts). */
const CYCLE_MS_MAX = 60_000

/** Judges a reading by the filter of its channel; the filter's state stands in the node's words. */
function judge(node: Node, column: number, value: number): number {
  const { words } = node
  const now = Math.max(1, nowSeconds(node))
  const row = FILTERS + column * FILTER_ROW
  const elapsedSeconds = words[row]! > 0 ? now - words[row]! : 0
  words[row] = now
  return (
    filterStep(filterRow(node.profile.quantities[column]!), words, row + 1, value, elapsedSeconds) & FLAG_MASK
  )
}

/** Reads one sensor into the columns of the sample. A sensor that fails leaves its quantities missing. */
function readSensor(node: Node, sensor: Sensor, values: Int32Array, flags: Uint8Array): void {
  const read = new Int32Array(SENSOR_QUANTITIES_MAX)
  const error = sensor.read(read, 0)
  if (error !== 'ok') node.hal.log('sensor ' + error)
  for (let i = 0; i < sensor.quantities.length; i++) {
    const column = node.profile.quantities.indexOf(sensor.quantities[i]!)
    if (column < 0 || error !== 'ok') continue
    values[column] = read[i]!
    flags[column] = judge(node, column, read[i]!)
  }
}

/** Takes a sample with what the profile mounts; `done` is called when it is in flash, CYCLE_MS_MAX from now at the latest. The rail is on only where a sensor
 *  hangs on it, and off again when the last sensor has been read or one of them has thrown. */
export function takeSample(node: Node, done: () => void): void {
  const { hal, board, profile } = node
  const sensors = profile.mount(hal, board, node.settings)
  let warmUpMs = 0
  for (const sensor of sensors) warmUpMs = Math.min(CYCLE_MS_MAX, Math.max(warmUpMs, sensor.warmUpMs ?? 0))
  // What drives a sensor's input is low before its supply comes and before it goes, so that none is fed through its data pins.
  const switchRail = (on: boolean): void => {
    if (warmUpMs === 0) return
    for (const sensor of sensors) if (sensor.drives !== undefined) hal.gpio.write(sensor.drives, false)
    hal.gpio.write(board.mount.rail, on)
  }
  const measure = (): void => {
    let waitMs = -1
    try {
      let slowestMs = 0
      for (const sensor of sensors) slowestMs = Math.max(slowestMs, sensor.start())
      waitMs = slowestMs
    } finally {
      if (waitMs < 0) switchRail(false)
    }
    hal.clock.setTimer(Math.min(CYCLE_MS_MAX - warmUpMs, waitMs), () => {
      const values = new Int32Array(profile.quantities.length)
      const flags = new Uint8Array(values.length).fill(FLAG.missing)
      try {
        for (const sensor of sensors) readSensor(node, sensor, values, flags)
      } finally {
        switchRail(false)
      }
      noteSupply(node, values, flags)
      if (profile.alarms && isAlarming(node, profile.alarms, values, flags)) raiseAlarm(node)
      push(node.queue, values, flags, nowSeconds(node), node.words[POWER_COUNT]!)
      done()
    })
  }
  switchRail(true)
  if (warmUpMs > 0) hal.clock.setTimer(warmUpMs, measure)
  else measure()
}

/** What a safe node measures: its battery, which decides whether it may send, and nothing else, since any of the others may be what it crashes on. */
export function measureBattery(node: Node): void {
  const values = new Int32Array(node.profile.quantities.length)
  const flags = new Uint8Array(values.length).fill(FLAG.missing)
  for (const sensor of node.profile.mount(node.hal, node.board, node.settings)) {
    if (sensor.quantities[0] !== BATTERY_VOLTAGE) continue
    const column = node.profile.quantities.indexOf(BATTERY_VOLTAGE)
    sensor.start()
    if (sensor.read(values, column) === 'ok') flags[column] = FLAG.good
  }
  noteSupply(node, values, flags)
}
