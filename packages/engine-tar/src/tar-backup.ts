import { lstat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArchiveBackup,
  bytesOfPath,
  displayPath,
  type EngineBackupRequest,
  type EngineOutcome,
  FreezerError,
  type Logger,
  messageOf,
  type ProgramExit,
  type SkippedEntry,
} from '@freezer/core';
import { LeftOut } from './left-out.ts';
import { type LeftOutLists, writeLeftOutLists } from './left-out-lists.ts';
import { type Member, memberOf } from './member.ts';
import { writeNextState, writeStartingPoint } from './next-state.ts';
import { outcomeEntries } from './outcome-entries.ts';
import { ownSkips } from './own-places.ts';
import { pathReached } from './path-reached.ts';
import type { TarOptions } from './settings.ts';
import { createArguments, TAR_ENVIRONMENT } from './tar-arguments.ts';
import { checkTarExit, JUDGED_EXITS } from './tar-exit.ts';
import { readCreateMessage } from './tar-messages.ts';

const GIVES_NO_REASON = /^Error is not recoverable/;

export interface TarBackupDeps {
  readonly program: string;
  readonly options: TarOptions;
  readonly logger: Logger;
}

/** Describes the making of a level. */
export async function openTarBackup(request: EngineBackupRequest, deps: TarBackupDeps): Promise<ArchiveBackup> {
  const member = await memberOf(request.source);
  const snapshotPath = join(request.workDir, 'snapshot');
  const lists = await writeLeftOutLists({ member, options: deps.options, leaveOut: request.leaveOut ?? [], workDir: request.workDir, signal: request.signal });
  const basePath = await startFrom(request, snapshotPath, deps.logger);
  return new TarBackup(request, deps, { member, snapshotPath, basePath, lists }).describe();
}

/** The base that is really used: none when its snapshot file says nothing, or nothing that this tar understands. */
async function startFrom({ basePath, signal }: EngineBackupRequest, snapshotPath: string, logger: Logger): Promise<string | undefined> {
  try {
    if (basePath !== undefined && (await writeStartingPoint(basePath, snapshotPath, { signal }))) return basePath;
  } catch (error) {
    if (!FreezerError.is(error, 'unsupported') && !FreezerError.is(error, 'corrupt')) throw error;
    logger.warn({ reason: messageOf(error) }, 'the state of the base cannot be used: everything is saved');
  }
  await writeFile(snapshotPath, '', { mode: 0o600 });
  return undefined;
}

/** What is settled before tar begins. */
interface Preparation {
  readonly member: Member;
  readonly snapshotPath: string;
  readonly basePath: string | undefined;
  readonly lists: LeftOutLists;
}

class TarBackup {
  readonly #request: EngineBackupRequest;
  readonly #deps: TarBackupDeps;
  readonly #member: Member;
  readonly #snapshotPath: string;
  readonly #basePath: string | undefined;
  readonly #lists: LeftOutLists;
  readonly #indexPath: string;
  readonly #skipped = new Map<string, SkippedEntry>();
  readonly #fatal: string[] = [];
  /** The reason, when tar ends with words that give none: a file of its own that it cannot write it names like one of the source. */
  #lastSkip: string | undefined;
  #archiveBytes = 0;

  constructor(request: EngineBackupRequest, deps: TarBackupDeps, { member, snapshotPath, basePath, lists }: Preparation) {
    this.#request = request;
    this.#deps = deps;
    this.#member = member;
    this.#snapshotPath = snapshotPath;
    this.#basePath = basePath;
    this.#lists = lists;
    this.#indexPath = join(request.workDir, 'tar-index');
  }

  describe(): ArchiveBackup {
    const { program, options } = this.#deps;
    const args = createArguments({ ...this.#member, ...options, lists: this.#lists, snapshotPath: this.#snapshotPath, indexPath: this.#indexPath });
    this.#deps.logger.debug({ program, arguments: args.join(' ') }, 'tar starts');
    return {
      kind: 'archive',
      compressible: true,
      reached: () => pathReached(this.#indexPath),
      stages: [{ kind: 'program', name: 'tar', command: program, args, env: TAR_ENVIRONMENT, okExits: JUDGED_EXITS, onStderrLine: (line) => this.#hear(line) }],
      finish: (exits) => this.#finish(exits),
    };
  }

  #hear(line: string): void {
    const message = readCreateMessage(line, this.#deps.program);
    if (message.kind === 'totals') this.#archiveBytes = message.bytes;
    else if (message.kind === 'fatal') this.#fatal.push(GIVES_NO_REASON.test(message.text) ? (this.#lastSkip ?? message.text) : message.text);
    else if (message.kind === 'note') this.#deps.logger.debug({ message: message.text }, 'tar says');
    else if (message.kind === 'skip') {
      const { path, reason, detail } = message;
      this.#lastSkip = `${displayPath(path)}: ${detail}`;
      this.#skipped.set(`${reason} ${path}`, { kind: 'skipped', path, reason, detail });
    }
  }

  /** A directory to which something came while it was read is whole as it was then: the next level finds what came by the names. */
  async #forgiveDirectories(): Promise<void> {
    for (const [key, { path, reason }] of this.#skipped) {
      if (reason !== 'changed') continue;
      const isDirectory = await lstat(Buffer.concat([Buffer.from(`${this.#member.directory}/`), bytesOfPath(path)])).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (isDirectory) this.#skipped.delete(key);
    }
  }

  async #finish(exits: readonly ProgramExit[]): Promise<EngineOutcome> {
    checkTarExit(exits, 'the backup', this.#fatal, this.#skipped.size);
    await this.#forgiveDirectories();
    const leftOut = new LeftOut();
    for (const { path, reason } of this.#skipped.values()) leftOut.add(path, reason);
    const statePath = join(this.#request.workDir, 'state');
    const { signal } = this.#request;
    // The snapshot file of a single file names nothing, so nothing can be taken out of it.
    if (this.#member.member !== '.' && leftOut.size > 0) await writeFile(statePath, '', { mode: 0o600 });
    else await writeNextState({ basePath: this.#basePath, snapshotPath: this.#snapshotPath, statePath, leftOut, signal });
    return {
      statePath,
      entryBatches: () =>
        outcomeEntries({
          indexPath: this.#indexPath,
          snapshotPath: this.#snapshotPath,
          basePath: this.#basePath,
          folder: this.#member.directory,
          leftOut,
          skipped: [...this.#skipped.values(), ...this.#lists.missing, ...ownSkips(this.#request.leaveOut)],
          signal,
        }),
      replacesAll: this.#basePath === undefined,
      archiveBytes: this.#archiveBytes,
      metadata: {},
    };
  }
}
