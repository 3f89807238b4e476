import type { CallOptions, ErrorCode } from '@freezer/core';
import type { Bucket } from './bucket.ts';
import { codeOfName, type Deed, failure, statusOf } from './failure.ts';
import type { KeyNames } from './key-name.ts';
import { contentsBelow } from './listing.ts';
import type { Locked, ObjectLocks } from './lock.ts';

/** As many names as one request may hold. */
const BATCH = 1000;
const AT_ONCE = 16;
/** So many of those that stay are named. */
const NAMED = 5;

/** What is removed, and from where. */
export interface Removal {
  readonly bucket: Bucket;
  readonly names: KeyNames;
  readonly locks: ObjectLocks;
  readonly deed: Deed;
}

/** Removes one object, unless it is locked. Absent is fine. */
export async function removeObject({ bucket, locks, deed }: Removal, name: string, { signal }: CallOptions): Promise<void> {
  const locked = await locks.of(name, signal);
  if (locked) throw refusal(deed, [locked]);
  const { sdk, client } = bucket;
  await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket.name, Key: name }), signal ? { abortSignal: signal } : {});
}

/** Removes all objects below a prefix. When one of them is locked, none is removed, and those that are locked are named. */
export async function removeTree(removal: Removal, prefix: string, options: CallOptions): Promise<void> {
  const { bucket, names, deed } = removal;
  const found: string[] = [];
  for await (const { name } of contentsBelow(bucket, prefix, options)) {
    // The notes of uploads are others', and markers of folders hold nothing.
    if (names.keyOf(name) !== undefined || name.endsWith('/')) found.push(name);
  }
  const locked = await lockedOf(removal, found, options);
  if (locked.length > 0) throw refusal(deed, locked);
  for (let start = 0; start < found.length; start += BATCH) {
    options.signal?.throwIfAborted();
    await deleteAll(removal, found.slice(start, start + BATCH), options);
  }
}

async function inTurns<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  return results;
}

async function lockedOf({ locks }: Removal, found: readonly string[], { signal }: CallOptions): Promise<readonly Locked[]> {
  const all = await inTurns(found, async (name) => await locks.of(name, signal));
  return all.filter((each) => each !== undefined);
}

/** What is wrong with one of several, by the server's name for it; `unavailable` where that may pass. */
const codeOf = (name: string): ErrorCode => codeOfName(name) ?? 'unavailable';
const passes = (name: string | undefined): boolean => ['unavailable', 'rate_limited'].includes(codeOf(name ?? ''));

async function deleteAll(removal: Removal, batch: readonly string[], options: CallOptions): Promise<void> {
  const { bucket, deed } = removal;
  const { sdk, client } = bucket;
  try {
    const command = new sdk.DeleteObjectsCommand({ Bucket: bucket.name, Delete: { Objects: batch.map((Key) => ({ Key })), Quiet: true } });
    const { Errors = [] } = await client.send(command, options.signal ? { abortSignal: options.signal } : {});
    const stayed = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
    const [first] = stayed;
    if (first === undefined) return;
    // One that nobody may remove stays so, whatever passes by itself with the others.
    const { Code = '' } = stayed.find((each) => !passes(each.Code)) ?? first;
    const words = stayed.slice(0, NAMED).map((each) => `'${each.Key}' (${each.Code})`);
    throw failure(codeOf(Code), deed, `the server did not remove ${stayed.length} of ${batch.length} objects: ${words.join(', ')}`);
  } catch (error) {
    // A server that cannot remove several at once.
    if (![400, 405, 411, 501].includes(statusOf(error))) throw error;
    await inTurns(batch, async (name) => await removeObject(removal, name, options));
  }
}

function refusal(deed: Deed, locked: readonly Locked[]): Error {
  const words = locked.slice(0, NAMED).map(({ name, reason }) => `'${name}' ${reason}`);
  const more = locked.length > NAMED ? ` and ${locked.length - NAMED} more` : '';
  return failure('permission_denied', deed, `the server keeps what is locked: ${words.join(', ')}${more}`);
}
