import { connect, type Socket } from 'node:net';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { LogSink } from './log-record.ts';
import { priorityPrefix } from './severity.ts';
import { StreamSink } from './stream-sink.ts';

export interface JournalRequest {
  /** Under which name lines stand there. */
  readonly program: string;
  /** Where the journal takes streams: `/run/systemd/journal/stdout`. */
  readonly socket: string;
  readonly spill: (line: string) => void;
}

/** What a stream begins with: identifier, unit, priority, whether lines bring their own, and three forwards that journald decides itself. */
const headerOf = (program: string): string => [program, '', '6', '1', '0', '0', '0', ''].join('\n');

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function goneOf(socket: Socket): Promise<string> {
  let reason = 'the journal closed the connection';
  socket.on('error', (error) => {
    reason = messageOf(error);
  });
  return new Promise((resolve) => {
    socket.on('close', () => resolve(reason));
  });
}

/**
 * The journal, by the stream that it offers to services for their output, which keeps the severity of each line and our process id.
 * Fails with `invalid` when there is no journal.
 */
export async function openJournal({ program, socket: path, spill }: JournalRequest): Promise<LogSink> {
  const socket = await connected(path).catch((error: unknown) => {
    throw new FreezerError('invalid', `--use-journal: no journal listens at ${path} (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  });
  // Nothing comes back; unread, the end would not be noticed.
  socket.resume();
  socket.write(headerOf(program));
  return new StreamSink({ stream: socket, prefix: ({ level }) => priorityPrefix(level), spill, gone: goneOf(socket), name: 'the journal' });
}
