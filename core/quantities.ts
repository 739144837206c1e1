/** What can be measured or reported: a row a quantity, found by its id on the wire and by its name everywhere else.
 *  Source: the table of quantities (display unit, integers per unit, range); ids are append-only.
 *  A Reading is an int32: value x perUnit. `min` and `max` are in the display unit, the wire fields in `perUnit` integers.
 *  Nodes do not import this file, only core/packet/wire.ts: names and units would cost them 400 variables. */
import { BITS, MIN, MOVES, SPREAD, STEP, WIDE_BITS, wire } from './packet/wire.ts'

export interface Quantity {
  id: number
  name: string
  /** Display unit; empty where there is none. */
  unit: string
  /** Integers per display unit. */
  perUnit: number
  min: number
  max: number
  wireStep: number
  wireMin: number
  wireBits: number
  wideBits: number
  wireHabit: number
  wireSpread: number
}

/** Completes a row by what the wire table says of its id. */
function row(id: number, name: string, unit: string, perUnit: number, min: number, max: number): Quantity {
  const step = {
    wireStep: wire(id, STEP),
    wireMin: wire(id, MIN),
    wireBits: wire(id, BITS),
    wideBits: WIDE_BITS,
  }
  return {
    id,
    name,
    unit,
    perUnit,
    min,
    max,
    ...step,
    wireHabit: wire(id, MOVES),
    wireSpread: wire(id, SPREAD),
  }
}

// prettier-ignore
export const QUANTITIES: readonly Quantity[] = [
  //  id, name,               unit,   perUnit,   min,    max
  row(1,  'soilMoisture',     '%',        100,     0,    100), // volumetric water content
  row(2,  'soilTemperature',  'degC',     100,   -10,     60),
  row(3,  'airTemperature',   'degC',     100,   -40,     85),
  row(4,  'airHumidity',      '%RH',      100,     0,    100),
  row(5,  'carbonDioxide',    'ppm',        1,     0,  40000),
  row(6,  'particulate25',    'ug/m3',     10,     0,   1000), // PM2.5
  row(7,  'particulate10',    'ug/m3',     10,     0,   1000), // PM10
  row(8,  'illuminance',      'lx',         1,     0, 200000),
  row(9,  'waterLevel',       'cm',       100, -1000,   3000), // above the gauge's datum; negative allowed
  row(10, 'waterTemperature', 'degC',     100,    -5,     60),
  row(11, 'conductivity',     'uS/cm',     10,     0, 100000), // at 25 degC
  row(12, 'ph',               'pH',      1000,     0,     14),
  row(13, 'dissolvedOxygen',  'mg/L',     100,     0,     30),
  row(14, 'turbidity',        'NTU',      100,     0,   4000),
  row(15, 'rainfall',         'mm',       100,     0,    500), // since the last sample
  row(16, 'batteryVoltage',   'V',       1000,     0,     30),
  row(17, 'solarVoltage',     'V',       1000,     0,     60),
  row(18, 'lampLevel',        '%',          1,     0,    100), // confirmed output
  row(19, 'lampCurrent',      'A',       1000,     0,     20),
  row(20, 'power',            'W',         10,     0,   5000),
  row(21, 'doorOpen',         'bool',       1,     0,      1),
  row(22, 'mainsPresent',     'bool',       1,     0,      1),
  row(23, 'relayOn',          'bool',       1,     0,      1), // confirmed
  row(24, 'probeTemperature', 'degC',     100,   -40,    125), // fridge or machine probe
  row(25, 'soilConductivity', 'uS/cm',     10,     0,  20000),
  row(26, 'soilPh',           'pH',      1000,     0,     14),
  row(27, 'airPressure',      'hPa',       10,   300,   1100),
  row(28, 'sunshine',         'W/m2',       1,     0,   1500),
  row(29, 'lampCommand',      '',           1,     0,  65535), // id of the last command applied, 0 none
  row(30, 'lampReason',       '',           1,     0,      3), // 0 schedule, 1 command, 2 doubt, 3 fault
]

/** The quantity with this id on the wire. */
export function quantity(id: number): Quantity | undefined {
  return QUANTITIES[id - 1]
}

export function quantityNamed(name: string): Quantity | undefined {
  return QUANTITIES.find((each) => each.name === name)
}
