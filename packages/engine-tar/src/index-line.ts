import { type BytePath, type EntryType, FreezerError, type HeldEntry } from '@freezer/core';
import { readQuotedName } from './quoted-name.ts';

const TYPES: Readonly<Record<string, EntryType>> = {
  '-': 'file',
  C: 'file',
  S: 'file',
  d: 'directory',
  D: 'directory',
  l: 'symlink',
  h: 'link',
  p: 'fifo',
  c: 'character',
  b: 'block',
};

// Mode, an optional mark for ACLs, xattrs or a label, numeric owner, size or device, time. The name follows.
const LINE = /^([-CSdDlhpcb])([-r][-w][-xsS][-r][-w][-xsS][-r][-w][-xtT])(\S?) +(\d+)\/(\d+) +(\d+)(?:,(\d+))? ([^ "]*(?: [^ "]+)*) *(?=")/;

/** An entry, and the size that tar printed (of a dump list, where the archive is in the GNU format). */
export interface IndexLine {
  readonly entry: HeldEntry;
  readonly printedSize: number;
  /** Whether the entry has an ACL. */
  readonly hasAcl: boolean;
}

/** Whether a line is one of an entry, and not of a dump list. */
export const isEntryLine = (line: string): boolean => LINE.test(line);

/**
 * Reads a line of `-v -v --full-time --numeric-owner --quoting-style=c` under TZ=UTC0. Undefined for a volume label and the like.
 * Fails with `corrupt` when it is no such line.
 */
export function parseIndexLine(line: string): IndexLine | undefined {
  const match = LINE.exec(line);
  if (match === null) {
    if (/^[VMKL]/.test(line)) return undefined;
    throw new FreezerError('corrupt', `tar: a line of its index cannot be read: '${line.slice(0, 200)}'`);
  }
  const [head, typeChar = '-', permissions = '', mark, uid, gid, size, minor, time = ''] = match;
  const type = TYPES[typeChar] ?? 'file';
  const name = readQuotedName(line, head.length);
  const printedSize = Number(size);
  const target = readTarget(line, name.end, type);
  const plain: HeldEntry = {
    kind: 'held',
    path: sourcePathOf(name.value),
    type,
    size: type === 'file' ? printedSize : 0,
    mtimeNs: parseTime(time),
    mode: parseMode(permissions),
    uid: Number(uid),
    gid: Number(gid),
  };
  const hasAcl = mark === '+';
  // Most entries are plain, and parts that are spread into an object cost as much as the rest of the line.
  if (target !== undefined) return { entry: { ...plain, target }, printedSize, hasAcl };
  if (minor !== undefined) return { entry: { ...plain, device: { major: printedSize, minor: Number(minor) } }, printedSize: 0, hasAcl };
  return { entry: plain, printedSize, hasAcl };
}

/** The name of a member as a path of the source: without `./` before and `/` behind; the source itself is `.`. */
export function sourcePathOf(name: string): BytePath {
  let start = 0;
  let end = name.length;
  while (name.startsWith('./', start)) start += 2;
  while (end > start && name.charCodeAt(end - 1) === 47) end -= 1;
  return start >= end ? '.' : name.slice(start, end);
}

function readTarget(line: string, at: number, type: EntryType): BytePath | undefined {
  if (type === 'symlink' && line.startsWith(' -> ', at)) return readQuotedName(line, at + 4).value;
  if (type === 'link' && line.startsWith(' link to ', at)) return sourcePathOf(readQuotedName(line, at + 9).value);
  return undefined;
}

const SPECIAL = 'sStT';

/** There are few, and most entries have the same. */
const modes = new Map<string, number>();

function parseMode(permissions: string): number {
  let mode = modes.get(permissions);
  if (mode === undefined) modes.set(permissions, (mode = readMode(permissions)));
  return mode;
}

function readMode(permissions: string): number {
  let mode = 0;
  for (let at = 0; at < 9; at += 1) {
    const char = permissions.charAt(at);
    const isSpecial = SPECIAL.includes(char);
    if (isSpecial) mode |= at === 2 ? 0o4000 : at === 5 ? 0o2000 : 0o1000;
    if (char !== '-' && char !== 'S' && char !== 'T') mode |= 0o400 >> at;
  }
  return mode;
}

const TIME = /^(-?\d+-\d\d-\d\d \d\d:\d\d):(\d\d)(?:\.(\d{1,9}))?$/;
const SECONDS = /^(-?\d+)(?:\.(\d{1,9}))?$/;

const NANOSECONDS = 1_000_000_000;
/** After so many years the calendar repeats itself, to the day. JavaScript's dates end with the year 275760, those of file systems do not. */
const CYCLE_YEARS = 400;
const CYCLE_SECONDS = 146_097 * 86_400;

/** Nanoseconds since the epoch. Before 1970 tar prints the seconds rounded up, and the fraction as what is to be taken away from them. */
export function parseTime(text: string): bigint {
  const match = TIME.exec(text);
  if (match !== null) return withFraction(nanosecondsOfMinute(match[1] ?? ''), Number(match[2]), match[3]);
  const plain = SECONDS.exec(text);
  if (plain === null) throw new FreezerError('corrupt', `tar: a time of its index cannot be read: '${text}'`);
  return withFraction(BigInt(plain[1] ?? '') * BigInt(NANOSECONDS), 0, plain[2]);
}

function withFraction(start: bigint, seconds: number, digits = ''): bigint {
  const fraction = Number(digits.padEnd(9, '0'));
  return start + BigInt(seconds * NANOSECONDS + (start < 0n ? -fraction : fraction));
}

/** Files that lie together are often of one time. */
let lastMinute = '1970-01-01 00:00';
let lastMinuteStart = 0n;

function nanosecondsOfMinute(minute: string): bigint {
  if (minute === lastMinute) return lastMinuteStart;
  const year = Number(minute.slice(0, -12));
  const cycles = Math.floor(year / CYCLE_YEARS);
  const date = new Date(0);
  date.setUTCFullYear(year - cycles * CYCLE_YEARS, Number(minute.slice(-11, -9)) - 1, Number(minute.slice(-8, -6)));
  date.setUTCHours(Number(minute.slice(-5, -3)), Number(minute.slice(-2)));
  lastMinute = minute;
  lastMinuteStart = (BigInt(date.getTime() / 1000) + BigInt(cycles) * BigInt(CYCLE_SECONDS)) * BigInt(NANOSECONDS);
  return lastMinuteStart;
}
