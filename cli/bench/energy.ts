/** mJ a wake and years on a cell for every profile and link, from what the firmware does in simulated days, beside the mDot of Casals et al. 2017 that
 *  sends the same frames; over Wi-Fi beside the same profile over LoRaWAN. Energies in mJ at the cell's nominal voltage, currents in mA, charges in mAs. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { esp32Devkit } from '../../boards/esp32Devkit.ts'
import { ttgoLora32V21 } from '../../boards/ttgoLora32V21.ts'
import type { Board } from '../../firmware/board.ts'
import { air } from '../../firmware/profiles/air.ts'
import { gauge } from '../../firmware/profiles/gauge.ts'
import { light } from '../../firmware/profiles/light.ts'
import type { Profile } from '../../firmware/profiles/profile.ts'
import { soil } from '../../firmware/profiles/soil.ts'
import { ESP32_COSTS, READ_MICROS_PER_BYTE, WAKE_CODE_MICROS, withBundle } from '../../sim/costs.ts'
import { milliampsOf } from '../../sim/currents.ts'
import type { SentFrame } from '../../sim/chips/ether.ts'
import type { Tally } from '../energy/account.ts'
import { activityOf, meanMilliamps, OVERHEAD_BYTES } from '../energy/casals2017.ts'
import { yearsOf, type Cell } from '../energy/cell.ts'
import { measure, type Measured } from '../energy/measure.ts'

/** Nominal voltage of a lithium-ion cell. The regulator is linear: the charge leaves the cell at this voltage. */
const CELL_VOLTS = 3.7
/** An 18650 of 3,000 mAh. A fifth of it stays in the cell (cold, age, the regulator's drop-out); 5 % a year leave it by themselves. Assumptions. */
const CELL: Cell = { cellMah: 3_000, usableFraction: 0.8, selfDischargePerYear: 0.05 }
/** What a board could draw in deep sleep, its ESP32 included, when everything idle was taken off it: the lower end of field reports. */
const BARE_BOARD_MA = 0.015

const BATTERY: readonly Profile[] = [soil, air, gauge]
const MAINS: readonly Profile[] = [light]
const RADIOS = ['sx1276', 'wifi']
const SENSORS = ['sht31', 'soilProbe', 'jsnSr04t']
const SECONDS_PER_DAY = 86_400

export interface EnergyOptions {
  /** Where `fieldnode build` put the bundles. */
  readonly folder: string
  readonly boards: readonly Board[]
  readonly profiles: readonly Profile[]
  readonly nodes: number
  readonly seed: number
  readonly warmUpHours: number
  readonly hours: number
}

/** What `fieldnode bench energy` runs. */
export const ORDINARY: Omit<EnergyOptions, 'folder'> = {
  boards: [ttgoLora32V21, esp32Devkit],
  profiles: [...BATTERY, ...MAINS],
  nodes: 4,
  seed: 1,
  warmUpHours: 24,
  hours: 48,
}

const rounded = (value: number, digits = 3): number => Math.round(value * 10 ** digits) / 10 ** digits

const bundleFile = (folder: string, board: Board, profile: Profile): string =>
  join(folder, `${board.name}-${profile.name}.js`)

/** Every board with every profile. */
const pairsOf = ({ boards, profiles }: Pick<EnergyOptions, 'boards' | 'profiles'>): [Board, Profile][] =>
  boards.flatMap((board) => profiles.map((profile): [Board, Profile] => [board, profile]))

/** The first bundle that is not there, of those that the figures need. */
export function missingBundle(options: Pick<EnergyOptions, 'folder' | 'boards' | 'profiles'>) {
  return pairsOf(options)
    .filter(([, profile]) => !MAINS.includes(profile))
    .map(([board, profile]) => bundleFile(options.folder, board, profile))
    .find((file) => !existsSync(file))
}

/** What one kind of wake costs. */
function wakeFigures(tally: Tally, days: number) {
  const wakes = Math.max(1, tally.wakes)
  return {
    perDay: rounded(tally.wakes / days, 1),
    millijoules: rounded((CELL_VOLTS * tally.chargeMas()) / wakes, 1),
    seconds: rounded(tally.seconds('esp32') / wakes),
  }
}

/** mAh a day by what takes them: together the node's mean current. */
function shares({ total, asleep, plain, uplink }: Measured, days: number) {
  const mahPerDay = (mas: number): number => rounded(mas / 3600 / days)
  return {
    processorAwake: mahPerDay(plain.chargeMas(['esp32']) + uplink.chargeMas(['esp32'])),
    processorAsleep: mahPerDay(asleep.chargeMas(['esp32'])),
    board: mahPerDay(total.chargeMas(['board'])),
    radio: mahPerDay(total.chargeMas(RADIOS)),
    sensors: mahPerDay(total.chargeMas(SENSORS)),
    flash: mahPerDay(total.chargeMas(['flash'])),
  }
}

/** What would be if everything idle were taken off the board. */
function otherwise({ total, seconds }: Measured) {
  const board = (milliampsOf('board', 'on') + milliampsOf('esp32', 'deepSleep') - BARE_BOARD_MA) * seconds
  return { bareBoard: rounded(yearsOf(CELL, (total.chargeMas() - board) / seconds), 2) }
}

/** How many frames at each spreading factor. */
function bySpreadingFactor(frames: readonly SentFrame[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { setting } of frames)
    counts[setting.spreadingFactor] = (counts[setting.spreadingFactor] ?? 0) + 1
  return counts
}

/** The mDot of Casals 2017 on the same cell: it sends the same frames as often, and measuring costs it nothing. */
function baseline({ frames, seconds }: Measured) {
  const sum = { activeMs: 0, chargeMas: 0 }
  for (const { setting, bytes } of frames) {
    // EU868's data rates 0 to 5 are SF12 to SF7.
    const { activeMs, chargeMas } = activityOf(12 - setting.spreadingFactor, bytes.length - OVERHEAD_BYTES)
    sum.activeMs += activeMs / frames.length
    sum.chargeMas += chargeMas / frames.length
  }
  return {
    model: 'casals2017',
    millijoulesPerUplink: rounded(CELL_VOLTS * sum.chargeMas, 1),
    years: rounded(yearsOf(CELL, meanMilliamps(sum, seconds / frames.length)), 2),
  }
}

function assumptions(options: EnergyOptions, board: Board, bundleBytes: number) {
  return {
    ...CELL,
    cellVolts: CELL_VOLTS,
    regulator: 'linear',
    boardMilliamps: milliampsOf('board', 'on'),
    deepSleepMilliamps: milliampsOf('esp32', 'deepSleep'),
    cpuMilliamps: milliampsOf('esp32', 'on'),
    ...(board.link === 'lorawan'
      ? { receiveMilliamps: milliampsOf(board.radio.chip, 'receiving') }
      : { wifiMilliamps: milliampsOf('wifi', 'on'), wifiSendingMilliamps: milliampsOf('wifi', 'sending') }),
    sensorsSwitched: true,
    bundleBytes,
    readMicrosPerByte: READ_MICROS_PER_BYTE,
    wakeCodeMs: WAKE_CODE_MICROS / 1000,
    startMs: rounded(withBundle(ESP32_COSTS, bundleBytes).bootMicros / 1000, 1),
    callMicros: ESP32_COSTS.callMicros,
    board: board.name,
    region: 'AS923-2',
    nodes: options.nodes,
    seed: options.seed,
    warmUpHours: options.warmUpHours,
    hours: options.hours,
    currents: 'sim/currents.ts',
  }
}

async function batteryLine(board: Board, profile: Profile, options: EnergyOptions) {
  const bundleBytes = statSync(bundleFile(options.folder, board, profile)).size
  const measured = await measure({ ...options, board, profile, bundleBytes })
  const { plain, uplink, asleep, total, seconds, frames, uplinks } = measured
  const days = seconds / SECONDS_PER_DAY
  const wakes = plain.wakes + uplink.wakes
  const meanMa = total.chargeMas() / seconds
  return {
    profile: profile.name,
    link: board.link,
    millijoulesPerWake: rounded((CELL_VOLTS * (plain.chargeMas() + uplink.chargeMas())) / wakes, 1),
    wakesPerDay: rounded(wakes / days, 1),
    years: rounded(yearsOf(CELL, meanMa), 2),
    samplingWake: wakeFigures(plain, days),
    uplinkWake: wakeFigures(uplink, days),
    asleepMilliamps: rounded(asleep.chargeMas() / asleep.seconds('esp32'), 4),
    meanMilliamps: rounded(meanMa, 4),
    mahPerDay: shares(measured, days),
    uplinksPerDay: rounded(uplinks / days, 1),
    ...(board.link === 'lorawan' ? { uplinksBySpreadingFactor: bySpreadingFactor(frames) } : {}),
    yearsIf: otherwise(measured),
    ...(board.link === 'lorawan' ? { baseline: baseline(measured) } : {}),
    assumptions: assumptions(options, board, bundleBytes),
  }
}

export type EnergyLine = Awaited<ReturnType<typeof batteryLine>> | ReturnType<typeof mainsLine>

/** A lamp hangs on the mains and never sleeps: there is no cell to empty. */
function mainsLine(board: Board, profile: Profile) {
  return {
    profile: profile.name,
    link: board.link,
    millijoulesPerWake: null,
    wakesPerDay: null,
    years: null,
    mainsPowered: true,
  }
}

/** A line a profile and link. The bundles have to be there (`missingBundle`). */
export async function benchEnergy(options: EnergyOptions): Promise<EnergyLine[]> {
  const lines: EnergyLine[] = []
  for (const [board, profile] of pairsOf(options))
    lines.push(
      MAINS.includes(profile) ? mainsLine(board, profile) : await batteryLine(board, profile, options),
    )
  return lines
}
