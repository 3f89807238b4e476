import type { ByteStream } from '@freezer/core';

/** Takes one branch to its end: a `put`. */
export type Taker<Result> = (body: ByteStream) => Promise<Result>;

/** How many chunks one taker may be ahead of the slowest. */
const AHEAD = 4;

/** What one taker reads: the chunks that the pump hands over, in their order. */
class Branch {
  readonly #queue: Uint8Array[] = [];
  #wakeTaker: (() => void) | undefined;
  #wakePump: (() => void) | undefined;
  #failure: { readonly error: unknown } | undefined;
  #ended = false;
  #left = false;

  /** Resolves when there is room for more, or nobody takes any more. */
  async push(chunk: Uint8Array): Promise<void> {
    if (this.#left) return;
    this.#queue.push(chunk);
    this.#wakeTaker?.();
    while (this.#queue.length >= AHEAD && !this.#left) await new Promise<void>((resolve) => (this.#wakePump = resolve));
  }

  end(): void {
    this.#ended = true;
    this.#wakeTaker?.();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wakeTaker?.();
  }

  /** The taker has ended, whatever came of it. */
  leave(): void {
    this.#left = true;
    this.#wakePump?.();
  }

  async *body(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure.error;
        const chunk = this.#queue.shift();
        if (chunk !== undefined) {
          this.#wakePump?.();
          yield chunk;
        } else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wakeTaker = resolve));
      }
    } finally {
      this.leave();
    }
  }
}

export interface TeeRequest<Result> {
  readonly body: ByteStream;
  readonly takers: readonly Taker<Result>[];
  /** What the failure of one taker means for the others: `stop` ends them with the same error, `drop` goes on without it. */
  readonly onFailure: 'stop' | 'drop';
}

/**
 * Gives the same bytes to several takers, reading them once and as fast as the slowest takes them. Settles when every taker has: one
 * result each, in their order. An error of `body` reaches every taker, and is thrown once all have ended. When nobody takes any more, `body` is left.
 */
export async function teeTo<Result>({ body, takers, onFailure }: TeeRequest<Result>): Promise<readonly PromiseSettledResult<Result>[]> {
  const branches = takers.map(() => new Branch());
  let living = takers.length;
  let stopped: { readonly error: unknown } | undefined;
  const taken = takers.map(async (take, index) => {
    try {
      return await take(branches[index]?.body() ?? body);
    } catch (error) {
      if (onFailure === 'stop' && stopped === undefined) {
        stopped = { error };
        for (const branch of branches) branch.fail(error);
      }
      throw error;
    } finally {
      living -= 1;
      branches[index]?.leave();
    }
  });
  // Looked at below; until then nobody may call them unhandled.
  const settled = Promise.allSettled(taken);
  try {
    for await (const chunk of body) {
      await Promise.all(branches.map((branch) => branch.push(chunk)));
      if (stopped !== undefined || living === 0) break;
    }
    for (const branch of branches) branch.end();
  } catch (error) {
    for (const branch of branches) branch.fail(error);
    await settled;
    throw error;
  }
  return settled;
}
