import { createHash } from 'node:crypto';
import type { BodySource } from './body-source.ts';
import type { Hold } from './hold.ts';

const PORTION = 256 * 1024;

/** The next bytes of a body, up to a limit: they can be sent while they come, and again afterwards. */
export class HeldSegment {
  readonly #source: BodySource;
  readonly #limit: number;
  readonly #hold: Hold;
  readonly #hash = createHash('md5');
  readonly #whenFull: () => void;
  #md5: string | undefined;
  #pulling: Promise<void> | undefined;
  /** Resolves when all bytes were taken from the body; never when that fails. */
  readonly full: Promise<void>;

  constructor(source: BodySource, limit: number, hold: Hold) {
    this.#source = source;
    this.#limit = limit;
    this.#hold = hold;
    let resolve = (): void => undefined;
    this.full = new Promise<void>((done) => {
      resolve = done;
    });
    this.#whenFull = resolve;
  }

  get length(): number {
    return this.#hold.length;
  }

  get isFull(): boolean {
    return this.#md5 !== undefined;
  }

  /** In hex; undefined until it is full. */
  get md5(): string | undefined {
    return this.#md5;
  }

  /** Takes the rest of its bytes. */
  async fill(): Promise<void> {
    while (!this.isFull) await this.#pull();
  }

  /** All its bytes: those that are held, then those that are still to come. */
  async *bytes(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let offset = 0; ; ) {
      if (offset < this.#hold.length) {
        const slice = await this.#hold.read(offset);
        offset += slice.length;
        yield slice;
      } else if (this.isFull) return;
      else await this.#pull();
    }
  }

  async release(): Promise<void> {
    await this.#hold.release();
  }

  /** An attempt that failed may still wait for bytes: the next one waits for the same. */
  #pull(): Promise<void> {
    this.#pulling ??= this.#pullOnce().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #pullOnce(): Promise<void> {
    const wanted = Math.min(PORTION, this.#limit - this.#hold.length);
    const bytes = wanted > 0 ? await this.#source.take(wanted) : undefined;
    if (bytes !== undefined) {
      this.#hash.update(bytes);
      await this.#hold.append(bytes);
    }
    if (bytes === undefined || this.#hold.length >= this.#limit) {
      this.#md5 = this.#hash.digest('hex');
      this.#whenFull();
    }
  }
}
