/** How much work is under way, so that somebody can wait until there is none: the simulator before it moves time, `close` before
 *  it frees the store. Work that waits for a timer of the Clock is not under way. */

/** Commits that may be behind before `settled` waits for them: memory has an end. */
const BEHIND_MAX = 64

export class Activity {
  private running = 0
  private behind = 0
  private waiting: { behindMax: number; resume: () => void }[] = []

  /** Runs `work` as work under way; its failure is the caller's to have handled. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.running++
    try {
      return await work()
    } finally {
      this.running--
      this.wake()
    }
  }

  /** A commit that nothing waits for: no answer depends on it. It may still be under way when all else has settled. */
  async leaveBehind(commit: Promise<void>): Promise<void> {
    this.behind++
    try {
      await commit
    } finally {
      this.behind--
      this.wake()
    }
  }

  /** Resolves when nothing is under way but a few commits that nothing waits for. */
  settled(): Promise<void> {
    return this.until(BEHIND_MAX)
  }

  /** Resolves when nothing at all is under way. */
  idle(): Promise<void> {
    return this.until(0)
  }

  private until(behindMax: number): Promise<void> {
    if (this.running === 0 && this.behind <= behindMax) return Promise.resolve()
    return new Promise((resume) => this.waiting.push({ behindMax, resume }))
  }

  private wake(): void {
    if (this.running > 0 || this.waiting.length === 0) return
    const ready = this.waiting.filter(({ behindMax }) => this.behind <= behindMax)
    this.waiting = this.waiting.filter((each) => !ready.includes(each))
    for (const { resume } of ready) resume()
  }
}
