import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  type ArchivedEntry,
  type ByteStream,
  type Engine,
  type EngineOutcome,
  type EngineRestore,
  type IndexEntry,
  type Placement,
  type RestoreProblem,
  SILENT,
} from '@freezer/core';
import { joinStages } from '@freezer/subprocess';
import { PortableEngine } from '../src/portable/portable-engine.ts';
import { tarSettings } from '../src/settings.ts';
import type { TarBench } from './tar-bench.ts';

/** The engine that works without GNU tar, on the folders of a bench whose archives GNU tar makes. */
export class PortableBench {
  readonly #bench: TarBench;

  constructor(bench: TarBench) {
    this.#bench = bench;
  }

  engine(settings: Readonly<Record<string, unknown>> = {}): Engine {
    return new PortableEngine(tarSettings.parse(settings), SILENT);
  }

  async openRestore(target: string, level: number, placement: Placement = 'empty'): Promise<EngineRestore> {
    return this.engine().restore({ target, workDir: await this.#bench.workDir(), level, placement, metadata: {} });
  }

  /** Restores a stream as a level. */
  async restoreLevel(input: ByteStream, target: string, level: number, placement: Placement = 'empty'): Promise<readonly RestoreProblem[]> {
    const restore = await this.openRestore(target, level, placement);
    const joined = joinStages(restore.stages, { input, storageAt: 'start' });
    await joined.done;
    return (await restore.finish(await joined.exits)).skipped;
  }

  async restore(archives: readonly string[], target: string, placement: Placement = 'empty'): Promise<RestoreProblem[]> {
    const problems: RestoreProblem[] = [];
    for (const [level, archive] of archives.entries()) problems.push(...(await this.restoreLevel(createReadStream(archive), target, level, placement)));
    return problems;
  }

  async read(archive: string): Promise<ArchivedEntry[]> {
    const read = await this.engine().read?.({ workDir: await this.#bench.workDir() });
    if (read === undefined) throw new TypeError('the engine must be readable');
    const joined = joinStages(read.stages, { input: createReadStream(archive), storageAt: 'start' });
    await joined.done;
    const entries: ArchivedEntry[] = [];
    for await (const entry of (await read.finish(await joined.exits)).entries()) entries.push(entry);
    return entries;
  }

  /** A full backup, as a file and as what was said of it. */
  async backup(
    source: string,
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly archive: string; readonly outcome: EngineOutcome; readonly entries: readonly IndexEntry[] }> {
    const lease = { kind: 'path', resource: source, description: source, release: async () => undefined, [Symbol.asyncDispose]: async () => undefined };
    const workDir = await this.#bench.workDir();
    const backup = await this.engine(settings).backup({ source: lease, workDir });
    if (backup.kind !== 'archive') throw new TypeError('an archive was expected');
    const archive = join(workDir, 'archive');
    const joined = joinStages(backup.stages, { storageAt: 'end' });
    await pipeline(joined.output, createWriteStream(archive));
    const outcome = await backup.finish(await joined.exits);
    const entries: IndexEntry[] = [];
    for await (const batch of outcome.entryBatches()) entries.push(...batch);
    return { archive, outcome, entries };
  }
}
