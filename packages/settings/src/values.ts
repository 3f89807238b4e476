import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { FreezerError, parseDate } from '@freezer/core';
import { printable } from '@freezer/terminal';
import { allowedText } from './allowed-text.ts';
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
/** As far as a Date reaches back from 1970. */
const MAX_DAYS = 100_000_000;
const DAYS: Readonly<Record<string, number>> = { '': 1, h: 1 / 24, d: 1, w: 7 };

const wrong = (option: Option, place: string, reason: string): FreezerError =>
  new FreezerError('invalid', `${place}: ${reason}; allowed: ${allowedText(option)}`);

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
  if (option.min !== undefined && value < option.min) throw wrong(option, place, `${shown} is less than ${option.min}`);
  if (option.max !== undefined && value > option.max) throw wrong(option, place, `${shown} is more than ${option.max}`);
  return value;
}

function readInt(option: Option, text: string, place: string): number {
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw wrong(option, place, `'${printable(text)}' is not a whole number`);
  return value;
}

function readFloat(option: Option, text: string, place: string): number {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?$/i.test(text)) throw wrong(option, place, `'${printable(text)}' is not a number`);
  return Number(text);
}

function readSize(option: Option, text: string, place: string): number {
  const match = /^([+-]?\d+)\s*([kmgt]?)(?:i?b)?$/i.exec(text);
  const value = match ? Number(match[1]) * (POWER[(match[2] ?? '').toLowerCase()] ?? Number.NaN) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw wrong(option, place, `'${printable(text)}' is not a size`);
  return value;
}

function readDays(option: Option, text: string, place: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*([hdw]?)$/i.exec(text);
  if (!match) throw wrong(option, place, `'${printable(text)}' is not a number of days`);
  const days = Number(match[1]) * (DAYS[(match[2] ?? '').toLowerCase()] ?? 1);
  if (days > MAX_DAYS) throw wrong(option, place, `${printable(text)} is more than ${MAX_DAYS} days`);
  return days;
}

function readInstant(option: Option, text: string, at: ValuePlace): number {
  try {
    const date = parseDate(text);
    if (date.note !== undefined) at.note?.(`${at.place}: ${date.note}`);
    return date.at;
  } catch (error) {
    throw new FreezerError('invalid', `${at.place}: '${printable(text)}' is not a date; allowed: ${allowedText(option)}`, { cause: error });
  }
}

function readMode(option: Option, text: string, place: string): number {
  const rights = /^0?o?[0-7]{3}$/.test(text) ? Number.parseInt(text.slice(-3), 8) : 0;
  if ((rights & 0o600) !== 0o600 || (rights & 0o111) !== 0)
    throw wrong(option, place, `'${printable(text)}' is not the rights of a file that its owner can read and write`);
  return rights;
}

const withoutPrefix = (text: string, prefix = ''): string => (text.startsWith(prefix) ? text.slice(prefix.length) : text);

function readChoice(option: Option, text: string, place: string): string {
  const choices = option.choices ?? [];
  const word = option.anyCase ? withoutPrefix(text.toLowerCase(), option.prefix?.toLowerCase()) : text;
  if (choices.includes(word)) return word;
  const nearest = nearestName(text.toLowerCase(), choices);
  throw new FreezerError(
    'invalid',
    `${place}: '${printable(text)}' is unknown; allowed: ${allowedText(option)}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`,
  );
}

function readPath(option: Option, written: string, at: ValuePlace): string {
  const text = option.trimmed ? written.trim() : written;
  if (text === '') throw wrong(option, at.place, 'must not be empty');
  if (text.includes('\0')) throw wrong(option, at.place, 'must not hold a NUL byte');
  return text === '-' ? text : resolve(at.cwd, expandHome(text, at.home));
}

/** One value of an option from its text. Fails with `invalid`, naming place, value and what is allowed. */
export function readValue(option: Option, text: string, at: ValuePlace): string | number | boolean {
  const { place } = at;
  switch (option.type) {
    case 'bool':
    case 'switch': {
      const value = readBoolean(text);
      if (value === undefined) throw wrong(option, place, `'${printable(text)}' is neither true nor false`);
      return value;
    }
    case 'int':
      return inRange(option, readInt(option, text, place), text, place);
    case 'float':
      return inRange(option, readFloat(option, text, place), text, place);
    case 'size':
      return inRange(option, readSize(option, text, place), text, place);
    case 'days':
      return inRange(option, readDays(option, text, place), text, place);
    case 'date':
      return readInstant(option, text, at);
    case 'mode':
      return readMode(option, text, place);
    case 'choice':
    case 'kind':
      return readChoice(option, text, place);
    case 'path':
      return readPath(option, text, at);
    case 'string':
      return text;
  }
}
