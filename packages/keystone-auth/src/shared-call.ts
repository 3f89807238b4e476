interface Running<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * One call that everybody who asks at the same time shares. A caller that aborts leaves the others alone;
 * the call itself is aborted when nobody waits any longer.
 */
export class SharedCall<T> {
  #running: Running<T> | undefined;

  /** Joins the call that runs, or begins one. Rejects with `signal.reason` when this caller aborts. */
  async run(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const running = this.#running ?? this.#begin(work);
    running.waiters += 1;
    try {
      return await unlessAborted(running.promise, signal);
    } finally {
      running.waiters -= 1;
      if (running.waiters === 0) this.#abandon(running);
    }
  }

  /** Whoever asks from now on begins a new call; those that wait keep theirs. */
  leave(): void {
    this.#running = undefined;
  }

  #begin(work: (signal: AbortSignal) => Promise<T>): Running<T> {
    const controller = new AbortController();
    const running: Running<T> = { promise: work(controller.signal), controller, waiters: 0 };
    const forget = () => {
      if (this.#running === running) this.#running = undefined;
    };
    running.promise.then(forget, forget);
    this.#running = running;
    return running;
  }

  #abandon(running: Running<T>): void {
    // The next caller must not join a call that is being aborted.
    if (this.#running === running) this.#running = undefined;
    running.controller.abort();
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
