import { type CallOptions, FreezerError, levelFolder, messageOf, type SetId, setName } from '@freezer/core';
import { type CatalogChain, type CatalogLevel, committedLevels, LevelReader, readCatalog, type SetCatalog } from '@freezer/format';
import { catalogOfHeld, holdSet } from '../hold-set.ts';
import { levelFault } from '../level-fault.ts';
import type { RunContext } from '../run-context.ts';
import { type CopyEnds, copyLevel } from './copy-level.ts';
import { hideOlder } from './hide-older.ts';
import { listedDifference } from './same-listing.ts';
import { TargetChain } from './target-chain.ts';

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
 * What is there is compared by its manifest; older levels whose place was taken are hidden there as at the source. A run that was stopped is
 * gone on with by the next. What cannot be copied or hidden does not keep other chains from being copied. Fails with `not_found` when there is
 * nothing of that name: a slip must not pass for a copy.
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
  const target = new TargetChain(chain.t0, had, { target: targetReader, source: ends.reader });
  const done: CopiedLevel[] = [];
  /** Levels that the target has now, or would have. */
  const usable = new Set<string>();
  for (const level of committedLevels(chain)) {
    const name = nameOf(level);
    const missing = await missingBase(ends, level, usable, options);
    const present = target.find(level);
    const copied =
      missing !== undefined
        ? failedLevel(name, 'waiting', `its base ${missing} is not at the target`)
        : present !== undefined
          ? await comparePresent(ends, { name, level, present, targetReader }, options)
          : await copyMissing(ends, { name, level, target, chain }, options);
    done.push(copied);
    if (copied.state !== 'copied' && copied.state !== 'present') continue;
    usable.add(levelFolder(level.id));
    if (present === undefined) target.add(level);
    if (!options.dryRun) done.push(...(await hideBehind(ends, target, present ?? level, options)));
  }
  return done;
}

const nameOf = ({ id }: CatalogLevel): string => `${id.t0}/${levelFolder(id)}`;

/** Hides what a level took the place of. Resolves to what could not be hidden. */
async function hideBehind(ends: CopyEnds, target: TargetChain, newer: CatalogLevel, { signal }: ChainOptions): Promise<readonly CopiedLevel[]> {
  const failed = await hideOlder(ends, target, newer, { signal });
  return failed.map(({ level, error }) => {
    const name = nameOf(level);
    ends.to.logger.error({ set: ends.catalog.set, level: name, reason: error.message }, 'the older level was not hidden');
    return failedLevel(name, 'failed', `Python Freezer still sees it beside ${levelFolder(newer.id)}: ${error.message}`);
  });
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
    const difference = own === undefined && other === undefined ? listedDifference(level, present) : undefined;
    if (difference !== undefined) return failedLevel(name, 'failed', `the target holds another level of this name: ${difference}`);
    if (own?.digest === other?.digest) return { level: name, state: 'present', bytes: undefined, problem: undefined };
    return failedLevel(name, 'failed', 'the target holds another level of this name');
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
    return failedLevel(name, 'failed', messageOf(error));
  }
}

interface Missing {
  readonly name: string;
  readonly level: CatalogLevel;
  readonly target: TargetChain;
  /** Of the source. */
  readonly chain: CatalogChain;
}

async function copyMissing(ends: CopyEnds, { name, level, target, chain }: Missing, { dryRun, ...options }: ChainOptions): Promise<CopiedLevel> {
  try {
    const apart = level.superseded ? undefined : await target.goneApart(committedLevels(chain), options);
    if (apart !== undefined)
      throw new FreezerError(
        'conflict',
        `the chains have gone apart: the target has ${levelFolder(apart.id)}, which the source has not; a new full is copied again`,
      );
    if (dryRun) return { level: name, state: 'copied', bytes: level.objects.get('data')?.size, problem: undefined };
    return { level: name, state: 'copied', bytes: await copyLevel(ends, level, options), problem: undefined };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
    ends.from.logger.error({ set: ends.catalog.set, level: name, reason: error.message }, 'the level was not copied');
    return failedLevel(name, 'failed', error.message);
  }
}
