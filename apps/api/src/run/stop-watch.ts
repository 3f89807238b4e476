import type { ApiHost, StopSignal } from './api-host.ts';

const INTERRUPTED: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Within this, a second signal is the first one again: `timeout` of coreutils and npm send theirs to a process and to its group. */
const SAME_MS = 1000;

/** The first signal asks to stop; the next one does not wait. */
export class StopWatch {
  /** Resolves at the first signal. */
  readonly stopped: Promise<StopSignal>;
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;

  constructor(host: Pick<ApiHost, 'onStop' | 'exitNow'>) {
    const controller = new AbortController();
    this.signal = controller.signal;
    let heardAt = 0;
    this.stopped = new Promise((resolve) => {
      host.onStop((signal) => {
        if (controller.signal.aborted && performance.now() - heardAt < SAME_MS) return;
        if (controller.signal.aborted) host.exitNow(INTERRUPTED[signal]);
        heardAt = performance.now();
        controller.abort();
        resolve(signal);
      });
    });
  }
}
