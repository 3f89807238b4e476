import type { Dirent, Stats } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { type CallOptions, type ObjectInfo, type StorageChild, type StorageKey, TEMPORARY } from '@freezer/core';
import { type Deed, isSystemError, translated } from './failure.ts';

/** So many entries are read, and asked about, at a time. */
const BATCH = 64;

/** What a name is; `info`, symbolic links followed, is missing of what is a folder itself. */
interface Found {
  readonly name: string;
  readonly info: Stats | undefined;
}

const join = (prefix: StorageKey, name: string): StorageKey => (prefix === '' ? name : `${prefix}/${name}`);

/** Every object below a folder. Links to folders are followed, except into a folder that is being listed already. */
export async function* walk(folder: string, prefix: StorageKey, deed: Deed, { signal }: CallOptions): AsyncGenerator<ObjectInfo> {
  const visit = async function* (place: string, key: StorageKey, above: readonly string[]): AsyncGenerator<ObjectInfo> {
    const folders = [...above, place];
    for await (const batch of batches(place, deed, signal)) {
      for (const { name, info } of await look(place, batch, deed)) {
        if (isHidden(key, name)) continue;
        if (info?.isFile()) yield { key: join(key, name), size: info.size, modifiedAt: info.mtimeMs };
        const isFolder = info === undefined || (info.isDirectory() && !(await isOneOf(folders, info)));
        if (isFolder) yield* visit(`${place}/${name}`, join(key, name), folders);
      }
    }
  };
  yield* visit(folder, prefix, []);
}

/** Only a link can lead back to a folder above it. */
async function isOneOf(folders: readonly string[], { dev, ino }: Stats): Promise<boolean> {
  const infos = await Promise.all(folders.map((folder) => stat(folder).catch(() => undefined)));
  return infos.some((info) => info?.dev === dev && info.ino === ino);
}

/** The names directly in a folder. */
export async function* childrenOf(folder: string, prefix: StorageKey, deed: Deed, { signal }: CallOptions): AsyncGenerator<StorageChild> {
  for await (const batch of batches(folder, deed, signal)) {
    const plain = batch.filter((entry) => !isHidden(prefix, entry.name));
    for (const entry of plain) if (entry.isFile() || entry.isDirectory()) yield { name: entry.name, isFolder: entry.isDirectory() };
    const links = plain.filter((entry) => entry.isSymbolicLink());
    for (const { name, info } of await look(folder, links, deed)) if (info?.isFile() || info?.isDirectory()) yield { name, isFolder: info.isDirectory() };
  }
}

/** `.freezer-tmp` lies in the container, or in a folder directly in it that is a file system of its own. */
const isHidden = (prefix: StorageKey, name: string): boolean => name === TEMPORARY && !prefix.includes('/');

async function* batches(folder: string, deed: Deed, signal: AbortSignal | undefined): AsyncGenerator<Dirent[]> {
  try {
    let batch: Dirent[] = [];
    signal?.throwIfAborted();
    for await (const entry of await opendir(folder, { bufferSize: BATCH })) {
      // A name that is no UTF-8 has no key.
      if (!entry.name.includes('\uFFFD')) batch.push(entry);
      if (batch.length < BATCH) continue;
      yield batch;
      signal?.throwIfAborted();
      batch = [];
    }
    yield batch;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    // Removed meanwhile, or an object and no folder: nothing lies below it.
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw translated(error, deed);
  }
}

async function look(folder: string, batch: readonly Dirent[], deed: Deed): Promise<Found[]> {
  const found = await Promise.all(
    batch.map(async (entry) => (entry.isDirectory() ? { name: entry.name, info: undefined } : await lookAt(folder, entry.name, deed))),
  );
  return found.filter((each) => each !== undefined);
}

async function lookAt(folder: string, name: string, deed: Deed): Promise<{ readonly name: string; readonly info: Stats } | undefined> {
  try {
    return { name, info: await stat(`${folder}/${name}`) };
  } catch (error) {
    // Removed meanwhile, or a link that leads nowhere.
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw translated(error, { ...deed, path: `${folder}/${name}` });
  }
}
