import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareSortValues, type DocumentFilter, type DocumentSearch, inScope, matchesFilter, type Scalar, type Stored, sortValueAt } from '@freezer/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SqlStore } from '../sql-store.ts';
import { openSqlite } from '../sqlite/open-sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-search-'));
let place = 0;
afterAll(() => rmSync(folder, { recursive: true }));

const scalar = fc.constantFrom<Scalar>('a', 'b c', '1', 1, 2, 2.5, true, null, '');
const key = fc.constantFrom('status', 'job_id', 'client_id', 'free');
const small = fc.dictionary(key, scalar, { maxKeys: 3 });
const time = fc.constantFrom<unknown>(-1, 0, 1, 1.5, 2, 3, 'x', null, undefined);
const document = fc.record(
  {
    status: scalar,
    backup_metadata: fc.tuple(small, time).map(([more, value]) => ({ ...more, ...(value !== undefined && { time_stamp: value }) })),
    list: fc.array(small, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const owner = fc.record({ projectId: fc.constantFrom('p', 'q'), userId: fc.constantFrom('u', 'v') });
const field = fc.record({ key: fc.oneof(key, fc.constantFrom('backup_metadata.status', 'backup_metadata.free')), value: scalar });
const path = fc.constantFrom('backup_metadata.time_stamp', 'backup_metadata.free', 'status');
const bound = fc.option(fc.integer({ min: -1, max: 3 }), { nil: undefined });
const search: fc.Arbitrary<DocumentSearch> = fc.record({
  scope: fc.record({
    projectId: fc.constantFrom('p', 'q', undefined),
    userId: fc.constantFrom('u', undefined, undefined),
    shared: fc.option(field, { nil: undefined, freq: 3 }),
  }),
  match: fc.array(field, { maxLength: 2 }),
  matchNot: fc.array(field, { maxLength: 2 }),
  ranges: fc.array(fc.record({ path, from: bound, to: bound }), { maxLength: 1 }),
  text: fc.constantFrom(undefined, undefined, undefined, 'c', '2'),
  sort: fc.option(fc.record({ path, descending: fc.boolean() }), { nil: undefined }),
  limit: fc.integer({ min: 1, max: 6 }),
  offset: fc.integer({ min: 0, max: 4 }),
  marker: fc.option(fc.integer({ min: 0, max: 30 }).map(String), { nil: undefined }),
});

type Known = Stored<object>;

const holds = (filter: DocumentFilter, { document: each, owner: its }: Known): boolean => inScope(each, its, filter.scope) && matchesFilter(each, filter);

/** What a search finds, by looking at every document. */
function expected(all: readonly Known[], { sort, marker, offset, limit, ...filter }: DocumentSearch): string[] {
  const order = (one: Known, two: Known): number =>
    (sort ? compareSortValues(sortedBy(one, sort.path), sortedBy(two, sort.path), sort.descending) : 0) || all.indexOf(one) - all.indexOf(two);
  const start = marker === undefined ? undefined : all.find(({ id }) => id === marker);
  if (marker !== undefined && (!start || !inScope(start.document, start.owner, filter.scope))) return [];
  const found = all.filter((each) => holds(filter, each)).toSorted(order);
  return found
    .filter((each) => !start || order(each, start) > 0)
    .slice(offset, offset + limit)
    .map(({ id }) => id);
}

const sortedBy = ({ document: each }: Known, at: string) => sortValueAt(each, at);

describe.each([
  ['where every term counts as frequent', 1],
  ['where none does', 1000],
])('searches find what looking at every document finds, %s', (_, frequent) => {
  it('after any writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(document, owner), { minLength: 1, maxLength: 30 }),
        fc.array(fc.tuple(fc.nat(29), document, owner), { maxLength: 8 }),
        fc.array(fc.nat(29), { maxLength: 4 }),
        fc.array(search, { minLength: 12, maxLength: 12 }),
        async (created, replaced, removed, searches) => {
          await using store = new SqlStore(await openSqlite({ path: join(folder, `${(place += 1)}.db`), timeoutMs: 30_000, frequent }), 30_000);
          await store.migrate();
          const backups = store.documents<object>('backups');
          for (const [index, [each, its]] of created.entries()) await backups.create(String(index), each, its);
          for (const [index, each, its] of replaced) {
            const current = await backups.get(String(index), {});
            if (current) await backups.replace(current.id, each, its, current);
          }
          for (const index of removed) await backups.remove(String(index));
          const all: Known[] = [];
          for (const index of created.keys()) {
            const found = await backups.get(String(index), {});
            if (found) all.push(found);
          }
          for (const each of searches) {
            // A list that is walked by an indexed time takes what is no number there for nothing.
            const isWalked = frequent === 1 && each.sort?.path === 'backup_metadata.time_stamp';
            if (isWalked && all.some((one) => typeof sortedBy(one, 'backup_metadata.time_stamp') === 'string')) continue;
            expect({ each, ids: (await backups.search(each)).map(({ id }) => id) }).toEqual({ each, ids: expected(all, each) });
            const { limit, offset, marker, sort, ...filter } = each;
            expect({ filter, count: await backups.count(filter) }).toEqual({ filter, count: all.filter((one) => holds(filter, one)).length });
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});
