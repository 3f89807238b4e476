import { type BytePath, displayPath, type EntryType, type HeldEntry } from '@freezer/core';
import { formatInstant, printable } from '@freezer/terminal';

const TYPE_CHARS: Readonly<Record<EntryType, string>> = {
  file: '-',
  link: '-',
  directory: 'd',
  symlink: 'l',
  fifo: 'p',
  character: 'c',
  block: 'b',
  socket: 's',
};

/** `-rw-r--r--`, as ls shows it. */
function modeText({ type, mode }: HeldEntry): string {
  const bits = [...'rwxrwxrwx'].map((char, at) => ((mode & (0o400 >> at)) === 0 ? '-' : char));
  for (const [bit, at, char] of [
    [0o4000, 2, 's'],
    [0o2000, 5, 's'],
    [0o1000, 8, 't'],
  ] as const) {
    if ((mode & bit) !== 0) bits[at] = bits[at] === 'x' ? char : char.toUpperCase();
  }
  return TYPE_CHARS[type] + bits.join('');
}

/** Whole seconds since the epoch, downwards. */
const secondsOf = ({ mtimeNs }: HeldEntry): number => Math.floor(Number(mtimeNs / 1_000_000n) / 1000);

/** Mode, owner, size and time in columns. */
export const attributeText = (entry: HeldEntry): string =>
  `${modeText(entry)} ${String(entry.uid).padStart(5)} ${String(entry.gid).padStart(5)} ${String(entry.size).padStart(11)} ${formatInstant(secondsOf(entry))}`;

/** The path, and what a link refers to. */
export function pathText({ path, type, target }: HeldEntry): string {
  const name = printable(displayPath(path));
  if (target === undefined) return name;
  return `${name} ${type === 'link' ? '=' : '->'} ${printable(displayPath(target))}`;
}

/** A byte path in JSON: as text, and, when it is no UTF-8, its bytes besides. */
export function jsonPath(key: string, path: BytePath): Readonly<Record<string, string>> {
  const text = displayPath(path);
  const isText = Buffer.from(text, 'utf8').toString('latin1') === path;
  return isText ? { [key]: text } : { [key]: text, [`${key}_base64`]: Buffer.from(path, 'latin1').toString('base64') };
}

/** An entry as a JSON object. Times are UTC, `mtime_ns` a decimal number as text. */
export function jsonEntry(entry: HeldEntry): Readonly<Record<string, unknown>> {
  const date = new Date(Number(entry.mtimeNs / 1_000_000n));
  return {
    ...jsonPath('path', entry.path),
    type: entry.type,
    size: entry.size,
    mtime: Number.isNaN(date.getTime()) ? null : date.toISOString(),
    mtime_ns: String(entry.mtimeNs),
    mode: entry.mode.toString(8).padStart(4, '0'),
    uid: entry.uid,
    gid: entry.gid,
    ...(entry.target === undefined ? {} : jsonPath('target', entry.target)),
    ...(entry.device === undefined ? {} : { device: entry.device }),
  };
}

/** Of times in the last second before 1970 tar lists the fraction without its sign; read from an archive they have it. */
const isSameTime = (one: bigint, other: bigint): boolean => one === other || (one === -other && one / 1_000_000_000n === 0n);

/** What differs between two entries of the same path. */
export type EntryFacet = 'type' | 'size' | 'mtime' | 'mode' | 'owner' | 'target' | 'device';

export function facetsThatDiffer(older: HeldEntry, newer: HeldEntry): readonly EntryFacet[] {
  const facets: EntryFacet[] = [];
  if (older.type !== newer.type) facets.push('type');
  if (older.size !== newer.size) facets.push('size');
  if (!isSameTime(older.mtimeNs, newer.mtimeNs)) facets.push('mtime');
  if (older.mode !== newer.mode) facets.push('mode');
  if (older.uid !== newer.uid || older.gid !== newer.gid) facets.push('owner');
  if (older.target !== newer.target) facets.push('target');
  if (older.device?.major !== newer.device?.major || older.device?.minor !== newer.device?.minor) facets.push('device');
  return facets;
}
