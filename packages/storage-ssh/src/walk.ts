import { abortable, type CallOptions, type ObjectInfo, type StorageChild, type StorageKey, TEMPORARY } from '@freezer/core';
import type { FileEntryWithStats, Stats } from 'ssh2';
import { entriesOf } from './entries.ts';
import { lookBehind } from './folders.ts';
import type { Session } from './session.ts';

/** What a name is, symbolic links followed. */
interface Found {
  readonly name: string;
  readonly info: Stats;
  readonly isLink: boolean;
}

/** So many links are followed at a time. */
const LINKS_IN_FLIGHT = 32;

const join = (prefix: StorageKey, name: string): StorageKey => (prefix === '' ? name : `${prefix}/${name}`);

/** `.freezer-tmp` lies in the container. */
const isHidden = (prefix: StorageKey, name: string): boolean => name === TEMPORARY && prefix === '';

/** Every object below a folder. Links to folders are followed, except into a folder that is being listed already. */
export async function* walk(session: Session, folder: string, prefix: StorageKey, { signal }: CallOptions): AsyncGenerator<ObjectInfo, void, undefined> {
  const visit = async function* (place: string, key: StorageKey, above: readonly string[]): AsyncGenerator<ObjectInfo, void, undefined> {
    for await (const { name, info, isLink } of found(session, place, key, signal)) {
      const path = `${place === '/' ? '' : place}/${name}`;
      if (info.isFile()) yield { key: join(key, name), size: info.size, modifiedAt: info.mtime * 1000 };
      if (!info.isDirectory()) continue;
      const real = isLink ? await session.realpath(path) : path;
      if (!isLink || !above.includes(real)) yield* visit(path, join(key, name), [...above, real]);
    }
  };
  const top = await abortable(lookBehind(session, folder), signal);
  if (top?.isDirectory() === true) yield* visit(folder, prefix, [await session.realpath(folder)]);
}

/** The names directly in a folder. */
export async function* childrenOf(
  session: Session,
  folder: string,
  prefix: StorageKey,
  { signal }: CallOptions,
): AsyncGenerator<StorageChild, void, undefined> {
  for await (const { name, info } of found(session, folder, prefix, signal)) {
    if (info.isFile() || info.isDirectory()) yield { name, isFolder: info.isDirectory() };
  }
}

async function* found(session: Session, folder: string, prefix: StorageKey, signal: AbortSignal | undefined): AsyncGenerator<Found, void, undefined> {
  for await (const batch of entriesOf(session, folder, signal)) {
    const plain = batch.filter(({ filename }) => !isHidden(prefix, filename));
    for (const { filename, attrs } of plain) if (!attrs.isSymbolicLink()) yield { name: filename, info: attrs, isLink: false };
    const links = plain.filter(({ attrs }) => attrs.isSymbolicLink());
    for (let start = 0; start < links.length; start += LINKS_IN_FLIGHT) yield* await followed(session, folder, links.slice(start, start + LINKS_IN_FLIGHT));
  }
}

/** Links that lead nowhere are left out. */
async function followed(session: Session, folder: string, links: readonly FileEntryWithStats[]): Promise<readonly Found[]> {
  const infos = await Promise.all(links.map(async ({ filename }) => await lookBehind(session, `${folder === '/' ? '' : folder}/${filename}`)));
  return links.flatMap(({ filename }, index) => {
    const info = infos[index];
    return info === undefined ? [] : [{ name: filename, info, isLink: true }];
  });
}
