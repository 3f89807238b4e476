import { FreezerError, levelFolder, messageOf, type SetId, setName } from '@freezer/core';
import { type CatalogLevel, committedLevels, LevelReader, type OpenedLevel, readCatalog, type SetCatalog, verifyPiecesReport } from '@freezer/format';
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
  const reader = new LevelReader({ storage, catalog, keyring: context.keyring, passphrases: context.passphrases, logger: context.logger });
  await warnOfLoss(context, catalog, reader);
  for (const level of levels) {
    context.logger.debug({ set, level: levelFolder(level.id) }, 'verifying level');
    yield await verifyLevel(context, request, reader, catalog, level);
  }
}

async function verifyLevel(context: RunContext, request: VerifyRequest, reader: LevelReader, catalog: SetCatalog, level: CatalogLevel): Promise<VerifiedLevel> {
  const problems: string[] = [];
  const notes: string[] = [];
  const found = { set: catalog.set, id: level.id, bytes: level.objects.get('data')?.size ?? 0, problems, notes };
  try {
    const opened = await reader.open(level, { signal: context.signal });
    for await (const problem of reader.problems(opened, { signal: context.signal })) problems.push(problem.message);
    await checkBase(catalog, reader, opened, problems, context.signal);
    if (opened.manifest === undefined) {
      notes.push('has no manifest (made by Python Freezer): only what its compression and encryption give away was checked');
      await readAll(
        context,
        reader,
        opened,
        await decodeStages({ reader, opened, passphrases: context.passphrases }, { signal: context.signal }),
      );
    } else for await (const line of damagedPieces(reader, opened, context.signal)) problems.push(line);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
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

/** An increment is worth nothing without the very base that it was made from. */
async function checkBase(catalog: SetCatalog, reader: LevelReader, { level, manifest }: OpenedLevel, problems: string[], signal: AbortSignal): Promise<void> {
  const base = manifest?.document.base;
  if (!base) return;
  const chain = catalog.chains.find(({ t0 }) => t0 === level.id.t0);
  const below = chain?.levels.find(({ id, committed }) => committed && id.level === base.level && id.t === base.t);
  if (below === undefined) {
    problems.push(`${levelFolder(level.id)} of set ${catalog.set}: its base ${base.level}_${base.t} is missing`);
    return;
  }
  if (base.manifest === null) return;
  const found = below.objects.has('manifest')
    ? await reader.peek(below, { signal }).then(
        (read) => read?.digest,
        () => 'unreadable',
      )
    : undefined;
  if (found !== base.manifest)
    problems.push(`${levelFolder(level.id)} of set ${catalog.set}: its base ${base.level}_${base.t} is not the one that it was made from`);
}
