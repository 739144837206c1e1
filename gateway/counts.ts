/** What happened, counted by name since the start. A name is a path of words with dots: `uplinks`, `refused.frame.mic`. */

export class Counts {
  private readonly counts: Record<string, number> = Object.create(null) as Record<string, number>

  add(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by
  }

  /** Counts what was turned away: where it stood and why. */
  refuse(where: string, reason: string): void {
    this.add(`refused.${where}.${reason}`)
  }

  /** A copy, names in alphabetical order. */
  all(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.counts).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}
