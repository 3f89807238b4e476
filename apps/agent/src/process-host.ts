import { writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { isatty } from 'node:tty';
import { messageOf } from '@freezer/core';
import { zoneByName } from '@freezer/settings';
import type { StopSignal } from './exit-code.ts';
import type { Host } from './host.ts';
import { watchTerminals } from './lost-terminal.ts';
import { StatusLine } from './progress/status-line.ts';
import { runAgent } from './run.ts';
import { processInput } from './standard-input.ts';
import { openStandardOutput } from './standard-output.ts';
import { runAction } from './wire.ts';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

function onStop(stop: (signal: StopSignal) => void): () => void {
  const handlers = SIGNALS.map((signal) => ({ signal, handler: () => stop(signal) }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}

function onHangUp(hangUp: () => void): () => void {
  process.on('SIGHUP', hangUp);
  return () => void process.off('SIGHUP', hangUp);
}

const writeStandardError = (text: string): void => void writeSync(2, text);

/** Where standard error is a terminal that obeys: `dumb` is what editors and batch systems call theirs. */
function statusLineHere(): StatusLine | undefined {
  const terminal = process.env['TERM'] ?? '';
  if (!isatty(2) || terminal === '' || terminal === 'dumb') return undefined;
  // A terminal that does not know its width says 0.
  return new StatusLine({ columns: () => process.stderr.columns || 80, write: writeStandardError });
}

function changeEnvironment(changes: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Undefined when the folder that this process was started in was removed: no relative path means anything then, and tar does not start. */
function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/** Runs a command line in this process. Resolves to its exit code. */
export async function runProcess(argv: readonly string[], version: string): Promise<number> {
  const cwd = workingFolder();
  if (cwd === undefined) {
    writeStandardError('Critical Error: the working folder of this process does not exist any more; start it in another one\n');
    return 1;
  }
  zoneByName(process.env);
  // From the beginning to the very end: who listens in between, listens besides.
  process.on('SIGHUP', () => undefined);
  const leaveTerminals = watchTerminals();
  const statusLine = statusLineHere();
  const standardError = (lines: string): void => (statusLine === undefined ? writeStandardError(lines) : statusLine.print(lines));
  const host: Host = {
    argv,
    version,
    environment: process.env,
    home: homedir(),
    cwd,
    hostname: hostname(),
    isRoot: process.getuid?.() === 0,
    pid: process.pid,
    now: Date.now,
    columns: process.stdout.columns || 100,
    readFile: (path) => readFile(path, 'utf8'),
    listFolder: (path) => readdir(path),
    out: openStandardOutput(process.stdout),
    standardInput: processInput(),
    statusLine,
    standardError,
    complain: (line) => {
      try {
        standardError(line);
      } catch (error) {
        // Nobody reads standard error; the exit code still tells.
        process.emitWarning(messageOf(error));
      }
    },
    onHangUp,
    onStop,
    changeEnvironment,
    exitNow: (code) => {
      statusLine?.clear();
      leaveTerminals();
      process.exit(code);
    },
    runAction,
  };
  const code = await runAgent(host);
  leaveTerminals();
  return code;
}
