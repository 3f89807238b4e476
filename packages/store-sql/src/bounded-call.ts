import { FreezerError } from '@freezer/core';

export interface CallBounds {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

export const lateAnswer = (timeoutMs: number): FreezerError => new FreezerError('timeout', `the database did not answer within ${timeoutMs / 1000} s`);

/** Settles as `work` does, or earlier: with the signal's reason, or with `timeout`. `work` ends by itself then, and nobody hears of it. */
export async function boundedCall<T>(work: () => Promise<T>, { signal, timeoutMs }: CallBounds): Promise<T> {
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const early = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(lateAnswer(timeoutMs)), timeoutMs);
    stop = () => reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), early]);
  } finally {
    clearTimeout(timer);
    if (stop) signal?.removeEventListener('abort', stop);
  }
}
