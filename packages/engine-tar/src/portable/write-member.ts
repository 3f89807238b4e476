import type { HeldEntry } from '@freezer/core';
import { formatPaxHeader, type PaxRecord } from '../pax-records.ts';
import { BLOCK_BYTES } from './tar-header.ts';

const TYPEFLAGS: Readonly<Record<HeldEntry['type'], string>> = {
  file: '0',
  link: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
  socket: '6',
};
const NAME_BYTES = 100;
const SECOND = 1_000_000_000n;

/** The header blocks of an entry in the POSIX format. What the plain header has no room for, stands in an extended one before it. */
export function memberHeader(entry: HeldEntry, name: string): readonly Buffer[] {
  const link = entry.target ?? '';
  const linkName = entry.type === 'link' ? name.slice(0, name.length - entry.path.length) + link : link;
  const records: PaxRecord[] = [];
  const seconds = entry.mtimeNs / SECOND;
  if (!isPlain(name)) records.push({ key: 'path', value: name });
  if (!isPlain(linkName)) records.push({ key: 'linkpath', value: linkName });
  if (entry.mtimeNs < 0n || entry.mtimeNs % SECOND !== 0n || seconds > 0o77777777777n) records.push({ key: 'mtime', value: decimalTime(entry.mtimeNs) });
  if (entry.size > 0o77777777777) records.push({ key: 'size', value: String(entry.size) });
  for (const key of ['uid', 'gid'] as const) if (entry[key] > 0o7777777) records.push({ key, value: String(entry[key]) });
  return [...(records.length > 0 ? formatPaxHeader(records) : []), plainHeader(entry, name, linkName)];
}

const isPlain = (name: string): boolean => name.length <= NAME_BYTES && !/[\x80-\xff]/.test(name);

function plainHeader(entry: HeldEntry, name: string, linkName: string): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name.slice(0, NAME_BYTES), 0, 'latin1');
  const seconds = entry.mtimeNs / SECOND;
  const fields: readonly (readonly [at: number, digits: number, value: number])[] = [
    [100, 7, entry.mode],
    [108, 7, Math.min(entry.uid, 0o7777777)],
    [116, 7, Math.min(entry.gid, 0o7777777)],
    [124, 11, Math.min(entry.size, 0o77777777777)],
    [136, 11, Number(seconds < 0n ? 0n : seconds > 0o77777777777n ? 0o77777777777n : seconds)],
    [329, 7, entry.device?.major ?? 0],
    [337, 7, entry.device?.minor ?? 0],
  ];
  for (const [at, digits, value] of fields) header.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  header.write(TYPEFLAGS[entry.type], 156, 'latin1');
  header.write(linkName.slice(0, NAME_BYTES), 157, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function decimalTime(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const fraction = String(size % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${ns < 0n ? '-' : ''}${size / SECOND}${fraction === '' ? '' : `.${fraction}`}`;
}
