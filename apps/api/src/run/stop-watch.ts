import type { ApiHost, StopSignal } from './api-host.ts';

const INTERRUPTED: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** The first signal asks to stop; the next one does not wait. */
export class StopWatch {
  /** Resolves at the first signal. */
  readonly stopped: Promise<StopSignal>;
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;

  constructor(host: Pick<ApiHost, 'onStop' | 'exitNow'>) {
    const controller = new AbortController();
    this.signal = controller.signal;
    this.stopped = new Promise((resolve) => {
      host.onStop((signal) => {
        if (controller.signal.aborted) host.exitNow(INTERRUPTED[signal]);
        controller.abort();
        resolve(signal);
      });
    });
  }
}
