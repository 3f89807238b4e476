import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { FreezerError, parseDate } from '@freezer/core';
import type { Option } from './option.ts';
import { nearestName } from './suggest.ts';

/** Where a value stands, and what relative paths are relative to. */
export interface ValuePlace {
  /** Begins the message of a wrong value: `--max-level`, or `job.ini: max_level`. */
  readonly place: string;
  readonly home: string;
  readonly cwd: string;
  /** Takes what had to be decided about a value that is right. */
  readonly note?: (text: string) => void;
}

const TRUE = new Set(['true', 'yes', 'on', '1']);
const FALSE = new Set(['false', 'no', 'off', '0']);
const POWER: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
const DAYS: Readonly<Record<string, number>> = { '': 1, h: 1 / 24, d: 1, w: 7 };

function wrong(place: string, reason: string): FreezerError {
  return new FreezerError('invalid', `${place}: ${reason}`);
}

/** True or false for the words that mean it, in any case; undefined for others. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}

/** `~` and `~/...` become paths below the home directory. */
export function expandHome(path: string, home: string = homedir()): string {
  return path === '~' || path.startsWith('~/') ? home + path.slice(1) : path;
}

function inRange(option: Option, value: number, shown: string, place: string): number {
  if (option.min !== undefined && value < option.min) throw wrong(place, `${shown} is less than ${option.min}`);
  if (option.max !== undefined && value > option.max) throw wrong(place, `${shown} is more than ${option.max}`);
  return value;
}

function readInt(text: string, place: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw wrong(place, `'${text}' is not a whole number`);
  return value;
}

function readFloat(text: string, place: string): number {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?$/i.test(text)) throw wrong(place, `'${text}' is not a number`);
  return Number(text);
}

function readSize(text: string, place: string): number {
  const match = /^([+-]?\d+)\s*([kmgt]?)(?:i?b)?$/i.exec(text);
  const value = match ? Number(match[1]) * (POWER[(match[2] ?? '').toLowerCase()] ?? Number.NaN) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw wrong(place, `'${text}' is not a size; allowed: bytes, or with a unit, as in 1k, 10K, 120M, 10G`);
  return value;
}

function readDays(text: string, place: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*([hdw]?)$/i.exec(text);
  if (!match) throw wrong(place, `'${text}' is not a number of days; allowed: days, or with a unit, as in 30, 0.5, 12h, 7d, 2w`);
  return Number(match[1]) * (DAYS[(match[2] ?? '').toLowerCase()] ?? 1);
}

function readInstant(text: string, at: ValuePlace): number {
  try {
    const date = parseDate(text);
    if (date.note !== undefined) at.note?.(`${at.place}: ${date.note}`);
    return date.at;
  } catch (error) {
    throw new FreezerError(
      'invalid',
      `${at.place}: '${text}' is not a date; allowed: YYYY-MM-DDThh:mm:ss in local time, or with Z or an offset such as +02:00`,
      { cause: error },
    );
  }
}

function readMode(text: string, place: string): number {
  const rights = /^0?o?[0-7]{3}$/.test(text) ? Number.parseInt(text.slice(-3), 8) : 0;
  if ((rights & 0o600) !== 0o600 || (rights & 0o111) !== 0)
    throw wrong(place, `'${text}' is not the rights of a file that its owner can read and write; allowed: 0600, 0640, 0660, 0644 and the like`);
  return rights;
}

const withoutPrefix = (text: string, prefix = ''): string => (text.startsWith(prefix) ? text.slice(prefix.length) : text);

function readChoice(option: Option, text: string, place: string): string {
  const choices = option.choices ?? [];
  const word = option.anyCase ? withoutPrefix(text.toLowerCase(), option.prefix?.toLowerCase()) : text;
  if (choices.includes(word)) return word;
  const nearest = nearestName(text.toLowerCase(), choices);
  throw wrong(place, `'${text}' is unknown; allowed: ${choices.join(', ')}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`);
}

function readPath(text: string, at: ValuePlace): string {
  if (text === '') throw wrong(at.place, 'must not be empty');
  if (text.includes('\0')) throw wrong(at.place, 'must not hold a NUL byte');
  return text === '-' ? text : resolve(at.cwd, expandHome(text, at.home));
}

/** One value of an option from its text. Fails with `invalid`, naming place, value and what is allowed. */
export function readValue(option: Option, text: string, at: ValuePlace): string | number | boolean {
  const { place } = at;
  switch (option.type) {
    case 'bool':
    case 'switch': {
      const value = readBoolean(text);
      if (value === undefined) throw wrong(place, `'${text}' is neither true nor false`);
      return value;
    }
    case 'int':
      return inRange(option, readInt(text, place), text, place);
    case 'float':
      return inRange(option, readFloat(text, place), text, place);
    case 'size':
      return inRange(option, readSize(text, place), text, place);
    case 'days':
      return inRange(option, readDays(text, place), text, place);
    case 'date':
      return readInstant(text, at);
    case 'mode':
      return readMode(text, place);
    case 'choice':
    case 'kind':
      return readChoice(option, text, place);
    case 'path':
      return readPath(text, at);
    case 'string':
      return text;
  }
}
