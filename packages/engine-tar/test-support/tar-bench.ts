import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ArchivedEntry,
  type Engine,
  type EngineOutcome,
  type EngineRestore,
  type IndexEntry,
  type Placement,
  type RestoreProblem,
  SILENT,
  type SourceLease,
  type Stage,
  type WantedEntry,
} from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { tarEngine } from '../src/index.ts';

/** A level that was made, with all that it said. */
export interface MadeLevel {
  readonly archive: string;
  readonly outcome: EngineOutcome;
  readonly entries: readonly IndexEntry[];
  readonly held: readonly string[];
  readonly deleted: readonly string[];
  /** `reason path`. */
  readonly skipped: readonly string[];
}

const leaseOf = (resource: string): SourceLease => ({
  kind: 'path',
  resource,
  description: resource,
  release: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
});

/** A private folder with an engine to try. */
export class TarBench {
  readonly root: string;
  #runs = 0;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(): Promise<TarBench> {
    return new TarBench(await mkdtemp(join(tmpdir(), 'freezer-tar-')));
  }

  async folder(name: string): Promise<string> {
    const path = join(this.root, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  workDir(): Promise<string> {
    this.#runs += 1;
    return this.folder(`work-${this.#runs}`);
  }

  /** What changed in the tick in which tar begins is saved again; what a test made just now shall be older. */
  async settle(): Promise<void> {
    await sleep(35);
  }

  engine(settings: Readonly<Record<string, unknown>> = {}): Promise<Engine> {
    return tarEngine.open(tarEngine.settings.parse(settings), { logger: SILENT });
  }

  /** `beforeFinish` runs when the bytes are written. */
  async backup(source: string, base?: MadeLevel | string, settings: Readonly<Record<string, unknown>> = {}): Promise<MadeLevel> {
    const workDir = await this.workDir();
    const engine = await this.engine(settings);
    const basePath = typeof base === 'string' ? base : base?.outcome.statePath;
    await this.settle();
    const backup = await engine.backup({ source: leaseOf(source), workDir, basePath });
    if (backup.kind !== 'archive') throw new TypeError('an archive was expected');
    const archive = join(workDir, 'archive');
    const joined = joinStages(backup.stages, { storageAt: 'end' });
    await pipeline(joined.output, createWriteStream(archive));
    const outcome = await backup.finish(await joined.exits);
    const entries: IndexEntry[] = [];
    for await (const batch of outcome.entryBatches()) entries.push(...batch);
    const paths = (kind: IndexEntry['kind']): string[] =>
      entries.filter((entry) => entry.kind === kind).map((entry) => (entry.kind === 'skipped' ? `${entry.reason} ${entry.path}` : entry.path));
    return { archive, outcome, entries, held: paths('held').toSorted(), deleted: paths('deleted').toSorted(), skipped: paths('skipped').toSorted() };
  }

  async openRestore(target: string, level: number, placement: Placement): Promise<EngineRestore> {
    const engine = await this.engine();
    return engine.restore({ target, workDir: await this.workDir(), level, placement, metadata: {} });
  }

  async restore(archives: readonly string[], target: string, placement: Placement = 'empty'): Promise<RestoreProblem[]> {
    const problems: RestoreProblem[] = [];
    for (const [level, archive] of archives.entries()) {
      const restore = await this.openRestore(target, level, placement);
      const joined = joinStages(restore.stages, { input: createReadStream(archive), storageAt: 'start' });
      await joined.done;
      problems.push(...(await restore.finish(await joined.exits)).skipped);
    }
    return problems;
  }

  /** Restores the wanted part of an archive into a folder that may hold something. */
  async restorePart(archive: string, target: string, wanted: readonly WantedEntry[]): Promise<readonly RestoreProblem[]> {
    const engine = await this.engine();
    const stagingPath = '.staging';
    await mkdir(join(target, stagingPath));
    const selection = {
      async *entries() {
        yield* wanted;
      },
      stagingPath,
    };
    const restore = await engine.restore({ target, workDir: await this.workDir(), level: 0, placement: 'overlay', metadata: {}, selection });
    const joined = joinStages(restore.stages, { input: createReadStream(archive), storageAt: 'start' });
    await joined.done;
    const { skipped } = await restore.finish(await joined.exits);
    await rm(join(target, stagingPath), { recursive: true });
    return skipped;
  }

  /** The content of one file. */
  async readFile(archive: string, path: string): Promise<Buffer> {
    const engine = await this.engine();
    const file = await engine.readFile?.({ workDir: await this.workDir(), path, metadata: {} });
    if (file === undefined) throw new TypeError('the engine must be selective');
    const parts: Uint8Array[] = [];
    const sink: Stage = {
      kind: 'sink',
      name: 'test',
      async take(body) {
        for await (const part of body) parts.push(part);
      },
    };
    const joined = joinStages([...file.stages, sink], { input: createReadStream(archive), storageAt: 'start' });
    await joined.done;
    await file.finish(await joined.exits);
    return Buffer.concat(parts);
  }

  async read(archive: string): Promise<ArchivedEntry[]> {
    const engine = await this.engine();
    const read = await engine.read?.({ workDir: await this.workDir() });
    if (read === undefined) throw new TypeError('the engine must be readable');
    const joined = joinStages(read.stages, { input: createReadStream(archive), storageAt: 'start' });
    await joined.done;
    const entries: ArchivedEntry[] = [];
    for await (const entry of (await read.finish(await joined.exits)).entries()) entries.push(entry);
    return entries;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** A tree as lines to compare: type, mode, owner, size, time in ns, inode group, content or target; sockets are left out. */
export async function describeTree(root: string): Promise<string[]> {
  const lines: string[] = [];
  const inodes = new Map<bigint, string>();
  const visit = async (path: Buffer, name: string): Promise<void> => {
    const found = await lstat(path, { bigint: true });
    if (found.isSocket()) return;
    const first = inodes.get(found.ino) ?? name;
    inodes.set(found.ino, first);
    const link = found.isSymbolicLink() ? await readlink(path, 'latin1') : '';
    const content = found.isFile() && found.size < 100_000n ? (await readFile(path)).toString('latin1') : '';
    lines.push(
      JSON.stringify([
        name,
        found.mode.toString(8),
        `${found.uid}:${found.gid}`,
        found.isDirectory() ? '' : String(found.size),
        String(found.mtimeNs),
        String(found.rdev),
        first,
        link,
        content,
      ]),
    );
    if (!found.isDirectory()) return;
    const names = (await readdir(path, { encoding: 'buffer' })).toSorted(Buffer.compare);
    for (const child of names) await visit(Buffer.concat([path, Buffer.from('/'), child]), `${name}/${child.toString('latin1')}`);
  };
  await visit(Buffer.from(root), '.');
  return lines;
}
