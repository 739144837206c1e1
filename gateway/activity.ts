/** How much work is under way, so that somebody can wait until there is none: the simulator before it moves time, `close` before
 *  it frees the store. Work that waits for a timer of the Clock is not under way. */

export class Activity {
  private running = 0
  private waiting: (() => void)[] = []

  begin(): void {
    this.running++
  }

  end(): void {
    this.running--
    if (this.running > 0) return
    const waiting = this.waiting
    this.waiting = []
    for (const resume of waiting) resume()
  }

  /** Runs `work` as work under way; its failure is the caller's to have handled. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.begin()
    try {
      return await work()
    } finally {
      this.end()
    }
  }

  /** Resolves at once when nothing is under way, else when the last piece of work ends. */
  settled(): Promise<void> {
    if (this.running === 0) return Promise.resolve()
    return new Promise((resolve) => this.waiting.push(resolve))
  }
}
