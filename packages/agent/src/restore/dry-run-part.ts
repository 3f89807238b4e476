import type { HeldEntry, LevelId } from '@freezer/core';
import { decodeStages } from '../decode-stages.ts';
import type { RunContext } from '../run-context.ts';
import { type PartChange, planPart } from './plan-part.ts';
import { readAll } from './read-all.ts';
import { checkAllMatched, openPart, straysOfPart } from './restore-part.ts';
import type { PartRequest } from './restore-request.ts';

/** What a restore would do to a path. 'remove': by `--delete`. */
export type FuturePath =
  | { readonly change: PartChange; readonly entry: HeldEntry; readonly level: LevelId | undefined }
  | { readonly change: 'remove'; readonly path: string };

/** Tells what a restore would change, and changes nothing. Fails like the restore. */
export async function* dryRunPart(context: RunContext, request: PartRequest): AsyncGenerator<FuturePath> {
  const part = await openPart(context, request);
  const { levels, reader } = part.point;
  const { passphrases, signal } = context;
  for (const opened of levels) {
    const decode = await decodeStages({ reader, opened, passphrases }, { signal });
    if (request.verifyFirst) await readAll(context, reader, opened, decode);
  }
  for await (const { path } of straysOfPart(context, request, part)) yield { change: 'remove', path };
  for await (const { item, change } of planPart({ ...request, placement: part.placement, match: part.match }, part.entries()))
    yield { change, entry: item.entry, level: levels[item.level]?.level.id };
  checkAllMatched(part.match);
}
