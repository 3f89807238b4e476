import { Journal } from './journal.ts';

/** A journal is written anew when it holds this many records more than there are values. */
const SLACK = 2000;

interface Entry<Value> {
  readonly key: string;
  /** Null: it was taken away. */
  readonly value: Value | null;
}

/** Values by key that outlive the process. What `isValue` does not know was written by another release, and is left out. */
export class KeyedStore<Value> {
  readonly #journal: Journal;
  readonly #values: Map<string, Value>;
  #compacting: Promise<void> | undefined;

  private constructor(journal: Journal, values: Map<string, Value>) {
    this.#journal = journal;
    this.#values = values;
  }

  static async open<Value>(path: string, isValue: (value: unknown) => value is Value): Promise<KeyedStore<Value>> {
    const { journal, records } = await Journal.open(path);
    const values = new Map<string, Value>();
    for (const record of records) {
      if (!isEntry(record)) continue;
      if (isValue(record.value)) values.set(record.key, record.value);
      else values.delete(record.key);
    }
    const store = new KeyedStore(journal, values);
    if (journal.count > values.size) await store.#compact();
    return store;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  get entries(): readonly (readonly [key: string, value: Value])[] {
    return [...this.#values];
  }

  /** Resolves when it is on the disk. */
  async set(key: string, value: Value): Promise<void> {
    this.#values.set(key, value);
    await this.#journal.append({ key, value } satisfies Entry<Value>);
    await this.#tidy();
  }

  async delete(key: string): Promise<void> {
    if (!this.#values.delete(key)) return;
    await this.#journal.append({ key, value: null } satisfies Entry<Value>);
    await this.#tidy();
  }

  async close(): Promise<void> {
    await this.#compacting;
    await this.#journal.close();
  }

  async #tidy(): Promise<void> {
    if (this.#journal.count < 2 * this.#values.size + SLACK) return;
    this.#compacting ??= this.#compact().finally(() => {
      this.#compacting = undefined;
    });
    await this.#compacting;
  }

  async #compact(): Promise<void> {
    await this.#journal.rewrite([...this.#values].map(([key, value]) => ({ key, value })));
  }
}

function isEntry(record: unknown): record is Entry<unknown> {
  return typeof record === 'object' && record !== null && 'key' in record && typeof record.key === 'string' && 'value' in record;
}
