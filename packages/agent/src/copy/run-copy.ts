import { type CallOptions, FreezerError, levelFolder, messageOf, type SetId, setName } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, committedLevels, LevelReader, readCatalog, type SetCatalog } from '@freezer/format';
import { catalogOfHeld, holdSet } from '../hold-set.ts';
import { levelFault } from '../level-fault.ts';
import type { RunContext } from '../run-context.ts';
import { type CopyEnds, copyLevel } from './copy-level.ts';
import { hideOlder } from './hide-older.ts';

export interface CopyRequest {
  readonly set: SetId;
  readonly waitSeconds: number;
  readonly dryRun: boolean;
}

/** What became of one level. */
export interface CopiedLevel {
  readonly level: string;
  /** `present`: the target has it. `waiting`: what it stands on could not be copied. */
  readonly state: 'copied' | 'present' | 'failed' | 'waiting';
  /** Of its data; undefined unless it was copied. */
  readonly bytes: number | undefined;
  readonly problem: string | undefined;
}

export interface CopyOutcome {
  readonly set: string;
  readonly levels: readonly CopiedLevel[];
}

/**
 * Copies the levels of a set that the target lacks, each chain from its full upwards, so that whatever is there at any moment can be restored.
 * What is there already is compared by its manifest and left as it is; a run that was stopped is gone on with by the next. A level that cannot be read does not keep
 * other chains from being copied. Fails with `not_found` when there is nothing of that name: a slip must not pass for a copy.
 */
export async function runCopy(from: RunContext, to: RunContext, request: CopyRequest): Promise<CopyOutcome> {
  const { signal } = from;
  const { set: id, dryRun } = request;
  const set = setName(id);
  const catalog = await readCatalog(from.storage, id.engine, set, { signal });
  if (catalog.chains.flatMap(committedLevels).length === 0)
    throw new FreezerError('not_found', `No matching backup name "${set}" found: ${from.storage.label} holds no such set of engine ${id.engine}`);
  if (!dryRun) await to.storage.prepare({ signal });
  await using lock = await holdSet(to, request);
  const there = await catalogOfHeld(to, request);
  const ends: CopyEnds = { from, to, catalog, reader: readerOf(from, catalog), check: async () => lock?.check() };
  const levels: CopiedLevel[] = [];
  for (const chain of catalog.chains) levels.push(...(await copyChain(ends, chain, there, { signal, dryRun })));
  return { set, levels };
}

const readerOf = ({ storage, keyring, passphrases, logger }: RunContext, catalog: SetCatalog): LevelReader =>
  new LevelReader({ storage, catalog, keyring, passphrases, logger });

interface ChainOptions extends CallOptions {
  readonly dryRun: boolean;
}

async function copyChain(ends: CopyEnds, chain: CatalogChain, there: SetCatalog, options: ChainOptions): Promise<readonly CopiedLevel[]> {
  const targetReader = readerOf(ends.to, there);
  const had = there.chains.find(({ t0 }) => t0 === chain.t0);
  const done: CopiedLevel[] = [];
  const added: CatalogLevel[] = [];
  /** Levels that the target has now, or would have. */
  const usable = new Set<string>();
  for (const level of committedLevels(chain)) {
    const name = `${chain.t0}/${levelFolder(level.id)}`;
    const missing = await missingBase(ends, level, usable, options);
    const present = had?.levels.find(({ id, committed }) => committed && levelFolder(id) === levelFolder(level.id));
    const copied =
      missing !== undefined
        ? failedLevel(name, 'waiting', `its base ${missing} is not at the target`)
        : present !== undefined
          ? await comparePresent(ends, { name, level, present, targetReader }, options)
          : await copyMissing(ends, name, level, options);
    done.push(copied);
    if (copied.state === 'copied' || copied.state === 'present') usable.add(levelFolder(level.id));
    if (copied.state === 'copied') added.push(level);
  }
  if (!options.dryRun) await hideOlder(ends, { had, copied: added }, { signal: options.signal });
  return done;
}

const failedLevel = (level: string, state: CopiedLevel['state'], problem: string): CopiedLevel => ({ level, state, bytes: undefined, problem });

/** The level below it, as its manifest names it, or for one of Python's any level of that number; undefined when it is there or it needs none. */
async function missingBase({ reader }: CopyEnds, level: CatalogLevel, usable: ReadonlySet<string>, options: CallOptions): Promise<string | undefined> {
  if (level.id.level === 0) return undefined;
  const base = (await reader.peek(level, options).catch(() => undefined))?.document.base;
  if (base) return usable.has(levelFolder(base)) ? undefined : levelFolder(base);
  const below = `${level.id.level - 1}_`;
  return [...usable].some((folder) => folder.startsWith(below)) ? undefined : `level ${level.id.level - 1}`;
}

interface Present {
  readonly name: string;
  readonly level: CatalogLevel;
  readonly present: CatalogLevel;
  readonly targetReader: LevelReader;
}

async function comparePresent({ reader }: CopyEnds, { name, level, present, targetReader }: Present, options: CallOptions): Promise<CopiedLevel> {
  try {
    const [own, other] = await Promise.all([reader.peek(level, options), targetReader.peek(present, options)]);
    const fault = levelFault(present, other);
    if (fault !== undefined) return failedLevel(name, 'failed', `the target's is damaged: ${fault.message}`);
    if (own?.digest === other?.digest) return { level: name, state: 'present', bytes: undefined, problem: undefined };
    return failedLevel(name, 'failed', 'the target holds another level of this name');
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
    return failedLevel(name, 'failed', messageOf(error));
  }
}

async function copyMissing(ends: CopyEnds, name: string, level: CatalogLevel, { dryRun, ...options }: ChainOptions): Promise<CopiedLevel> {
  if (dryRun) return { level: name, state: 'copied', bytes: level.objects.get('data')?.size, problem: undefined };
  try {
    return { level: name, state: 'copied', bytes: await copyLevel(ends, level, options), problem: undefined };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
    ends.from.logger.error({ set: ends.catalog.set, level: name, reason: error.message }, 'the level was not copied');
    return failedLevel(name, 'failed', error.message);
  }
}
