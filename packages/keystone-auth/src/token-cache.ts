interface Entry<T> {
  readonly value: T | 'bad';
  readonly until: number;
}

export interface TokenCacheOptions {
  readonly goodSeconds: number;
  readonly badSeconds: number;
  readonly entries: number;
  /** Epoch seconds. */
  readonly now: () => number;
}

/** What was found out about tokens, for a while. The entry that was not used for longest makes room; good ones and bad ones have a room each. */
export class TokenCache<T extends object> {
  readonly #options: TokenCacheOptions;
  readonly #good = new Map<string, Entry<T>>();
  // A flood of wrong tokens must not push out those that are in use.
  readonly #bad = new Map<string, Entry<T>>();

  constructor(options: TokenCacheOptions) {
    this.#options = options;
  }

  get(key: string): T | 'bad' | undefined {
    for (const entries of [this.#good, this.#bad]) {
      const entry = entries.get(key);
      if (entry === undefined) continue;
      entries.delete(key);
      if (entry.until <= this.#options.now()) continue;
      entries.set(key, entry);
      return entry.value;
    }
    return undefined;
  }

  /** Kept to `expiresAt` (epoch seconds) at the longest. */
  setGood(key: string, value: T, expiresAt: number): void {
    this.#bad.delete(key);
    this.#set(this.#good, key, { value, until: Math.min(expiresAt, this.#options.now() + this.#options.goodSeconds) });
  }

  setBad(key: string): void {
    this.#good.delete(key);
    this.#set(this.#bad, key, { value: 'bad', until: this.#options.now() + this.#options.badSeconds });
  }

  clear(): void {
    this.#good.clear();
    this.#bad.clear();
  }

  get size(): number {
    return this.#good.size + this.#bad.size;
  }

  #set(entries: Map<string, Entry<T>>, key: string, entry: Entry<T>): void {
    if (entry.until <= this.#options.now()) return;
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > this.#options.entries && oldest !== undefined) entries.delete(oldest);
  }
}
