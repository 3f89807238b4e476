import { lstat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BytePath,
  bytesOfPath,
  type EngineRestore,
  type EngineRestoreRequest,
  FreezerError,
  type HeldEntry,
  type Logger,
  type ProgramExit,
  type RestoreProblem,
  systemCodeOf,
} from '@freezer/core';
import { readLineBatches } from './byte-lines.ts';
import { type IndexLine, isEntryLine, parseIndexLine } from './index-line.ts';
import { MemberSelection } from './member-selection.ts';
import { pathReached } from './path-reached.ts';
import { RestoreProblems } from './restore-problems.ts';
import { extractArguments, TAR_ENVIRONMENT } from './tar-arguments.ts';
import { checkTarExit, JUDGED_EXITS } from './tar-exit.ts';
import { goesOn, readExtractMessage } from './tar-messages.ts';

/** The target has no room, or is broken: going on makes no sense of the rest. */
const TARGET_FAILS = /No space left on device|Disk quota exceeded|Input\/output error|Read-only file system|File too large|^Wrote only |^Cannot write\b/;

export interface TarRestoreDeps {
  readonly program: string;
  readonly logger: Logger;
  /** The user who restores; 0 can give files to others. */
  readonly uid: number;
}

/** Describes the writing of a level into a directory. */
export function openTarRestore(request: EngineRestoreRequest, deps: TarRestoreDeps): EngineRestore {
  return new TarRestore(request, deps).describe();
}

/** tar says of a disk that became full within a file only how far it came. */
const explained = (detail: string): string => (detail.startsWith('Wrote only') ? `${detail} (no space left, or a limit on the size of a file)` : detail);

class TarRestore {
  readonly #request: EngineRestoreRequest;
  readonly #deps: TarRestoreDeps;
  readonly #indexPath: string;
  readonly #problems = new RestoreProblems();
  readonly #fatal: string[] = [];
  readonly #selection: MemberSelection | undefined;
  #unfinishedLine = '';

  constructor(request: EngineRestoreRequest, deps: TarRestoreDeps) {
    this.#request = request;
    this.#deps = deps;
    this.#indexPath = join(request.workDir, `restored-${request.level}`);
    this.#selection = request.selection && new MemberSelection(request.selection);
  }

  describe(): EngineRestore {
    const { target, placement, level } = this.#request;
    const { program, uid, logger } = this.#deps;
    const args = extractArguments({ target, placement, level, indexPath: this.#indexPath, keepOwners: uid === 0 });
    logger.debug({ program, arguments: args.join(' ') }, 'tar starts');
    return {
      stages: [
        ...(this.#selection ? [this.#selection.stage] : []),
        {
          kind: 'program',
          name: 'tar',
          command: program,
          cwd: target,
          args,
          env: TAR_ENVIRONMENT,
          okExits: JUDGED_EXITS,
          onStderrLine: (line) => this.#hear(line),
        },
      ],
      reached: () => pathReached(this.#indexPath),
      finish: (exits) => this.#finish(exits),
      abandon: () => this.#abandon(),
    };
  }

  #hear(part: string): void {
    const { program, logger } = this.#deps;
    const line = this.#unfinishedLine + part;
    this.#unfinishedLine = goesOn(line, program) ? `${line}\n` : '';
    if (this.#unfinishedLine !== '') return;
    const message = readExtractMessage(line, program);
    if (message.kind === 'problem') this.#problems.add(message.path, message.detail);
    else if (message.kind === 'unsupported') this.#problems.addUnsupported(message.detail);
    else if (message.kind === 'fatal') this.#fatal.push(message.text);
    else if (message.kind === 'note') logger.debug({ message: message.text }, 'tar says');
  }

  async #finish(exits: readonly ProgramExit[]): Promise<{ skipped: readonly RestoreProblem[] }> {
    const broken = [...this.#problems.listed()].find(({ detail }) => TARGET_FAILS.test(detail));
    if (broken !== undefined) {
      await this.#removeUnfinished();
      throw new FreezerError('unavailable', `tar: the target '${this.#request.target}' does not take what is restored: ${explained(broken.detail)}`);
    }
    if (this.#unfinishedLine !== '') this.#fatal.push(this.#unfinishedLine);
    checkTarExit(exits, 'the restore', this.#fatal, this.#problems.count);
    for await (const { path, as } of this.#selection?.missing() ?? []) this.#problems.add(as ?? path, 'is not in the archive of the level that should hold it');
    const { foreign, withAcls } = await this.#census();
    const owners = { path: '.', detail: `${foreign} entries belong to other users: only root can give files away, so they are now yours` };
    return { skipped: [...this.#problems.all(withAcls), ...(foreign === 0 ? [] : [owners])] };
  }

  /** Read only where something may have been lost. */
  async #census(): Promise<{ foreign: number; withAcls: number }> {
    const { uid } = this.#deps;
    const found = { foreign: 0, withAcls: 0 };
    if (uid === 0 && !this.#problems.lacksAcls) return found;
    for await (const { entry, hasAcl } of this.#lines()) {
      if (uid !== 0 && entry.uid !== uid) found.foreign += 1;
      if (hasAcl) found.withAcls += 1;
    }
    return found;
  }

  async #abandon(): Promise<{ removed: readonly BytePath[]; written: number }> {
    const { removed, written, last } = await this.#removeUnfinished();
    if (last?.type === 'file' && !removed.includes(last.path) && (await this.#remove(last.path))) removed.push(last.path);
    return { removed, written: written - removed.length };
  }

  /** Removes what is under its final name but not whole: short files, and the place holders of links. */
  async #removeUnfinished(): Promise<{ removed: BytePath[]; written: number; last: HeldEntry | undefined }> {
    const removed: BytePath[] = [];
    const untouched = new Set([...this.#problems.listed()].filter(({ detail }) => detail.startsWith('Cannot open')).map(({ path }) => path));
    let written = 0;
    let last: HeldEntry | undefined;
    for await (const { entry } of this.#lines()) {
      written += 1;
      last = entry;
      if (untouched.has(entry.path) || !(await this.#isUnfinished(entry)) || !(await this.#remove(entry.path))) continue;
      removed.push(entry.path);
    }
    return { removed, written, last };
  }

  async *#lines(): AsyncGenerator<IndexLine, void, undefined> {
    try {
      for await (const lines of readLineBatches(this.#indexPath)) {
        for (const text of lines) {
          // Between the entries tar says which strays it deletes.
          const line = isEntryLine(text) ? parseIndexLine(text) : undefined;
          if (line !== undefined) yield line;
        }
      }
    } catch (error) {
      // tar was stopped before it began.
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    }
  }

  async #isUnfinished({ type, path, size, target }: HeldEntry): Promise<boolean> {
    // tar puts an empty file where such a link is to be, and makes the link at the very end.
    const isLater = type === 'symlink' && mayLeaveTheTarget(target ?? '');
    if (type !== 'file' && !isLater) return false;
    const found = await lstat(this.#inTarget(path)).catch(() => undefined);
    return found?.isFile() === true && (isLater ? found.size === 0 : found.size !== size);
  }

  async #remove(path: BytePath): Promise<boolean> {
    try {
      const found = await lstat(this.#inTarget(path));
      if (!found.isFile()) return false;
      await unlink(this.#inTarget(path));
      return true;
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return false;
      throw error;
    }
  }

  #inTarget(path: BytePath): Buffer {
    return Buffer.concat([Buffer.from(`${this.#request.target}/`), bytesOfPath(path)]);
  }
}

const mayLeaveTheTarget = (target: string): boolean => target.startsWith('/') || target.split('/').includes('..');
