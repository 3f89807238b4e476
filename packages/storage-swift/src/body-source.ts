import { type ByteStream, pulled } from '@freezer/core';

/** The bytes of a body, taken in portions of any size. One call at a time. */
export class BodySource {
  readonly #stop = new AbortController();
  readonly #chunks: AsyncGenerator<Uint8Array, void, undefined>;
  readonly #unlink: () => void;
  #rest: Uint8Array = new Uint8Array();
  #ended = false;
  /** What the body, or the signal, ended it with. */
  failure: { readonly error: unknown } | undefined;

  constructor(body: ByteStream, signal: AbortSignal | undefined) {
    const onAbort = (): void => this.#stop.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
    this.#unlink = () => signal?.removeEventListener('abort', onAbort);
    this.#chunks = pulled(body, this.#stop.signal);
  }

  /** At most `bytes`, at least one; undefined at the end. Rejects with what the body throws. */
  async take(bytes: number): Promise<Uint8Array | undefined> {
    if (!(await this.hasMore())) return undefined;
    const part = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(part.length);
    return part;
  }

  async hasMore(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#ended) {
      const next = await this.#next();
      if (next.done === true) this.#ended = true;
      else this.#rest = next.value;
    }
    return this.#rest.length > 0;
  }

  /** Tells the body that no more is wanted, also while it is asked. */
  async close(): Promise<void> {
    this.#unlink();
    this.#stop.abort(new Error('no more of the body is wanted'));
    await this.#chunks.return();
  }

  async #next(): Promise<IteratorResult<Uint8Array, void>> {
    try {
      return await this.#chunks.next();
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }
}
