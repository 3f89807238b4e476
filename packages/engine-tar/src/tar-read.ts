import { join } from 'node:path';
import type { ArchivedEntry, CallOptions, EngineRead, Logger, ProgramExit } from '@freezer/core';
import { readLineBatches } from './byte-lines.ts';
import { readDumpList } from './dump-list.ts';
import { type IndexLine, isEntryLine, parseIndexLine } from './index-line.ts';
import { listArguments, TAR_ENVIRONMENT } from './tar-arguments.ts';
import { checkTarExit, JUDGED_EXITS } from './tar-exit.ts';
import { readExtractMessage } from './tar-messages.ts';

export interface TarReadDeps {
  readonly program: string;
  readonly logger: Logger;
}

/** Describes the listing of an archive. */
export function openTarRead({ workDir, signal }: { readonly workDir: string } & CallOptions, { program, logger }: TarReadDeps): EngineRead {
  const indexPath = join(workDir, 'tar-list');
  const fatal: string[] = [];
  const hear = (line: string): void => {
    const message = readExtractMessage(line, program);
    if (message.kind === 'fatal') fatal.push(message.text);
    else if (message.kind === 'problem') fatal.push(`${message.path}: ${message.detail}`);
    else logger.debug({ message: line }, 'tar says');
  };
  return {
    stages: [
      { kind: 'program', name: 'tar', command: program, args: listArguments(indexPath), env: TAR_ENVIRONMENT, okExits: JUDGED_EXITS, onStderrLine: hear },
    ],
    finish: async (exits: readonly ProgramExit[]) => {
      checkTarExit(exits, 'the listing', fatal, 0);
      return { entries: () => archivedEntries(indexPath, { signal }) };
    },
  };
}

/** Reads what `tar --list` wrote, dump lists included. Holds the longest dump list. */
async function* archivedEntries(indexPath: string, options: CallOptions = {}): AsyncGenerator<ArchivedEntry, void, undefined> {
  let directory: IndexLine | undefined;
  let lines: string[] = [];
  for await (const batch of readLineBatches(indexPath, options)) {
    for (const line of batch) {
      if (directory !== undefined && !isEntryLine(line)) {
        lines.push(line);
        continue;
      }
      if (directory !== undefined) yield* listOf(directory, lines);
      lines = [];
      const entry = parseIndexLine(line);
      directory = entry?.entry.type === 'directory' ? entry : undefined;
      if (entry !== undefined) yield entry.entry;
    }
  }
  if (directory !== undefined) yield* listOf(directory, lines);
}

function listOf({ entry, printedSize }: IndexLine, lines: readonly string[]): ArchivedEntry[] {
  // An empty line ends each list; without one the archive has no list for this directory.
  if (lines.at(-1) !== '') return [];
  return readDumpList(entry.path, lines.slice(0, -1), printedSize);
}
