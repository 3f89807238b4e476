/** Waits by a clock that is never set; ends early when the signal says so, without an error. Milliseconds may be more than a timer of Node takes. */
export async function monotonicSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + milliseconds;
  for (let rest = milliseconds; rest > 0 && !signal.aborted; rest = until - performance.now()) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(rest, 2 ** 31 - 1));
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
