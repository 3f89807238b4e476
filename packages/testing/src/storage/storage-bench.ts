import { type ErrorCode, FreezerError, messageOf, type Storage } from '@freezer/core';
import { expect } from '@jest/globals';

/** What a case of the storage contract works with. */
export interface StorageBench {
  /** Empty and prepared. */
  readonly storage: Storage;
  /** A second instance on the same place, as another run has it. Closed by the suite. */
  readonly openAnother: () => Promise<Storage>;
  /** Size of the large object in bytes. */
  readonly largeBytes: number;
  /** Number of objects of the long listing. */
  readonly manyObjects: number;
  /** Whether the storage can hold an object of this name (one segment of a key). */
  readonly allowsName: (name: string) => boolean;
}

/** Every key below a prefix, sorted. */
export async function keysOf(storage: Storage, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys.toSorted();
}

/** `name` or `name/` of each child, sorted. */
export async function childrenOf(storage: Storage, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFolder } of storage.children(prefix)) names.push(isFolder ? `${name}/` : name);
  return names.toSorted();
}

/** Fails unless the call rejects with a FreezerError of this code. */
export async function expectCode(call: () => Promise<unknown>, code: ErrorCode): Promise<void> {
  const error = await caught(call);
  if (!FreezerError.is(error, code)) throw new TypeError(`rejected with '${messageOf(error)}', which is no FreezerError '${code}'`, { cause: error });
  expect(error.message).not.toMatch(/\n/);
}

/** What a call rejects with. Fails when it does not. */
export async function caught(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new TypeError('the call did not reject');
}

/** One turn of the event loop. */
export const turn = async (): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
};

/** Runs `look` again and again while `work` is going on, and at least once after it. */
export async function watching(look: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  let done = false;
  const watch = async (): Promise<void> => {
    while (!done) {
      await look();
      await turn();
    }
    await look();
  };
  const finish = async (): Promise<void> => {
    try {
      await work();
    } finally {
      done = true;
    }
  };
  await Promise.all([watch(), finish()]);
}
