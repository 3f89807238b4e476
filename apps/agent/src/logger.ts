import { appendFileSync, closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { printable, redact, type Settings } from '@freezer/agent';
import { FreezerError, type Logger, messageOf, systemCodeOf } from '@freezer/core';

type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

const RANK: Readonly<Record<Level, number>> = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40 };

/** Takes whole lines. */
export type LineSink = (line: string) => void;

export interface LogFormat {
  readonly now: () => Date;
  readonly pid: number;
  readonly json: boolean;
  readonly least: Level;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');

function localTime(date: Date): string {
  const day = `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1, 2)}-${pad(date.getDate(), 2)}`;
  return `${day} ${pad(date.getHours(), 2)}:${pad(date.getMinutes(), 2)}:${pad(date.getSeconds(), 2)}.${pad(date.getMilliseconds(), 3)}`;
}

const shown = (value: unknown): string => printable(typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : (JSON.stringify(value) ?? 'undefined'));

/** Freezer's line, `2026-11-21 16:00:00.123 4711 INFO freezer_agent [-] text`, with the fields behind; or one JSON object. */
export function formatLine(level: Level, fields: object, message: string, format: LogFormat): string {
  const safe = redact(fields);
  if (format.json) {
    return `${JSON.stringify({ ...safe, timestamp: format.now().toISOString(), level, pid: format.pid, name: 'freezer_agent', message })}\n`;
  }
  const facts = Object.entries(safe).map(([key, value]) => ` ${printable(key)}=${shown(value)}`);
  return `${localTime(format.now())} ${format.pid} ${level} freezer_agent [-] ${printable(message)}${facts.join('')}\n`;
}

/** A logger that never throws: what cannot be written or formatted is lost, the run is not. */
export function createLogger(sink: LineSink, format: LogFormat): Logger {
  const log =
    (level: Level) =>
    (fields: object, message: string): void => {
      if (RANK[level] < RANK[format.least]) return;
      try {
        sink(formatLine(level, fields, message, format));
      } catch (error) {
        writeLast(sink, formatLine(level, { lost: messageOf(error) }, message, format));
      }
    };
  return { debug: log('DEBUG'), info: log('INFO'), warn: log('WARNING'), error: log('ERROR') };
}

function writeLast(sink: LineSink, line: string): void {
  try {
    sink(line);
  } catch {
    // A full disk below the log must not end a backup; there is no other place to say it.
    return;
  }
}

/** Standard error, and nothing once nobody reads it. */
const stderrSink: LineSink = (line) => {
  writeSync(2, line);
};

/** Appends to a file, which is made with 0600. `reopen`: for each line anew, so that a log that was moved away is followed. */
function fileSink(path: string, reopen: boolean): LineSink {
  closeSync(openSync(path, 'a', 0o600));
  if (reopen) return (line) => appendFileSync(path, line, { mode: 0o600 });
  const descriptor = openSync(path, 'a', 0o600);
  return (line) => {
    writeSync(descriptor, line);
  };
}

function leastLevel(settings: Settings): Level {
  if (settings.debug) return 'DEBUG';
  return settings.verbose ? 'INFO' : 'WARNING';
}

function logPath(settings: Settings, cwd: string): string | undefined {
  const { log_file: file, log_dir: folder } = settings;
  if (file === undefined || file === '') return folder === undefined ? undefined : join(folder, 'freezer-agent.log');
  return folder !== undefined && !isAbsolute(file) ? join(folder, file) : resolve(cwd, file);
}

/** A file that was asked for must open: fails with `invalid`. */
function askedFile(path: string, reopen: boolean): LineSink {
  try {
    return fileSink(path, reopen);
  } catch (error) {
    throw new FreezerError('invalid', `--log-file: ${path} cannot be opened (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  }
}

/** Freezer's own log file, for callers that take anything on standard error for a failure. Without it there is no log. */
function freezerFile(home: string): LineSink {
  const path = join(home, '.freezer', 'freezer.log');
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return fileSink(path, false);
  } catch {
    return () => undefined;
  }
}

/** A log, and whether people see it on standard error. */
export interface OpenedLog {
  readonly logger: Logger;
  readonly onStandardError: boolean;
}

/**
 * The log of a run: `--log-file`, else standard error; with `--quiet` only a file. When the result document goes to standard output, the
 * caller is a program, and Freezer's scheduler then drops the document if there is anything on standard error: the log goes to Freezer's file.
 */
export function openLogger(
  settings: Settings,
  host: { readonly cwd: string; readonly home: string; readonly pid: number; readonly now: () => Date },
): OpenedLog {
  const path = logPath(settings, host.cwd);
  const format: LogFormat = { now: host.now, pid: host.pid, json: settings.use_json || settings.log_format === 'json', least: leastLevel(settings) };
  if (path !== undefined) return { logger: createLogger(askedFile(path, settings.watch_log_file), format), onStandardError: false };
  if (settings.metadata_out === '-') return { logger: createLogger(freezerFile(host.home), format), onStandardError: false };
  return { logger: createLogger(settings.quiet ? () => undefined : stderrSink, format), onStandardError: !settings.quiet };
}
