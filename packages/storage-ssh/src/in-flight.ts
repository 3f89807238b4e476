/** A number of calls that are under way at the same time. The first that fails, or the end of `stop`, ends them all. */
export class InFlight {
  readonly #limit: number;
  readonly #stop: AbortController;
  #running = 0;
  #wake: (() => void) | undefined;

  /** A call that fails aborts `stop` with its error. */
  constructor(limit: number, stop: AbortController) {
    this.#limit = limit;
    this.#stop = stop;
    stop.signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** Starts a call once there is room for it. Rejects with the reason of `stop`. */
  async start(call: () => Promise<void>): Promise<void> {
    await this.#until(() => this.#running < this.#limit);
    this.#running += 1;
    call()
      .catch((error: unknown) => this.#stop.abort(error))
      .finally(() => {
        this.#running -= 1;
        this.#wake?.();
      });
  }

  /** Resolves when all calls have ended well. Rejects with the reason of `stop`. */
  async drain(): Promise<void> {
    await this.#until(() => this.#running === 0);
  }

  async #until(isSo: () => boolean): Promise<void> {
    for (;;) {
      this.#stop.signal.throwIfAborted();
      if (isSo()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
