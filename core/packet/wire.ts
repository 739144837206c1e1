/** How each quantity travels: the step it is rounded to, where its narrow range begins, how many bits that range has, how it moves.
 *  Source: the steps of the nine village quantities are those of the packet series; the others follow what their sensors resolve.
 *  Units: `step` is in the quantity's `perUnit` (core/quantities.ts), `low` in 500 of it, `spread` is log2 of wire steps.
 *  This stands apart from the names and units because a node carries it: 30 objects would cost it 400 variables, this costs 35. */

/** How a quantity moves from sample to sample; it decides what a batch expects next (docs/PACKET.md, "Differences").
 *  plain: any way. trend: on the way it went, as temperatures and levels do. flicker: back again, as a slow value between two
 *  steps does. rest: at its minimum, but for events, as rainfall does. */
export const HABIT = { plain: 0, trend: 1, flicker: 2, rest: 3 } as const

/** Numbers a quantity has in WIRE. */
const COLUMNS = 5

/** What `low` counts in: the table is text in a bundle, and one byte a number keeps it short. */
const LOW_UNIT = 500

/** One row a quantity id, from 0, which is no quantity. The highest code of `bits` says that 32 bits follow instead, so the narrow
 *  range ends one below it. `spread`: a usual difference between two samples is about 2^spread steps; a batch begins with it and
 *  learns better, so it need not be exact. */
// prettier-ignore
const WIRE = new Int8Array([
  // step, low, bits, habit, spread
     1,      0,    1,     0,      0, //  0 none
    10,      0,   10,     2,     -2, //  1 soilMoisture     0..102.2 %
    10,     -2,   10,     1,     -2, //  2 soilTemperature  -10..92.2 degC
    10,     -8,   10,     1,     -1, //  3 airTemperature   -40..62.2 degC
    10,      0,   10,     0,      2, //  4 airHumidity      0..102.2 %RH
     2,      0,   12,     0,      0, //  5 carbonDioxide    0..8188 ppm
    10,      0,   10,     0,      0, //  6 particulate25    0..1022 ug/m3
    10,      0,   10,     0,      0, //  7 particulate10    0..1022 ug/m3
     2,      0,   16,     0,      6, //  8 illuminance      0..131068 lx
    10,    -20,   13,     1,      1, //  9 waterLevel       -100..719 cm
    10,     -1,   10,     1,     -2, // 10 waterTemperature -5..97.2 degC
    10,      0,   16,     2,      0, // 11 conductivity     0..65534 uS/cm
    10,      0,   11,     2,     -2, // 12 ph               0..20.46 pH
     5,      0,   10,     2,     -1, // 13 dissolvedOxygen  0..51.1 mg/L
    10,      0,   13,     0,      1, // 14 turbidity        0..819 NTU
    20,      0,    8,     3,     -3, // 15 rainfall         0..50.8 mm
    20,      0,    8,     2,     -4, // 16 batteryVoltage   0..5.08 V
    50,      0,   10,     1,      1, // 17 solarVoltage     0..51.1 V
     1,      0,    7,     2,     -2, // 18 lampLevel        0..126 %
    10,      0,   11,     0,      0, // 19 lampCurrent      0..20.46 A
    10,      0,   13,     0,      2, // 20 power            0..8190 W
     1,      0,    2,     2,     -3, // 21 doorOpen         0..2
     1,      0,    2,     2,     -4, // 22 mainsPresent     0..2
     1,      0,    2,     2,     -3, // 23 relayOn          0..2
    10,     -8,   11,     1,     -1, // 24 probeTemperature -40..164.6 degC
    10,      0,   14,     2,     -1, // 25 soilConductivity 0..16382 uS/cm
    10,      0,   11,     2,     -2, // 26 soilPh           0..20.46 pH
     1,      6,   13,     1,      0, // 27 airPressure      300..1119 hPa
     1,      0,   11,     0,      5, // 28 sunshine         0..2046 W/m2
     1,      0,   16,     0,     -3, // 29 lampCommand      0..65534
     1,      0,    3,     2,     -3, // 30 lampReason       0..6
])

/** Highest quantity id there is. */
export const QUANTITY_MAX = 30

/** Bits of a value outside the narrow range: the number of steps, two's complement. */
export const WIDE_BITS = 32

/** Columns of a row, for wire(). */
export const STEP = 0
export const MIN = 1
export const BITS = 2
export const MOVES = 3
export const SPREAD = 4

/** One number of a quantity's row: STEP and MIN in `perUnit` integers, BITS of the narrow range, MOVES a HABIT, SPREAD -4..6. */
export function wire(id: number, column: number): number {
  const number = WIRE[id * COLUMNS + column]!
  return column === MIN ? LOW_UNIT * number : number
}
