/** How many bytes a packet takes, on a series of samples, beside CayenneLPP, JSON and the entropy of the same series.
 *  Sources: the CSV's first column is a time, the others are named as quantities and given in their display unit; myDevices,
 *  "Cayenne Low Power Payload", version 2.0. All sizes are of whole payloads, headers included, in bytes. */
import { readFileSync } from 'node:fs'
import { FLAG } from '../../core/flags.ts'
import { BitWriter } from '../../core/packet/bits.ts'
import { encodeSamples } from '../../core/packet/index.ts'
import { walkHead } from '../../core/packet/head.ts'
import { quantityNamed, type Quantity } from '../../core/quantities.ts'
import { OptionError } from '../options.ts'

const BATCH = 6
const INTERVAL_SECONDS = 600

/** An ordinary sample of each profile, in display units. */
const ORDINARY = {
  soil: { soilMoisture: 32.7, airTemperature: 31.4, airHumidity: 78.2, batteryVoltage: 3.96 },
  air: { airTemperature: 31.4, airHumidity: 78.2, batteryVoltage: 3.96 },
  gauge: { waterLevel: 187.3, airTemperature: 31.4, batteryVoltage: 3.96 },
  light: { lampLevel: 80, relayOn: 1, lampCommand: 513, lampReason: 1, mainsPresent: 1 },
}

export interface PacketBench {
  /** What leads every packet of samples. */
  headerBytes: number
  /** One sample, mean over the series. */
  singleBytes: number
  /** Six consecutive samples, over every window of the series. */
  batchBytesMean: number
  batchBytesMax: number
  /** Six consecutive samples, windows that do not overlap. */
  batchBytesMeanApart: number
  /** First sample and five times the zero-order entropy of the differences: no header, no flags, no length. */
  floorBytes: number
  /** One sample. */
  cayenneLppBytes: number
  jsonBytes: number
  profiles: { [name in keyof typeof ORDINARY]: number }
}

interface Series {
  quantities: Quantity[]
  /** A row a sample, in `perUnit` integers. */
  rows: number[][]
}

function readSeries(csvFile: string): Series {
  const [header = '', ...lines] = readFileSync(csvFile, 'utf8').trim().split(/\r?\n/)
  const quantities = header
    .split(',')
    .slice(1)
    .map((name) => {
      const found = quantityNamed(name)
      if (!found) throw new OptionError(csvFile, 'the name of a quantity in line 1', name)
      return found
    })
  const rows = lines.map((line, i) => readRow(`${csvFile} line ${i + 2}`, line, quantities))
  if (quantities.length === 0 || rows.length < BATCH)
    throw new OptionError(csvFile, `${BATCH} samples`, `${rows.length}`)
  return { quantities, rows }
}

function readRow(where: string, line: string, quantities: Quantity[]): number[] {
  const cells = line.split(',').slice(1)
  if (cells.length !== quantities.length) {
    throw new OptionError(where, `${quantities.length} values`, `${cells.length}`)
  }
  return cells.map((cell, c) => {
    const value = cell.trim() === '' ? NaN : Number(cell)
    if (!Number.isFinite(value)) throw new OptionError(where, 'a number', cell)
    return Math.round(value * quantities[c]!.perUnit)
  })
}

/** Bytes of one packet with these rows. */
function packetBytes(quantities: readonly Quantity[], rows: readonly number[][]): number {
  const values = rows.flat()
  const flags = values.map(() => FLAG.good)
  const group = {
    epoch: 1,
    quantities: quantities.map((each) => each.id),
    sequence: 0,
    readings: { count: rows.length, width: quantities.length, values, flags },
    ageSeconds: 0,
    ageUncertain: false,
    intervalSeconds: INTERVAL_SECONDS,
    acknowledgementWanted: false,
  }
  return encodeSamples(group, new Uint8Array(242))
}

const mean = (sizes: readonly number[]): number => sizes.reduce((sum, each) => sum + each, 0) / sizes.length
const rounded = (value: number): number => Math.round(value * 100) / 100

function headerBytes(): number {
  const port = new BitWriter(new Uint8Array(16))
  // prettier-ignore
  const head = {
    epochAlias: 0, sequenceLow: 0, setId: 1, acknowledgementWanted: 0, aged: 0, flagged: 0,
    mask: 0, count: 1, intervalSeconds: 0, ageSeconds: 0, ageUncertain: 0, ageErrorSeconds: 0,
  }
  walkHead(port, head, false)
  return port.finish()
}

/** Bits of a value that takes each of the given values as often as it is listed. */
function entropyBits(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()].reduce((sum, n) => sum - (n / values.length) * Math.log2(n / values.length), 0)
}

function floorBytes({ quantities, rows }: Series): number {
  const bits = quantities.map((each, c) => {
    const steps = rows.map((row) => Math.round(row[c]! / each.wireStep))
    const differences = steps.slice(1).map((value, i) => value - steps[i]!)
    return each.wireBits + (BATCH - 1) * entropyBits(differences)
  })
  return bits.reduce((sum, each) => sum + each, 0) / 8
}

/** CayenneLPP's types by name of quantity: type, bytes, resolution in display units. What it has no type for goes as an analog input,
 *  and what an analog input cannot hold (327 at most) as a luminosity, as its users do. */
const LPP_ANALOG = { type: 2, bytes: 2, resolution: 0.01 }
const LPP: { [name: string]: typeof LPP_ANALOG } = {
  airTemperature: { type: 103, bytes: 2, resolution: 0.1 },
  soilTemperature: { type: 103, bytes: 2, resolution: 0.1 },
  waterTemperature: { type: 103, bytes: 2, resolution: 0.1 },
  airHumidity: { type: 104, bytes: 1, resolution: 0.5 },
  carbonDioxide: { type: 101, bytes: 2, resolution: 1 },
  illuminance: { type: 101, bytes: 2, resolution: 1 },
}

/** One sample in CayenneLPP: channel, type, value, big-endian. */
function encodeCayenneLpp(quantities: readonly Quantity[], row: readonly number[]): Uint8Array {
  const bytes = quantities.flatMap(({ name, perUnit }, c) => {
    const { type, bytes: width, resolution } = LPP[name] ?? LPP_ANALOG
    const value = Math.round(row[c]! / perUnit / resolution)
    const data = width === 1 ? [value & 0xff] : [(value >> 8) & 0xff, value & 0xff]
    return [c + 1, type, ...data]
  })
  return Uint8Array.from(bytes)
}

/** One sample in JSON with keys of two or three letters: soilMoisture is sm, particulate25 p25. */
function encodeJson(quantities: readonly Quantity[], row: readonly number[]): Uint8Array {
  const pairs = quantities.map(({ name, perUnit, wireStep }, c) => {
    const key = name.replace(/(?<=.)[a-z]+/g, '').toLowerCase()
    return [key, Number((Math.round(row[c]! / wireStep) * (wireStep / perUnit)).toFixed(3))]
  })
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(pairs)))
}

function profileBytes(sample: { [name: string]: number }): number {
  const quantities = Object.keys(sample).map((name) => quantityNamed(name)!)
  const row = quantities.map(({ name, perUnit }) => Math.round(sample[name]! * perUnit))
  return packetBytes(quantities, [row])
}

/** The figures of a series. Throws an OptionError that names the line when the file cannot be read as one. */
export function benchPacket(csvFile: string): PacketBench {
  const series = readSeries(csvFile)
  const { quantities, rows } = series
  const windows = rows.slice(BATCH - 1).map((_, i) => packetBytes(quantities, rows.slice(i, i + BATCH)))
  return {
    headerBytes: headerBytes(),
    singleBytes: rounded(mean(rows.map((row) => packetBytes(quantities, [row])))),
    batchBytesMean: rounded(mean(windows)),
    batchBytesMax: Math.max(...windows),
    batchBytesMeanApart: rounded(mean(windows.filter((_, i) => i % BATCH === 0))),
    floorBytes: rounded(floorBytes(series)),
    cayenneLppBytes: rounded(mean(rows.map((row) => encodeCayenneLpp(quantities, row).length))),
    jsonBytes: rounded(mean(rows.map((row) => encodeJson(quantities, row).length))),
    profiles: {
      soil: profileBytes(ORDINARY.soil),
      air: profileBytes(ORDINARY.air),
      gauge: profileBytes(ORDINARY.gauge),
      light: profileBytes(ORDINARY.light),
    },
  }
}
