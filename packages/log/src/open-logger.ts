import { mkdirSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { FreezerError, type Logger, messageOf, systemCodeOf } from '@freezer/core';
import { redact } from '@freezer/settings';
import { LogFile } from './log-file.ts';
import type { LogSettings } from './log-options.ts';
import { type HandlerPlan, type LogTarget, leastOf, planOfSettings } from './log-plan.ts';
import { type Level, type LogRecord, type LogSink, RANK } from './log-record.ts';

/** What the log needs of the process around it. */
export interface LogHost {
  /** `freezer-agent`: the name in lines, of the file in `--log-dir`, in syslog and the journal. */
  readonly program: string;
  /** Names of fields that are never shown, besides those that look like secrets. */
  readonly secretKeys?: ReadonlySet<string>;
  /** Standard error takes warnings and errors only. */
  readonly quiet?: boolean;
  /**
   * Standard error is for nobody: the caller is a program that takes anything there for a failure. What would go there goes to Freezer's file.
   */
  readonly silentStandardError?: boolean;
  readonly cwd: string;
  readonly home: string;
  readonly hostname: string;
  readonly pid: number;
  readonly now: () => Date;
  /** The text of a file; fails as `node:fs` does. */
  readonly readFile: (path: string) => Promise<string>;
  /** Takes ended lines for standard error; may fail. Without it they are written there as they are. */
  readonly standardError?: (lines: string) => void;
  /** Where syslog and the journal listen, when it is another place than usual. */
  readonly sockets?: { readonly syslog: string; readonly journal: string };
}

/** A log, and whether people see it on standard error. */
export interface OpenedLog {
  readonly logger: Logger;
  readonly onStandardError: boolean;
  /** From now on as these settings say. A level that `--log-config-append` gave stays. */
  readonly changeLevel: (settings: LogSettings) => void;
  /** Resolves when all that was logged has arrived, at most some seconds later. Idempotent. */
  readonly close: () => Promise<void>;
}

/** A handler that is open. */
export type Handler = Omit<HandlerPlan, 'target' | 'least'> & { readonly sink: LogSink; least: number };

/** A logger that never throws: what cannot be written or formatted is lost, the run is not. */
export function createLogger(handlers: readonly Handler[], host: Pick<LogHost, 'program' | 'pid' | 'hostname' | 'now' | 'secretKeys'>): Logger {
  const name = host.program.replaceAll('-', '_');
  const log =
    (level: Level) =>
    (fields: object, message: string): void => {
      const taking = handlers.filter(({ least }) => RANK[level] >= least);
      if (taking.length === 0) return;
      const record: LogRecord = { name, level, message, at: host.now(), pid: host.pid, hostname: host.hostname, fields: safely(fields, host.secretKeys) };
      for (const { sink, format } of taking) writeSafely(sink, format, record);
    };
  return { debug: log('DEBUG'), info: log('INFO'), warn: log('WARNING'), error: log('ERROR') };
}

function safely(fields: object, keys?: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  try {
    return redact(fields, keys);
  } catch (error) {
    return { lost: messageOf(error) };
  }
}

function writeSafely(sink: LogSink, format: Handler['format'], record: LogRecord): void {
  try {
    sink.write(format(record), record);
  } catch {
    // A full disk below the log must not end a backup; there is no other place to say it.
    return;
  }
}

const writeLines = (lines: string): void => void writeSync(2, lines);

function standardErrorOf({ standardError = writeLines }: LogHost) {
  const write = (line: string): void => {
    try {
      standardError(`${line}\n`);
    } catch {
      // Nobody reads standard error any more.
      return;
    }
  };
  return { write, close: () => Promise.resolve() } satisfies LogSink;
}

/** A file that was asked for must open: fails with `invalid`. */
function askedFile(target: LogTarget & { readonly kind: 'file' }, now: () => number): LogSink {
  try {
    return new LogFile({ ...target, now });
  } catch (error) {
    throw new FreezerError('invalid', `${target.place}: ${target.path} cannot be opened (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  }
}

/** Freezer's own log file, for callers that take anything on standard error for a failure. Without it there is no log. */
function freezerFile(host: LogHost): LogSink | undefined {
  const path = join(host.home, '.freezer', 'freezer.log');
  try {
    makeFolders(dirname(path));
    return new LogFile({ path, follow: false, now: () => host.now().getTime() });
  } catch {
    // Then there is none; a backup is worth more than its log.
    return undefined;
  }
}

/** Makes a folder and those above it. Not by Node's `recursive`, which never comes back where a name may not be made, as in /proc. */
function makeFolders(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolders(dirname(folder));
    makeFolder(folder);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
  }
}

interface Opening {
  readonly host: LogHost;
  /** Standard error, where it may be used. */
  readonly stderr: LogSink | undefined;
  /** Takes lines that a service does not. */
  readonly spill: (line: string) => void;
}

async function openSink(target: LogTarget, { host, stderr, spill }: Opening): Promise<LogSink | undefined> {
  switch (target.kind) {
    case 'stderr':
      return stderr;
    case 'file':
      return askedFile(target, () => host.now().getTime());
    case 'syslog': {
      const { openSyslog } = await import('./syslog-sink.ts');
      return openSyslog({ ...target, program: host.program, pid: host.pid, socket: host.sockets?.syslog ?? '/dev/log', spill });
    }
    case 'journal': {
      const { openJournal } = await import('./journal-sink.ts');
      return openJournal({ program: host.program, socket: host.sockets?.journal ?? '/run/systemd/journal/stdout', spill });
    }
  }
}

async function plansOf(settings: LogSettings, host: LogHost): Promise<{ readonly plans: readonly HandlerPlan[]; readonly warnings: readonly string[] }> {
  const path = settings.log_config_append;
  if (path === undefined) return { plans: planOfSettings(settings, host), warnings: [] };
  const text = await host.readFile(path).catch((error: unknown) => {
    throw new FreezerError('invalid', `--log-config-append: ${path} cannot be read (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  });
  const { readPythonConfig } = await import('./python-config.ts');
  return readPythonConfig(text, basename(path), host.cwd);
}

async function openAll(plans: readonly HandlerPlan[], opening: Opening): Promise<Handler[]> {
  const handlers: Handler[] = [];
  try {
    for (const { target, least, format } of plans) {
      const sink = await openSink(target, opening);
      if (sink) handlers.push({ sink, least, format });
    }
  } catch (error) {
    await closeAll(handlers);
    throw error;
  }
  return handlers;
}

async function closeAll(handlers: readonly Handler[]): Promise<void> {
  await Promise.all(handlers.map(({ sink }) => sink.close()));
}

/**
 * The log of a program: the places that the settings name, else standard error. Fails with `invalid` when a place that was asked for cannot be
 * opened.
 */
export async function openLogger(settings: LogSettings, host: LogHost): Promise<OpenedLog> {
  const { plans, warnings } = await plansOf(settings, host);
  const { silentStandardError: forProgram = false, quiet = false } = host;
  const stderr = forProgram ? undefined : standardErrorOf(host);
  const spill = (line: string): void => (quiet ? undefined : stderr?.write(line));
  const handlers = await openAll(plans, { host, stderr, spill });
  const [first] = plans;
  if (forProgram && handlers.length === 0 && first) {
    const sink = freezerFile(host);
    if (sink) handlers.push({ ...first, sink });
  }
  const setLevels = (least?: number): void => {
    for (const handler of handlers) handler.least = Math.max(least ?? handler.least, quiet && handler.sink === stderr ? RANK.WARNING : 0);
  };
  setLevels();
  const logger = createLogger(handlers, host);
  for (const warning of warnings) logger.warn({}, warning);
  return {
    logger,
    onStandardError: handlers.some(({ sink }) => sink === stderr),
    changeLevel: (changed) => setLevels(settings.log_config_append === undefined ? leastOf(changed) : undefined),
    close: () => closeAll(handlers),
  };
}
