import { FreezerError } from '@freezer/core';

export interface CallBounds {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** Whether it can no longer be taken back: then it is waited for as long once more, because its caller should be told what became of it. */
  readonly isFinal?: () => boolean;
}

export const lateAnswer = (timeoutMs: number): FreezerError => new FreezerError('timeout', `the database did not answer within ${timeoutMs / 1000} s`);

/** Settles as `work` does, or earlier: with the signal's reason, or with `timeout`. `work` ends by itself then, and nobody hears of it. */
export async function boundedCall<T>(work: () => Promise<T>, { signal, timeoutMs, isFinal }: CallBounds): Promise<T> {
  signal?.throwIfAborted();
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const early = new Promise<never>((_, reject) => {
    const giveUp = () => reject(lateAnswer(timeoutMs));
    const look = () => {
      if (isFinal?.() === true) timer = setTimeout(giveUp, timeoutMs);
      else giveUp();
    };
    timer = setTimeout(look, timeoutMs);
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
