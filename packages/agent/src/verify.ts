import { descentsOf, FreezerError, levelFolder, messageOf, type SetId, setName } from '@freezer/core';
import { type CatalogLevel, committedLevels, LevelReader, type OpenedLevel, readCatalog, verifyPiecesReport } from '@freezer/format';
import { type ChainView, viewChains } from './chain-view.ts';
import { dataBytes } from './data-bytes.ts';
import { decodeStages } from './decode-stages.ts';
import { warnOfLoss } from './loss-warning.ts';
import { readAll } from './restore/read-all.ts';
import type { RunContext } from './run-context.ts';

/** What verify found of one level. */
export interface VerifiedLevel {
  readonly set: string;
  readonly id: CatalogLevel['id'];
  /** Bytes of `data` that were read. */
  readonly bytes: number;
  /** One line per damaged object or piece; none: the level is sound. */
  readonly problems: readonly string[];
  /** Whether it could not be checked: it is encrypted, and no pass file was given. */
  readonly unchecked: boolean;
  /** What could not be told: a level of Python's has no digests. */
  readonly notes: readonly string[];
}

export interface VerifyRequest {
  readonly set: SetId;
  /** Epoch seconds: only levels at or before it. */
  readonly at: number | undefined;
}

/** Reads every object of every level of a set and names what is damaged; goes on after each. Fails only when nothing can be read at all. */
export async function* runVerify(context: RunContext, request: VerifyRequest): AsyncGenerator<VerifiedLevel> {
  const { storage, signal } = context;
  const set = setName(request.set);
  const catalog = await readCatalog(storage, request.set.engine, set, { signal });
  const levels = catalog.chains.flatMap(committedLevels).filter(({ id }) => id.t <= (request.at ?? Number.POSITIVE_INFINITY));
  if (levels.length === 0)
    throw new FreezerError('not_found', `No matching backup name "${set}" found: ${storage.label} holds no such set of engine ${request.set.engine}`);
  context.progress.expect(dataBytes(levels));
  const reader = new LevelReader({ storage, catalog, keyring: context.keyring, passphrases: context.passphrases, logger: context.logger });
  await warnOfLoss(context, catalog, reader);
  const views = await viewChains(reader, catalog, { signal });
  for (const level of levels) {
    context.logger.debug({ set, level: levelFolder(level.id) }, 'verifying level');
    yield await verifyLevel(context, reader, views, level, set);
  }
}

async function verifyLevel(context: RunContext, reader: LevelReader, views: readonly ChainView[], level: CatalogLevel, set: string): Promise<VerifiedLevel> {
  const problems: string[] = [...checkBase(views, level)];
  const notes: string[] = [];
  const found = { set, id: level.id, bytes: level.objects.get('data')?.size ?? 0, problems, notes, unchecked: false };
  try {
    const opened = await reader.open(level, { signal: context.signal });
    for await (const problem of reader.problems(opened, { signal: context.signal })) problems.push(problem.message);
    if (opened.manifest === undefined) {
      notes.push('has no manifest (made by Python Freezer): only what its compression and encryption give away was checked');
      await readAll(context, reader, opened, await decodeStages({ reader, opened, passphrases: context.passphrases }, { signal: context.signal }));
    } else for await (const line of damagedPieces(reader, opened, context.signal)) problems.push(line);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
    if (error.code === 'unauthenticated') return { ...found, problems: [...problems, messageOf(error)], unchecked: true };
    if (!problems.includes(error.message)) problems.push(messageOf(error));
  }
  return found;
}

async function* damagedPieces(reader: LevelReader, opened: OpenedLevel, signal: AbortSignal): AsyncGenerator<string> {
  const expected = reader.expected(opened);
  for await (const { piece, offset, length, reason } of verifyPiecesReport(
    reader.raw(opened, 'data', { signal }),
    await reader.pieces(opened, { signal }),
    expected,
  )) {
    yield `data of ${expected.level}: bytes ${offset} to ${offset + length - 1} (piece ${piece}): ${{ digest: 'differ from what was stored', short: 'are missing', long: 'are too much' }[reason]}`;
  }
}

/** An increment is worth nothing without the very levels that it stands on. */
function checkBase(views: readonly ChainView[], level: CatalogLevel): readonly string[] {
  const view = views.find(({ t0 }) => t0 === level.id.t0);
  const entry = view?.levels.find((known) => known.level === level);
  const descent = view && entry && descentsOf(view).get(entry);
  if (descent === undefined) return [];
  const what = `${levelFolder(level.id)} of chain ${level.id.t0}`;
  if (!descent.ok) return [`${what}: level ${descent.missing} is missing: ${descent.reason}`];
  const below = descent.levels.at(-2);
  const named = entry?.manifest?.document.base?.manifest;
  const found = view?.levels.find(({ id }) => id === below?.id)?.manifest?.digest;
  return named && named !== found ? [`${what}: its base ${below ? levelFolder(below.id) : ''} is not the one that it was made from`] : [];
}
