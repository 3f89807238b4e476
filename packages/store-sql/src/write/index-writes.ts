import type { DocumentKind } from '@freezer/core';
import { type RawBuilder, sql } from 'kysely';
import type { Dialect } from '../dialect.ts';
import type { Database } from '../place.ts';
import type { IndexEntries } from '../terms/index-entries.ts';

/** Where something is written, inside a transaction. */
export interface Writing {
  readonly database: Database;
  readonly dialect: Dialect;
}

/** A list as one parameter makes one statement for lists of any length: nothing to build and to prepare each time. */
const TERM_ROWS: Readonly<Record<Dialect['kind'], (terms: readonly bigint[], seq: number) => RawBuilder<unknown>>> = {
  sqlite: (terms, seq) => sql`insert into freezer_terms (term, seq) select value, ${seq} from json_each(${`[${terms.join(',')}]`})`,
  postgresql: (terms, seq) => sql`insert into freezer_terms (term, seq) select unnest(${`{${terms.join(',')}}`}::bigint[]), ${seq}::bigint`,
  mysql: (terms, seq) => sql`insert into freezer_terms (term, seq) values ${sql.join(terms.map((term) => sql`(${term}, ${seq})`))}`,
};

/** Rows of one statement: drivers and servers limit parameters (65 535 at PostgreSQL, 32 766 at SQLite). */
const ROWS = 1000;

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += ROWS) yield items.slice(start, start + ROWS);
}

const without = <T>(items: Iterable<T>, others: ReadonlySet<T>): T[] => [...items].filter((item) => !others.has(item));

const NONE: IndexEntries = { terms: new Set(), numbers: new Map() };

/** Turns the entries that were written for a document into those of now. */
export async function writeEntries({ database, dialect }: Writing, seq: number, after: IndexEntries, before: IndexEntries = NONE): Promise<void> {
  for (const gone of chunks(without(before.terms, after.terms))) {
    await database.deleteFrom('freezer_terms').where('seq', '=', seq).where('term', 'in', gone).execute();
  }
  for (const added of chunks(without(after.terms, before.terms))) {
    await TERM_ROWS[dialect.kind](added, seq).execute(database);
  }
  for (const [slot, value] of before.numbers) {
    if (after.numbers.get(slot) === value) continue;
    await database.deleteFrom('freezer_numbers').where('slot', '=', slot).where('value', '=', value).where('seq', '=', seq).execute();
  }
  const numbers = [...after.numbers].filter(([slot, value]) => before.numbers.get(slot) !== value);
  if (numbers.length > 0) {
    await database
      .insertInto('freezer_numbers')
      .values(numbers.map(([slot, value]) => ({ slot, value, seq })))
      .execute();
  }
}

/** Counts a write: `documents` is 1 for one more, -1 for one less, 0 for a changed one. */
export async function countWrite({ database, dialect }: Writing, kind: DocumentKind, projectId: string, documents: number): Promise<void> {
  const slot = Math.floor(Math.random() * dialect.totalSlots);
  const insert = database.insertInto('freezer_totals').values({ kind, project_id: projectId, slot, documents, changes: 1 });
  if (dialect.kind === 'mysql') {
    await insert.onDuplicateKeyUpdate({ documents: sql`documents + ${documents}`, changes: sql`changes + 1` }).execute();
  } else {
    await insert
      .onConflict((conflict) =>
        conflict.columns(['kind', 'project_id', 'slot']).doUpdateSet({
          documents: sql`freezer_totals.documents + excluded.documents`,
          changes: sql`freezer_totals.changes + 1`,
        }),
      )
      .execute();
  }
}
