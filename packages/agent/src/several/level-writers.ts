import { createHash } from 'node:crypto';
import { type ByteStream, type CallOptions, FreezerError, type LevelId, messageOf, type ObjectName } from '@freezer/core';
import { LevelWriter, type LevelWriterRequest, type StoredObject } from '@freezer/format';
import type { LevelSink } from './level-sink.ts';
import type { LostStorage, StoragePolicy } from './storage-run.ts';
import { teeTo } from './tee.ts';

/** A storage in which the level is made. */
export interface WriterTarget {
  readonly name: string;
  readonly request: LevelWriterRequest;
  /** Runs last before the level becomes visible, and may refuse. */
  readonly check: () => Promise<void>;
}

interface Member extends WriterTarget {
  readonly writer: LevelWriter;
}

const MAX_TRIES = 10;

/** The same level in the making in several storages: each object is produced once and goes to all of them. */
export class LevelWriters implements LevelSink {
  readonly id: LevelId;
  readonly #policy: StoragePolicy;
  readonly #all: readonly Member[];
  #living: readonly Member[];
  readonly #lost: LostStorage[];
  #committed = false;

  private constructor(id: LevelId, members: readonly Member[], policy: StoragePolicy, lost: readonly LostStorage[]) {
    this.id = id;
    this.#lost = [...lost];
    this.#all = members;
    this.#living = members;
    this.#policy = policy;
  }

  /** Begins the level in each, at a time that is free in all. Under `any` a storage in which it cannot be begun is left out. */
  static async begin(targets: readonly WriterTarget[], policy: StoragePolicy, options: CallOptions = {}): Promise<LevelWriters> {
    let earliest = targets.reduce((latest, { request }) => Math.max(latest, request.earliest), 0);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const { members, lost } = await beginAll(targets, earliest, policy, options);
      const times = members.map(({ writer }) => writer.id.t);
      const [first] = members;
      if (first !== undefined && times.every((t) => t === first.writer.id.t)) return new LevelWriters(first.writer.id, members, policy, lost);
      earliest = Math.max(...times);
      await Promise.all(members.map(({ writer }) => writer.abandon()));
    }
    throw new FreezerError('conflict', `no second was found that is free in all of ${targets.map(({ name }) => name).join(', ')}`);
  }

  /** Storages that the run went on without. */
  get lost(): readonly LostStorage[] {
    return this.#lost;
  }

  /** The names of those that took part to the end. */
  get names(): readonly string[] {
    return this.#living.map(({ name }) => name);
  }

  async put(name: ObjectName, body: ByteStream, options: CallOptions = {}): Promise<StoredObject> {
    const hash = createHash('sha256');
    async function* hashed(): ByteStream {
      for await (const chunk of body) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const size = await this.putUnhashed(name, hashed(), options);
    return { size, sha256: hash.digest('hex') };
  }

  async putUnhashed(name: ObjectName, body: ByteStream, options: CallOptions = {}): Promise<number> {
    const [only, other] = this.#living;
    if (only !== undefined && other === undefined) return only.writer.putUnhashed(name, body, options);
    const results = await teeTo({
      body,
      takers: this.#living.map(
        ({ writer }) =>
          (bytes: ByteStream) =>
            writer.putUnhashed(name, bytes, options),
      ),
      onFailure: this.#policy === 'all' ? 'stop' : 'drop',
    });
    this.#keep(results);
    const [size] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    return size ?? 0;
  }

  /** Makes the level a backup in each. Under `all` nothing becomes visible anywhere when one of the checks refuses. */
  async commit(metadata: Buffer, options: CallOptions = {}): Promise<void> {
    if (this.#policy === 'all') for (const { check } of this.#living) await check();
    const results = await Promise.allSettled(this.#living.map(({ writer, check }) => writer.commit(metadata, check, options)));
    this.#keep(results);
    this.#committed = true;
  }

  /** Every writer whose level is not known to be a backup. */
  get unfinished(): readonly { readonly name: string; readonly writer: LevelWriter }[] {
    return this.#committed ? this.#all.filter((member) => !this.#living.includes(member)) : this.#all;
  }

  /** The writer of one storage, as long as the run goes on with it. */
  of(name: string): LevelWriter | undefined {
    return this.#living.find((member) => member.name === name)?.writer;
  }

  /** Goes on without those that failed, or fails when that must not be, or nobody is left. */
  #keep(results: readonly PromiseSettledResult<unknown>[]): void {
    const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [{ error: result.reason as unknown, index }] : []));
    const [first] = failed;
    if (first === undefined) return;
    if (this.#policy === 'all' || failed.length === results.length) throw first.error;
    const gone = failed.flatMap(({ error, index }) => {
      const member = this.#living[index];
      return member === undefined ? [] : [{ member, reason: messageOf(error) }];
    });
    this.#living = this.#living.filter((member) => !gone.some((one) => one.member === member));
    for (const { member, reason } of gone) this.#lost.push({ name: member.name, reason });
  }
}

interface Begun {
  readonly members: readonly Member[];
  readonly lost: readonly LostStorage[];
}

async function beginAll(targets: readonly WriterTarget[], earliest: number, policy: StoragePolicy, options: CallOptions): Promise<Begun> {
  const members: Member[] = [];
  const lost: LostStorage[] = [];
  for (const target of targets) {
    try {
      members.push({ ...target, writer: await LevelWriter.begin({ ...target.request, earliest }, options) });
    } catch (error) {
      if (policy === 'all' || lost.length + 1 === targets.length || options.signal?.aborted === true) {
        await Promise.all(members.map(({ writer }) => writer.abandon()));
        throw error;
      }
      lost.push({ name: target.name, reason: messageOf(error) });
    }
  }
  return { members, lost };
}
