import type { BytePath, Placement } from '@freezer/core';
import type { PathMatch } from '../path-match.ts';
import { OwnFolders } from './own-folders.ts';
import type { HistoryEntry } from './point-history.ts';
import { findPresent, isObstructed } from './present-entry.ts';
import type { ConflictPolicy } from './restore-request.ts';

/**
 * What a restore does to a path. 'unchanged': what is there looks the same ('always' writes it all the same); 'keep': the conflict policy leaves
 * what is there.
 */
export type PartChange = 'create' | 'replace' | 'unchanged' | 'keep';

export interface PlannedEntry {
  readonly item: HistoryEntry;
  readonly change: PartChange;
  readonly isWritten: boolean;
  /** A folder that was not asked for, but is needed by something that was. */
  readonly isAbove: boolean;
}

export interface PartPlanRequest {
  readonly target: string;
  readonly placement: Placement;
  readonly conflict: ConflictPolicy;
  readonly match: PathMatch;
}

interface Above {
  readonly item: HistoryEntry;
  readonly isAsked: boolean;
  isPlanned: boolean;
}

/** Compares the wanted part of a point, sorted by the bytes of the paths, with the target. Holds the folders above a path. Changes nothing. */
export async function* planPart(request: PartPlanRequest, point: AsyncIterable<HistoryEntry>): AsyncGenerator<PlannedEntry> {
  const folders = new FoldersAbove(request);
  for await (const item of point) {
    const isAsked = request.match.accepts(item.entry.path);
    folders.enter(item, isAsked);
    if (!isAsked) continue;
    const { change, isWritten } = await changeOf(request, item);
    if (isWritten) yield* folders.missing(item.entry.path);
    yield { item, change, isWritten, isAbove: false };
  }
}

async function changeOf({ target, placement, conflict }: PartPlanRequest, { entry }: HistoryEntry): Promise<{ change: PartChange; isWritten: boolean }> {
  const present = placement === 'empty' ? undefined : await findPresent(target, entry);
  if (present === undefined) {
    const isBlocked = placement === 'overlay' && KEEPS_OTHERS.has(conflict) && (await isObstructed(target, entry.path));
    return isBlocked ? { change: 'keep', isWritten: false } : { change: 'create', isWritten: true };
  }
  if (present.isSame) return { change: 'unchanged', isWritten: conflict === 'always' };
  const isWritten = conflict === 'always' || conflict === 'if-changed' || (conflict === 'if-newer' && entry.mtimeNs > present.mtimeNs);
  return { change: isWritten ? 'replace' : 'keep', isWritten };
}

const KEEPS_OTHERS: ReadonlySet<ConflictPolicy> = new Set(['if-newer', 'never']);

class FoldersAbove {
  readonly #placement: Placement;
  readonly #own: OwnFolders;
  /** Each path begins with that before it, so siblings such as `a-b` between `a` and `a/x` take nothing away. */
  readonly #stack: Above[] = [];

  constructor({ target, placement }: PartPlanRequest) {
    this.#placement = placement;
    this.#own = new OwnFolders(target);
  }

  enter(item: HistoryEntry, isAsked: boolean): void {
    const { path, type } = item.entry;
    if (path === '.') return;
    while (this.#stack.length > 0 && !path.startsWith(this.#stack.at(-1)?.item.entry.path ?? '')) this.#stack.pop();
    if (type === 'directory') this.#stack.push({ item, isAsked, isPlanned: isAsked });
  }

  async *missing(path: BytePath): AsyncGenerator<PlannedEntry> {
    for (const above of this.#stack) {
      const folder = above.item.entry.path;
      if (above.isPlanned || path.charAt(folder.length) !== '/' || folder === path) continue;
      above.isPlanned = true;
      if (this.#placement === 'overlay' && (await this.#own.has(folder))) continue;
      yield { item: above.item, change: 'create', isWritten: true, isAbove: true };
    }
  }
}
