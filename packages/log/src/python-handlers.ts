import { resolve } from 'node:path';
import type { LogTarget } from './log-plan.ts';
import { type PythonValue, readPythonDict, readPythonTuple } from './python-literal.ts';
import type { IntervalUnit, Rotation } from './rotation.ts';
import { facilityOf } from './severity.ts';

/** The arguments of a handler, by position or by name. */
class HandlerArguments {
  readonly #tuple: readonly PythonValue[];
  readonly #dict: ReadonlyMap<string, PythonValue>;

  constructor(args: string, kwargs: string) {
    this.#tuple = readPythonTuple(args);
    this.#dict = readPythonDict(kwargs);
  }

  value(position: number, name: string): PythonValue {
    return this.#tuple[position] ?? this.#dict.get(name);
  }

  text(position: number, name: string): string | undefined {
    const value = this.value(position, name);
    return typeof value === 'string' ? value : undefined;
  }

  number(position: number, name: string, otherwise: number): number {
    const value = this.value(position, name);
    return typeof value === 'number' ? value : otherwise;
  }

  /** The last word of a name, `SysLogHandler.LOG_LOCAL0`, or of a text. */
  word(position: number, name: string): string | undefined {
    const value = this.value(position, name);
    return typeof value === 'object' ? value.name.split('.').at(-1) : typeof value === 'string' ? value : undefined;
  }
}

const UNITS: Readonly<Record<string, IntervalUnit>> = { S: 'seconds', M: 'minutes', H: 'hours', D: 'days', MIDNIGHT: 'midnight' };

function timed(given: HandlerArguments): Rotation {
  const when = (given.text(1, 'when') ?? 'H').toUpperCase();
  const keep = given.number(3, 'backupCount', 0);
  if (when.startsWith('W')) return { kind: 'interval', unit: 'weekday', every: Number(when.slice(1)) % 7 || 0, keep };
  return { kind: 'interval', unit: UNITS[when] ?? 'hours', every: Math.max(1, given.number(2, 'interval', 1)), keep };
}

function file(given: HandlerArguments, place: string, cwd: string, more: { readonly follow?: boolean; readonly rotation?: Rotation }): LogTarget | string {
  const path = given.text(0, 'filename');
  if (path === undefined || path === '') return 'its args name no file';
  const truncate = more.rotation === undefined && given.text(1, 'mode')?.startsWith('w') === true;
  return { kind: 'file', path: resolve(cwd, path), truncate, follow: more.follow ?? false, rotation: more.rotation, place };
}

function syslog(given: HandlerArguments): LogTarget | string {
  const address = given.value(0, 'address');
  if (address !== '/dev/log') return "only address '/dev/log' is served";
  const facility = facilityOf(given.word(1, 'facility') ?? 'user');
  return facility === undefined ? 'its facility is unknown' : { kind: 'syslog', facility, rfc5424: false };
}

type MakeTarget = (given: HandlerArguments, place: string, cwd: string) => LogTarget | string | undefined;

const bytesAside = (given: HandlerArguments): Rotation | undefined => {
  const maxBytes = given.number(2, 'maxBytes', 0);
  return maxBytes > 0 ? { kind: 'size', maxBytes, keep: given.number(3, 'backupCount', 0) } : undefined;
};

/** By the last word of the class. */
const CLASSES: Readonly<Record<string, MakeTarget>> = {
  NullHandler: () => undefined,
  // Standard output is for results.
  StreamHandler: () => ({ kind: 'stderr' }),
  ColorHandler: () => ({ kind: 'stderr' }),
  FileHandler: (given, place, cwd) => file(given, place, cwd, {}),
  WatchedFileHandler: (given, place, cwd) => file(given, place, cwd, { follow: true }),
  FastWatchedFileHandler: (given, place, cwd) => file(given, place, cwd, { follow: true }),
  RotatingFileHandler: (given, place, cwd) => {
    const rotation = bytesAside(given);
    return file(given, place, cwd, rotation ? { rotation } : {});
  },
  TimedRotatingFileHandler: (given, place, cwd) => file(given, place, cwd, { rotation: timed(given) }),
  SysLogHandler: syslog,
  OSSysLogHandler: (given) => ({ kind: 'syslog', facility: facilityOf(given.word(0, 'facility') ?? 'user') ?? 1, rfc5424: false }),
  OSJournalHandler: () => ({ kind: 'journal' }),
  JournalHandler: () => ({ kind: 'journal' }),
};

/** The place that a handler of a Python configuration stands for; undefined for none at all; a text says why it cannot be served. */
export function targetOfHandler(
  handler: { readonly class: string; readonly args: string; readonly kwargs: string },
  place: string,
  cwd: string,
): LogTarget | string | undefined {
  const make = CLASSES[handler.class.split('.').at(-1) ?? ''];
  if (!make) return `class ${handler.class} is unknown; allowed: ${Object.keys(CLASSES).join(', ')}`;
  return make(new HandlerArguments(handler.args, handler.kwargs), place, cwd);
}
