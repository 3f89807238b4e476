import { FreezerError, isFileName, type OpenStage, type Source, type SourceLease } from '@freezer/core';
import type { ActionInput } from '../action-input.ts';
import type { Settings } from '../settings/settings.ts';
import { CommandOutput } from './command-output.ts';

const DEFAULT_NAME = 'stdin';

/** Bytes, and how to stop whoever gives them. */
interface Origin {
  readonly stage: OpenStage;
  stop(): Promise<void>;
}

export interface StreamRequest extends Pick<ActionInput, 'standardInput' | 'environment' | 'logger'> {
  readonly settings: Pick<Settings, 'stdin' | 'stdin_command' | 'shell'>;
}

/** The name of the file that a stream becomes; undefined: the settings choose no stream. */
export const streamName = ({ stdin, stdin_command }: Pick<Settings, 'stdin' | 'stdin_command'>): string | undefined =>
  stdin ?? (stdin_command === undefined ? undefined : DEFAULT_NAME);

/**
 * Standard input, or what the programs of `--stdin-command` write, as a source; undefined when the settings choose neither. Fails with `invalid`:
 * a name that no file can have, a terminal, a command that cannot be taken apart.
 */
export function streamSource(input: StreamRequest): Source | undefined {
  const name = streamName(input.settings);
  if (name === undefined) return undefined;
  if (!isFileName(name)) throw new FreezerError('invalid', `--stdin: '${name}' is no name of a file; allowed: up to 255 bytes without /, other than . and ..`);
  const origin = originOf(input, name);
  return {
    kind: 'stream',
    open: async (options) => {
      options?.signal?.throwIfAborted();
      return leaseOf(name, origin);
    },
  };
}

function originOf({ settings, standardInput, environment = {}, logger }: StreamRequest, name: string): Origin {
  const { stdin_command: command, shell } = settings;
  if (command !== undefined) {
    const output = new CommandOutput({ name, command, shell, environment, logger });
    return { stage: output.stage, stop: () => output.stop() };
  }
  if (standardInput === undefined) throw new FreezerError('invalid', '--stdin: there is no standard input here; name a program by --stdin-command');
  if (standardInput.isTerminal) throw new FreezerError('invalid', TERMINAL);
  return {
    stage: { kind: 'open', name: 'standard input', open: (options) => standardInput.bytes(options) },
    stop: async () => standardInput.close(),
  };
}

const TERMINAL =
  '--stdin: standard input is a terminal; allowed: a pipe or a file, as in pg_dump db | freezer-agent backup --stdin db.sql, or a program named by --stdin-command';

function leaseOf(name: string, { stage, stop }: Origin): SourceLease {
  // The command is no part of the description: it may hold a password.
  return { kind: 'stream', resource: name, description: name, bytes: stage, release: stop, [Symbol.asyncDispose]: stop };
}
