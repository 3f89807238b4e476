import { type ChildProcess, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { FreezerError } from '@freezer/core';
import { findProgram, minimalEnvironment } from '@freezer/subprocess';
import type { LogSink } from './log-record.ts';
import { priorityPrefix } from './severity.ts';
import { StreamSink } from './stream-sink.ts';

export interface SyslogRequest {
  /** Under which name lines stand there. */
  readonly program: string;
  /** As `syslog.h` counts. */
  readonly facility: number;
  /** RFC 5424 in place of the older form. */
  readonly rfc5424: boolean;
  readonly pid: number;
  /** Where the service listens: `/dev/log`. */
  readonly socket: string;
  readonly spill: (line: string) => void;
}

/** Longer lines are cut into several messages; rsyslog takes 8 KiB. */
const MESSAGE_BYTES = 8192;

/** Why the program ended: what it complained about, else its code. */
function goneOf(child: ChildProcess): Promise<string> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(0, 500);
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(complaint.split('\n', 1)[0] || `logger ended with ${code ?? signal}`));
  });
}

/**
 * Syslog, by the program `logger` of util-linux: Node has no datagram sockets of the file system. One child for the whole run, in a session
 * of its own so that Ctrl-C does not end it before the last line. Fails with `invalid` when there is no such program or socket.
 */
export async function openSyslog({ program: tag, facility, rfc5424, pid, socket, spill }: SyslogRequest): Promise<LogSink> {
  const program = await findProgram(['logger']);
  if (program === undefined) throw new FreezerError('invalid', '--use-syslog: the program logger is not installed (Debian: bsdutils, others: util-linux)');
  const found = await stat(socket).catch(() => undefined);
  if (!found?.isSocket()) throw new FreezerError('invalid', `--use-syslog: no syslog service listens at ${socket}`);
  const form = rfc5424 ? ['--rfc5424'] : [];
  const child = spawn(
    program,
    ['--socket', socket, '--socket-errors=on', '--prio-prefix', '--skip-empty', `--size=${MESSAGE_BYTES}`, `--id=${pid}`, `--tag=${tag}`, ...form],
    { stdio: ['pipe', 'ignore', 'pipe'], env: minimalEnvironment(), detached: true },
  );
  return new StreamSink({ stream: child.stdin, prefix: ({ level }) => priorityPrefix(level, facility), spill, gone: goneOf(child), name: 'syslog' });
}
