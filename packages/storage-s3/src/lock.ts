import type { Bucket } from './bucket.ts';
import { isAbsence } from './failure.ts';

/** Names that a run itself takes away again: they are never locked, and taken away even where a bucket locks everything. */
const PASSING = new Set(['lock', 'started', 'removing']);

/** Whether an object is to stay for good. */
export const isKeptName = (name: string): boolean => !PASSING.has(name.slice(name.lastIndexOf('/') + 1));

/** Why nobody may remove an object now. */
export interface Locked {
  readonly name: string;
  /** 'until 2027-01-01T00:00:00Z (GOVERNANCE)', 'by a legal hold'. */
  readonly reason: string;
}

/** Whether a bucket can lock objects, found out once. */
export class ObjectLocks {
  readonly #bucket: Bucket;
  #areThere: Promise<boolean> | undefined;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** What holds an object; undefined when it may be removed, or is absent. */
  async of(name: string, signal: AbortSignal | undefined): Promise<Locked | undefined> {
    if (!isKeptName(name) || !(await this.#inBucket())) return undefined;
    const { sdk, client } = this.#bucket;
    try {
      const head = await client.send(new sdk.HeadObjectCommand({ Bucket: this.#bucket.name, Key: name }), signal ? { abortSignal: signal } : {});
      if (head.ObjectLockLegalHoldStatus === 'ON') return { name, reason: 'by a legal hold' };
      const until = head.ObjectLockRetainUntilDate;
      if (until === undefined || until.getTime() <= Date.now()) return undefined;
      return { name, reason: `until ${until.toISOString().replace(/\.\d+/, '')} (${head.ObjectLockMode ?? 'object lock'})` };
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  async #inBucket(): Promise<boolean> {
    this.#areThere ??= this.#ask();
    return await this.#areThere;
  }

  /** A server that cannot say has none; whoever may not ask will be told by the removal itself. */
  async #ask(): Promise<boolean> {
    const { sdk, client, name } = this.#bucket;
    try {
      const { ObjectLockConfiguration } = await client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket: name }));
      return ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
    } catch {
      return false;
    }
  }
}
