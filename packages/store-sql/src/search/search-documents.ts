import { compareSortValues, type DocumentFilter, type DocumentKind, type DocumentSearch, inScope, type SortValue, sortValueAt } from '@freezer/core';
import { type CompiledQuery, sql } from 'kysely';
import type { Reading } from '../place.ts';
import { DOCUMENT_COLUMNS, type FoundRow, ownerOf } from '../rows.ts';
import { projectTerm } from '../terms/term-hash.ts';
import { type Plan, planBoth, planOwn, planShared, slotOf } from './plan.ts';
import { mergedStream, rowStream } from './row-streams.ts';
import { searchByNumber } from './search-by-number.ts';
import { countOf, driven, frequencyOf, loadRows, rowsBySeq } from './seq-queries.ts';
import type { ReadRow } from './verify.ts';

/** Everything that a filter finds, after a place in the order of creation. */
async function* allRows(reading: Reading, kind: DocumentKind, filter: DocumentFilter, after: number): AsyncGenerator<ReadRow> {
  const own = rowStream(reading, await driven(reading, planOwn(kind, filter)), after);
  const { shared } = filter.scope;
  yield* shared ? mergedStream(own, rowStream(reading, await driven(reading, planShared(kind, filter, shared)), after)) : own;
}

/** The document behind which a page begins. One that is out of scope is none: whoever asks must not learn that there is one. */
async function findMarker({ reader }: Reading, kind: DocumentKind, { marker, scope }: DocumentSearch): Promise<FoundRow | undefined> {
  if (marker === undefined) return undefined;
  const query = reader.selectFrom('freezer_documents').select(DOCUMENT_COLUMNS).where('kind', '=', kind).where('id', '=', marker);
  const row: FoundRow | undefined = await query.executeTakeFirst();
  return row && inScope(JSON.parse(row.document) as object, ownerOf(row), scope) ? row : undefined;
}

/** `DocumentStore.search`. */
export async function searchDocuments(reading: Reading, kind: DocumentKind, search: DocumentSearch): Promise<readonly FoundRow[]> {
  const marker = await findMarker(reading, kind, search);
  if (search.marker !== undefined && !marker) return [];
  if (search.limit <= 0) return [];
  return search.sort ? await searchSorted(reading, kind, { ...search, sort: search.sort }, marker) : await searchByCreation(reading, kind, search, marker);
}

async function searchByCreation(reading: Reading, kind: DocumentKind, search: DocumentSearch, marker: FoundRow | undefined): Promise<readonly FoundRow[]> {
  const { limit, offset } = search;
  const after = Number(marker?.seq ?? 0);
  if (!search.scope.shared) {
    const plan = await driven(reading, planOwn(kind, search));
    if (!plan.rest) return await rowsBySeq(reading, plan, after, limit, offset);
  }
  const found: FoundRow[] = [];
  let skipped = 0;
  for await (const { row } of allRows(reading, kind, search, after)) {
    if (skipped < offset) skipped += 1;
    else found.push(row);
    if (found.length >= limit) break;
  }
  return found;
}

interface Position {
  readonly seq: number;
  readonly value: SortValue;
}

type SortedSearch = DocumentSearch & { readonly sort: NonNullable<DocumentSearch['sort']> };

async function searchSorted(reading: Reading, kind: DocumentKind, search: SortedSearch, marker: FoundRow | undefined): Promise<readonly FoundRow[]> {
  const { scope, sort, offset, limit } = search;
  const slot = scope.shared ? undefined : slotOf(kind, scope.projectId, sort.path);
  if (slot !== undefined && scope.projectId !== undefined) {
    const plan = await driven(reading, planOwn(kind, search));
    if ((await frequencyOf(reading, plan.driver)) >= reading.frequent) {
      return await searchByNumber(reading, plan, { search, slot, said: projectTerm(kind, scope.projectId), marker });
    }
  }
  const order = (one: Position, two: Position): number => compareSortValues(one.value, two.value, sort.descending) || one.seq - two.seq;
  const placeOf = ({ row, document }: ReadRow): Position => ({ seq: Number(row.seq), value: sortValueAt(document, sort.path) });
  const places: Position[] = [];
  for await (const read of allRows(reading, kind, search, 0)) places.push(placeOf(read));
  const start = marker && placeOf({ row: marker, document: JSON.parse(marker.document) as object });
  const following = places.toSorted(order).filter((each) => !start || order(each, start) > 0);
  return await loadRows(
    reading,
    following.slice(offset, offset + limit).map(({ seq }) => seq),
  );
}

const isWhole = ({ match = [], matchNot = [], ranges = [], text = '' }: DocumentFilter): boolean =>
  match.length + matchNot.length + ranges.length === 0 && text.trim() === '';

/** `DocumentStore.count`. */
export async function countDocuments(reading: Reading, kind: DocumentKind, filter: DocumentFilter): Promise<number> {
  const { projectId, userId, shared } = filter.scope;
  if (isWhole(filter) && userId === undefined && !shared) return (await totals(reading, kind, projectId)).documents;
  const plans: Plan[] = shared ? [planOwn(kind, filter), planShared(kind, filter, shared), planBoth(kind, filter, shared)] : [planOwn(kind, filter)];
  if (plans.some(({ rest }) => rest)) {
    let count = 0;
    for await (const _ of allRows(reading, kind, filter, 0)) count += 1;
    return count;
  }
  const counts: number[] = [];
  for (const plan of plans) counts.push(await countOf(reading.reader, await driven(reading, plan)));
  const [own = 0, everybodys = 0, both = 0] = counts;
  return own + everybodys - both;
}

interface Totals {
  readonly documents: number | string | null;
  readonly changes: number | string | null;
}

async function totals({ shaped, reader }: Reading, kind: DocumentKind, projectId: string | undefined): Promise<{ documents: number; changes: number }> {
  const where = projectId === undefined ? sql`` : sql`and project_id = ${projectId}`;
  const build = (): CompiledQuery<Totals> =>
    sql<Totals>`select sum(documents) as documents, sum(changes) as changes from freezer_totals where kind = ${kind} ${where}`.compile(reader);
  const row = await (projectId === undefined ? shaped.row('totals of all', [kind], build) : shaped.row('totals', [kind, projectId], build));
  return { documents: Number(row?.documents ?? 0), changes: Number(row?.changes ?? 0) };
}

/** `DocumentStore.fingerprint`: the writes of the project, or of the whole kind where others' documents count too. */
export async function fingerprintOf(reading: Reading, kind: DocumentKind, { scope }: DocumentFilter): Promise<string> {
  const { documents, changes } = await totals(reading, kind, scope.shared ? undefined : scope.projectId);
  return `${documents}.${changes}`;
}
