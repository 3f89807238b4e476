import { FreezerError, messageOf, type SetId, setName } from '@freezer/core';
import { externalSort, type SortRecord, type TrustPolicy } from '@freezer/format';
import type { ChainView } from '../chain-view.ts';
import { PathMatch } from '../path-match.ts';
import { openSet } from '../restore/choose-point.ts';
import type { RunContext } from '../run-context.ts';
import { withEngineOf } from '../set-engine.ts';
import { type ChainFacts, ChainSearch } from './chain-search.ts';
import { type FoundPath, versionsOf } from './file-versions.ts';

export interface FindRequest {
  readonly sets: readonly SetId[];
  /** Paths, names and patterns as the user wrote them. */
  readonly words: readonly string[];
  readonly trust: TrustPolicy;
}

/**
 * Looks for paths in all points of some sets; yields them set by set, sorted by the bytes of the paths. A set or
 * chain that cannot be read is named in the log and does not keep the others from being searched; the end then fails with what was wrong with it.
 */
export async function* findPaths(context: RunContext, { sets, words, trust }: FindRequest): AsyncGenerator<FoundPath> {
  let failure: FreezerError | undefined;
  for (const [at, set] of sets.entries()) {
    const own: RunContext = { ...(await withEngineOf(context, set)), work: await context.work.within(`set-${at}`) };
    try {
      yield* findInSet(own, set, words, trust);
    } catch (error) {
      context.signal.throwIfAborted();
      if (!FreezerError.is(error) || sets.length === 1) throw error;
      context.logger.error({ set: setName(set), reason: messageOf(error) }, 'set cannot be searched');
      failure ??= error;
    }
  }
  if (failure) throw failure;
}

async function* findInSet(context: RunContext, set: SetId, words: readonly string[], trust: TrustPolicy): AsyncGenerator<FoundPath> {
  const { work, signal } = context;
  const opened = await openSet(context, set);
  const source = opened.views.flatMap(({ levels }) => levels.flatMap(({ manifest }) => manifest?.document.source.path ?? [])).at(-1);
  const match = new PathMatch({ words, style: 'name', sourcePath: source });
  const search = new ChainSearch(context, opened, { trust, accepts: (path) => match.accepts(path) });
  let failure: FreezerError | undefined;
  const sound: ChainView[] = [];
  async function* records(): AsyncGenerator<SortRecord> {
    for (const view of opened.views) {
      try {
        yield* search.records(view);
        sound.push(view);
      } catch (error) {
        signal.throwIfAborted();
        if (!FreezerError.is(error)) throw error;
        context.logger.error({ set: setName(set), chain: view.t0, reason: messageOf(error) }, 'chain cannot be searched');
        failure ??= error;
      }
    }
  }
  // The sort has read all records before it yields the first.
  let facts: readonly ChainFacts[] | undefined;
  let lines: string[] = [];
  let path: string | undefined;
  const found = (): FoundPath[] => {
    const versions = path === undefined ? [] : versionsOf((facts ??= sound.map((view) => search.factsOf(view))), lines);
    return path === undefined || versions.length === 0 ? [] : [{ set: setName(set), engine: set.engine, path, versions }];
  };
  for await (const batch of externalSort(records(), { workDir: await work.folder('find-sort'), signal })) {
    for (const { key, line } of batch) {
      if (key !== path) {
        yield* found();
        path = key;
        lines = [];
      }
      lines.push(line);
    }
  }
  yield* found();
  if (failure) throw failure;
}
