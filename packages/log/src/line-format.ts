import { FreezerError } from '@freezer/core';
import { printable } from '@freezer/terminal';
import { pad, timeFormat } from './format-time.ts';
import { type LineFormat, type LogRecord, RANK } from './log-record.ts';

/** Freezer's line. */
export const OSLO_PATTERN = '%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(instance)s%(message)s';
export const OSLO_DATE = '%Y-%m-%d %H:%M:%S';

const shown = (value: unknown): string => (typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : (JSON.stringify(value) ?? 'undefined'));

/** The message on one line, the fields behind. */
function messageOf({ message, fields }: LogRecord): string {
  let text = message;
  for (const [key, value] of Object.entries(fields)) text += ` ${key}=${shown(value)}`;
  return printable(text);
}

type Attribute = (record: LogRecord) => string | number;

const nothing = (): string => '';

/** What Python's LogRecord and oslo.log's context offer; what we do not have is empty, as in Freezer's own log. */
const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  message: messageOf,
  levelname: ({ level }) => level,
  levelno: ({ level }) => RANK[level],
  name: ({ name }) => name,
  process: ({ pid }) => pid,
  msecs: ({ at }) => at.getMilliseconds(),
  created: ({ at }) => at.getTime() / 1000,
  hostname: ({ hostname }) => hostname,
  processName: () => 'MainProcess',
  threadName: () => 'MainThread',
  thread: () => 0,
  lineno: () => 0,
  relativeCreated: () => 0,
};

const EMPTY = new Set(
  'pathname filename module funcName instance resource color reset_color request_id global_request_id user_identity user_name project_name project_id user tenant project domain user_domain project_domain system_scope error_summary'.split(
    ' ',
  ),
);

function attributeOf(name: string, date: string | undefined, place: string): Attribute {
  if (name === 'asctime') {
    const time = timeFormat(date ?? OSLO_DATE);
    // Without a date format Python writes milliseconds behind a comma.
    return ({ at }) => (date === undefined ? `${time(at)},${pad(at.getMilliseconds(), 3)}` : time(at));
  }
  const found = ATTRIBUTES[name] ?? (EMPTY.has(name) ? nothing : undefined);
  if (!found) throw new FreezerError('invalid', `${place}: %(${name})s is unknown; allowed: asctime, ${Object.keys(ATTRIBUTES).join(', ')}`);
  return found;
}

/** One `%(name)05d` of Python. */
function fit(value: string | number, flags: string, width: string, precision: string, type: string): string {
  let text = String(value);
  if (typeof value === 'number' && /[diu]/.test(type)) text = String(Math.trunc(value));
  else if (typeof value === 'number' && type === 'f') text = value.toFixed(precision === '' ? 6 : Number(precision.slice(1)));
  else if (precision !== '') text = text.slice(0, Number(precision.slice(1)));
  if (flags.includes('-')) return text.padEnd(Number(width));
  return text.padStart(Number(width), flags.includes('0') && typeof value === 'number' ? '0' : ' ');
}

const PART = /%(?:%|\((\w+)\)([-#0 +]*)(\d*)(\.\d+)?([diufsra]))/g;

/**
 * Lines by a pattern of Python's logging, `%(asctime)s %(message)s`, and one of strftime for the time; without that the time ends in
 * milliseconds. `place` begins the message of a pattern that is wrong. Fails with `invalid`.
 */
export function textFormat(pattern: string, date: string | undefined, place: string): LineFormat {
  if (!pattern.includes('%(')) {
    throw new FreezerError(
      'invalid',
      `${place}: '${printable(pattern)}' names nothing to log; allowed: json, text, or as in '%(asctime)s %(levelname)s %(message)s'`,
    );
  }
  const writers: LineFormat[] = [];
  let end = 0;
  for (const match of pattern.matchAll(PART)) {
    const [whole, name, flags = '', width = '', precision = '', type = ''] = match;
    const between = pattern.slice(end, match.index);
    const attribute = name === undefined ? () => '%' : attributeOf(name, date, place);
    writers.push(
      () => between,
      (record) => fit(attribute(record), flags, width, precision, type),
    );
    end = match.index + whole.length;
  }
  const rest = pattern.slice(end);
  return (record) => {
    let line = '';
    for (const write of writers) line += write(record);
    return line + rest;
  };
}

/** Lines as oslo.log's JSON formatter names things, without what Python alone has. */
export function jsonFormat(date: string | undefined): LineFormat {
  const time = timeFormat(date ?? OSLO_DATE);
  return ({ name, level, at, pid, hostname, message, fields }) =>
    JSON.stringify({
      message,
      asctime: time(at),
      name,
      levelname: level,
      levelno: RANK[level],
      created: at.getTime() / 1000,
      msecs: at.getMilliseconds(),
      process: pid,
      hostname,
      extra: fields,
    });
}
