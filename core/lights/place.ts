/** Where a lamp stands. Settings are a Place too. Units: 0.0001 degrees, north and east positive. */
export interface Place {
  readonly latitudeE4: number
  readonly longitudeE4: number
}
