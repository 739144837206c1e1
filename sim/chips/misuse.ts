/** Wrong use of a chip: thrown by the models, so that a test fails where the driver errs and names the rule it broke. */
export class ChipMisuse extends Error {
  constructor(
    readonly chip: string,
    readonly rule: string,
    detail: string,
  ) {
    super(`${chip}: ${detail} (${rule})`)
    this.name = 'ChipMisuse'
  }
}
