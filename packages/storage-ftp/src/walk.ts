import { type CallOptions, inFolder, type ObjectInfo, type StorageChild, type StorageKey, TEMPORARY } from '@freezer/core';
import type { Connections } from './connections.ts';
import type { Entry } from './listing.ts';
import { lookAt } from './look.ts';
import type { Session } from './session.ts';

/** What is listed, and with what. */
export interface Listing {
  readonly connections: Connections;
  readonly folder: string;
  readonly prefix: StorageKey;
}

interface Visited {
  /** Links followed; those that lead nowhere are left out. */
  readonly entries: readonly Entry[];
  /** Where the folder really is. */
  readonly real: string;
}

const join = (prefix: StorageKey, name: string): StorageKey => (prefix === '' ? name : `${prefix}/${name}`);

/** Every object below a folder. Links to folders are followed, except into a folder that is being listed already. */
export async function* walk({ connections, folder, prefix }: Listing, options: CallOptions): AsyncGenerator<ObjectInfo, void, undefined> {
  const visit = async function* (place: string, key: StorageKey, above: readonly string[]): AsyncGenerator<ObjectInfo, void, undefined> {
    const visited = await connections.use(options, async (session) => await visitFolder(session, place, key));
    if (visited === undefined || above.includes(visited.real)) return;
    for (const { name, type, size, modifiedAt } of visited.entries) {
      if (type === 'file') yield { key: join(key, name), size, ...(modifiedAt === undefined ? {} : { modifiedAt }) };
      if (type === 'folder') yield* visit(inFolder(place, name), join(key, name), [...above, visited.real]);
    }
  };
  yield* visit(folder, prefix, []);
}

/** The names directly in a folder. */
export async function* childrenOf({ connections, folder, prefix }: Listing, options: CallOptions): AsyncGenerator<StorageChild, void, undefined> {
  const visited = await connections.use(options, async (session) => await visitFolder(session, folder, prefix));
  for (const { name, type } of visited?.entries ?? []) if (type === 'file' || type === 'folder') yield { name, isFolder: type === 'folder' };
}

async function visitFolder(session: Session, folder: string, prefix: StorageKey): Promise<Visited | undefined> {
  let shown = await session.entries(folder);
  // Absent, or an object; or a failure that must not look like an empty folder; or one that was made just now.
  while (shown === undefined) {
    if ((await lookAt(session, folder))?.type !== 'folder') return undefined;
    shown = await session.entries(folder);
  }
  const real = await session.currentFolder();
  const entries: Entry[] = [];
  for (const entry of shown) {
    // It lies in the container.
    if (prefix === '' && entry.name === TEMPORARY) continue;
    if (entry.type !== 'link') entries.push(entry);
    else {
      const found = await lookAt(session, inFolder(folder, entry.name));
      if (found) entries.push({ ...entry, ...found });
    }
  }
  return { entries, real };
}
