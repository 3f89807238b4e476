import { readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { systemCodeOf } from '@freezer/core';
import { formatTime } from './format-time.ts';

/** The words of oslo.log, in small letters. */
export type IntervalUnit = 'seconds' | 'minutes' | 'hours' | 'days' | 'weekday' | 'midnight';

/** When a log file is put aside, and how many of those are kept. */
export type Rotation =
  | { readonly kind: 'size'; readonly maxBytes: number; readonly keep: number }
  /** `every` counts units; with `weekday` it is the day at whose end the file is put aside, 0 for Monday. */
  | { readonly kind: 'interval'; readonly unit: IntervalUnit; readonly every: number; readonly keep: number };

const UNIT_MS = { seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;

/** As Python's TimedRotatingFileHandler names the files that it puts aside. */
const SUFFIX: Readonly<Record<IntervalUnit, string>> = {
  seconds: '%Y-%m-%d_%H-%M-%S',
  minutes: '%Y-%m-%d_%H-%M',
  hours: '%Y-%m-%d_%H',
  days: '%Y-%m-%d',
  weekday: '%Y-%m-%d',
  midnight: '%Y-%m-%d',
};

/** When a file that was begun at `begun` is to be put aside. Epoch milliseconds. */
export function endOfInterval(unit: IntervalUnit, every: number, begun: number): number {
  const at = new Date(begun);
  const midnight = (days: number): number => new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime();
  if (unit === 'midnight') return midnight(every);
  if (unit === 'weekday') return midnight(((every - ((at.getDay() + 6) % 7) + 7) % 7) + 1);
  return begun + every * UNIT_MS[unit];
}

export interface LogFileState {
  readonly size: number;
  /** Epoch milliseconds. */
  readonly begun: number;
}

/** Whether the file must be put aside before `bytes` more are written. */
export function isRotationDue(rotation: Rotation, file: LogFileState, bytes: number, now: number): boolean {
  if (file.size === 0) return false;
  if (rotation.kind === 'size') return rotation.keep > 0 && file.size + bytes > rotation.maxBytes;
  return now >= endOfInterval(rotation.unit, rotation.every, file.begun);
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}

/** `log.1` is the newest. */
function shiftNumbers(path: string, keep: number): void {
  for (let number = keep - 1; number >= 1; number--) moveIfThere(`${path}.${number}`, `${path}.${number + 1}`);
  moveIfThere(path, `${path}.1`);
}

function shiftTimes(path: string, unit: IntervalUnit, begun: number, keep: number): void {
  const folder = dirname(path);
  const head = `${basename(path)}.`;
  const aside = (): string[] => readdirSync(folder).filter((name) => name.startsWith(head) && /^\d{4}-\d\d-\d\d[\d_.-]*$/.test(name.slice(head.length)));
  const name = head + formatTime(new Date(begun), SUFFIX[unit]);
  const taken = new Set(aside());
  let free = name;
  for (let number = 1; taken.has(free); number++) free = `${name}.${number}`;
  moveIfThere(path, join(folder, free));
  if (keep === 0) return;
  for (const old of aside().toSorted().slice(0, -keep)) rmSync(join(folder, old), { force: true });
}

/** Puts the file aside, and removes those that are too many; with `keep` 0 a rotation by time keeps all. */
export function putAside(path: string, rotation: Rotation, begun: number): void {
  if (rotation.kind === 'size') shiftNumbers(path, rotation.keep);
  else shiftTimes(path, rotation.unit, begun, rotation.keep);
}
