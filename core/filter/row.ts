/** Filter parameters, a row a quantity, in the quantity's `perUnit` integers, per hour and in seconds: never per sample.
 *  Sources: the range is that of the table of quantities; the greatest rise of a level is FloodNet's 5 inches a minute; the other rates
 *  are the fastest that air, water and soil really do, rounded up; plateaus are where nature itself stands still. */

export interface FilterRow {
  readonly quantity: number
  /** Outside is a failed reading. */
  readonly min: number
  readonly max: number
  /** Fastest believable change in an hour; 0 = may jump, no step test. The filter learns a lower one from the channel itself. */
  readonly stepPerHour: number
  /** Change that is always believed, however short the time: the sensor's noise. */
  readonly deadband: number
  /** An unchanged reading is suspect after this long; 0 = may stand still, no flat-line test. The channel's own habit may raise it. */
  readonly flatSeconds: number
  /** Values from `plateauMin` to `plateauMax` may stand still for 48 h. No plateau: the first is the greater. */
  readonly plateauMin: number
  readonly plateauMax: number
}

const COLUMNS = 7

/** One row a quantity id, from 0, which is no quantity. */
// prettier-ignore
const ROWS = new Int32Array([
  //  min,     max, step/h, deadband, flat s, plateau
        0,       0,      0,    0,      0,      1,      0, //  0 none
        0,   10000,   3000,   50,  86400,      1,      0, //  1 soilMoisture: irrigation wets a probe in minutes
    -1000,    6000,    600,   20,  43200,    -50,     50, //  2 soilTemperature: freezing soil stands at 0 degC
    -4000,    8500,   1500,   50,  14400,      1,      0, //  3 airTemperature
        0,   10000,   4000,  200,  14400,   9950,  10000, //  4 airHumidity: fog and dew saturate it
        0,   40000,   8000,  100,  14400,      1,      0, //  5 carbonDioxide
        0,   10000,  10000,  100,  28800,      0,     10, //  6 particulate25
        0,   10000,  10000,  100,  28800,      0,     10, //  7 particulate10
        0,  200000,      0,    0,  28800,      0,     10, //  8 illuminance: a cloud is a step; night stands still
  -100000,  300000,  76200,  100,  43200,-100000,      0, //  9 waterLevel: 5 in/min; a dry gauge stands still
     -500,    6000,    600,   20,  43200,   -500,     20, // 10 waterTemperature: water under ice
        0, 1000000, 100000,   50,  43200,      0,     50, // 11 conductivity: a dry probe reads 0
        0,   14000,   2000,   50,  86400,      1,      0, // 12 ph
        0,    3000,    500,   20,  43200,      0,      5, // 13 dissolvedOxygen
        0,  400000, 200000,  500,  43200,      0,     20, // 14 turbidity
        0,   50000,      0,    0,      0,      1,      0, // 15 rainfall: since the last sample, 0 for months
        0,   30000,   1500,  100,      0,      1,      0, // 16 batteryVoltage
        0,   60000,      0,    0,      0,      1,      0, // 17 solarVoltage
        0,     100,      0,    0,      0,      1,      0, // 18 lampLevel
        0,   20000,      0,    0,      0,      1,      0, // 19 lampCurrent
        0,   50000,      0,    0,      0,      1,      0, // 20 power
        0,       1,      0,    0,      0,      1,      0, // 21 doorOpen
        0,       1,      0,    0,      0,      1,      0, // 22 mainsPresent
        0,       1,      0,    0,      0,      1,      0, // 23 relayOn
    -4000,   12500,  12000,  100,  43200,      1,      0, // 24 probeTemperature: a fridge is opened, a machine starts
        0,  200000,  50000,  100,  86400,      0,     10, // 25 soilConductivity
        0,   14000,   2000,   50,  86400,      1,      0, // 26 soilPh
     3000,   11000,     60,   10,  43200,      1,      0, // 27 airPressure
        0,    1500,      0,    0,  28800,      0,      5, // 28 sunshine
        0,   65535,      0,    0,      0,      1,      0, // 29 lampCommand
        0,       3,      0,    0,      0,      1,      0, // 30 lampReason
])

/** Parameters of a quantity; of an id that is none, a row that fails every value but 0. */
export function filterRow(quantityId: number): FilterRow {
  const at = quantityId > 0 && quantityId * COLUMNS < ROWS.length ? quantityId * COLUMNS : 0
  return {
    quantity: quantityId,
    min: ROWS[at]!,
    max: ROWS[at + 1]!,
    stepPerHour: ROWS[at + 2]!,
    deadband: ROWS[at + 3]!,
    flatSeconds: ROWS[at + 4]!,
    plateauMin: ROWS[at + 5]!,
    plateauMax: ROWS[at + 6]!,
  }
}
