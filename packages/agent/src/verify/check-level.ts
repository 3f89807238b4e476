import { descentsOf, FreezerError, levelFolder, messageOf } from '@freezer/core';
import { type CatalogLevel, DIGEST_BYTES, describeLevel, type OpenedLevel, PIECE_BYTES, verifyPiecesReport } from '@freezer/format';
import { decodeStages } from '../decode-stages.ts';
import { readAll } from '../restore/read-all.ts';
import type { RunContext } from '../run-context.ts';
import { trialRestore } from './trial-restore.ts';
import type { VerifyDepth, VerifyUnit } from './verify-unit.ts';

/** What was found of one unit. */
export interface Findings {
  /** One line per damaged object, piece or entry; none: it is sound. */
  readonly problems: readonly string[];
  /** Whether it could not be checked: it is encrypted, and no pass file was given. */
  readonly unchecked: boolean;
  /** What could not be told: a level of Python's has no digests. */
  readonly notes: readonly string[];
  /** Of a trial restore: entries that the archive gave. */
  readonly entries: number | undefined;
}

interface Draft {
  readonly problems: string[];
  readonly notes: string[];
  entries: number | undefined;
}

const NO_MANIFEST = 'has no manifest (made by Python Freezer): only what its compression and encryption give away was checked';

/** Reads a unit and says what is wrong with it. What cannot be read is a finding; only an abort, or a mistake of ours, rejects. */
export async function checkUnit(context: RunContext, unit: VerifyUnit, depth: VerifyDepth): Promise<Findings> {
  const draft: Draft = { problems: [...faultsOfView(unit, depth)], notes: [], entries: undefined };
  let unchecked = false;
  try {
    const opened = await unit.set.reader.open(unit.level, { signal: context.signal });
    if (depth === 'manifests') checkPresence(opened, draft);
    else if (depth === 'bytes') await checkBytes(context, unit, opened, draft);
    else await checkRestore(context, unit, opened, draft);
  } catch (error) {
    context.signal.throwIfAborted();
    if (!FreezerError.is(error)) throw error;
    unchecked = FreezerError.is(error, 'unauthenticated') && context.passphrases.length === 0;
    if (!draft.problems.includes(error.message)) draft.problems.push(messageOf(error));
  }
  return { ...draft, unchecked };
}

function checkPresence({ manifest }: OpenedLevel, { notes }: Draft): void {
  if (manifest === undefined) notes.push('has no manifest (made by Python Freezer): only that its data is there was checked');
}

function faultsOfView({ level, set: { views }, part }: VerifyUnit, depth: VerifyDepth): readonly string[] {
  if (part !== undefined && part.offset > 0) return [];
  const view = views.flatMap(({ levels }) => levels).find((known) => known.level === level);
  // What is read says the same of its sizes, and more.
  return [...baseFaults(views, level), ...(view?.damage && depth === 'manifests' ? [messageOf(view.damage)] : [])];
}

async function checkBytes(context: RunContext, unit: VerifyUnit, opened: OpenedLevel, draft: Draft): Promise<void> {
  const { reader } = unit.set;
  if (unit.part === undefined || unit.part.offset === 0) await checkSmallObjects(context, unit, opened, draft);
  if (opened.manifest === undefined) {
    draft.notes.push(NO_MANIFEST);
    await readAll(context, reader, opened, await decodeStages({ reader, opened, passphrases: context.passphrases }, { signal: context.signal }));
    return;
  }
  for await (const line of damagedPieces(context, unit, opened)) draft.problems.push(line);
}

async function checkRestore(context: RunContext, unit: VerifyUnit, opened: OpenedLevel, draft: Draft): Promise<void> {
  if (!context.engine.capabilities.readable) {
    draft.notes.push(`engine ${context.engine.name} cannot read an archive without restoring it: its bytes were checked`);
    return checkBytes(context, unit, opened, draft);
  }
  await checkSmallObjects(context, unit, opened, draft);
  const { entries, problems, hasIndex } = await trialRestore(context, unit.set, opened);
  draft.entries = entries;
  draft.problems.push(...problems);
  if (!hasIndex) draft.notes.push(`has no index (made by Python Freezer): its ${entries} entries were read, and compared with nothing`);
}

/** An object that is missing is known from the listing already. */
async function checkSmallObjects({ signal }: RunContext, { set }: VerifyUnit, opened: OpenedLevel, { problems }: Draft): Promise<void> {
  for await (const { message } of set.reader.problems(opened, { signal })) if (!problems.includes(message)) problems.push(message);
}

const WORDS = { digest: 'differ from what was stored', short: 'are missing', long: 'are too much' } as const;

async function* damagedPieces({ signal }: RunContext, { part, set: { reader } }: VerifyUnit, opened: OpenedLevel): AsyncGenerator<string> {
  const expected = reader.expected(opened);
  const all = await reader.pieces(opened, { signal });
  const from = part?.offset ?? 0;
  const first = part?.firstPiece ?? 0;
  const size = part?.length ?? expected.size;
  // Behind the last part there must be nothing.
  const range = part && { offset: part.offset, length: part.length + (part.isLast ? PIECE_BYTES : 0) };
  const body = reader.raw(opened, 'data', { signal, ...(range && { range }) });
  const pieces = all.subarray(
    first * DIGEST_BYTES,
    part === undefined || part.isLast ? all.length : first * DIGEST_BYTES + Math.ceil(size / PIECE_BYTES) * DIGEST_BYTES,
  );
  for await (const { piece, offset, length, reason } of verifyPiecesReport(body, pieces, { ...expected, size })) {
    yield `data of ${expected.level}: bytes ${from + offset} to ${from + offset + length - 1} (piece ${first + piece}): ${WORDS[reason]}`;
  }
}

/** An increment is worth nothing without the very levels that it stands on. */
function baseFaults(views: VerifyUnit['set']['views'], level: CatalogLevel): readonly string[] {
  const view = views.find(({ t0 }) => t0 === level.id.t0);
  const entry = view?.levels.find((known) => known.level === level);
  const descent = view && entry && descentsOf(view).get(entry);
  if (descent === undefined) return [];
  const what = describeLevel(level.id);
  if (!descent.ok) return [`${what}: level ${descent.missing} is missing: ${descent.reason}`];
  const below = descent.levels.at(-2);
  const named = entry?.manifest?.document.base?.manifest;
  const base = view?.levels.find(({ id }) => id === below?.id);
  // Of a base whose manifest cannot be read its own check tells.
  return named && base?.damage === undefined && named !== base?.manifest?.digest
    ? [`${what}: its base ${below ? levelFolder(below.id) : ''} is not the one that it was made from`]
    : [];
}
