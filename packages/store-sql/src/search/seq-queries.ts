import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Database, Reading } from '../place.ts';
import { DOCUMENT_COLUMNS, type FoundRow } from '../rows.ts';
import { NOTHING } from '../terms/index-entries.ts';
import type { Plan } from './plan.ts';

/** A plan with the term that is read; the others are asked for each document of it. */
export interface DrivenPlan extends Plan {
  readonly driver: bigint;
}

/** The number of documents of a term, counted up to what makes it frequent. */
export async function frequencyOf({ shaped, reader, frequent }: Reading, term: bigint): Promise<number> {
  const build = (): CompiledQuery<{ count: number | string }> =>
    sql<{
      count: number | string;
    }>`select count(*) as count from (select 1 as one from freezer_terms where term = ${term} limit ${sql.lit(frequent)}) as found`.compile(reader);
  return Number((await shaped.row('frequency', [term], build))?.count ?? 0);
}

/** Chooses the rarest term as the one to read. */
export async function driven(reading: Reading, plan: Plan): Promise<DrivenPlan> {
  const [first, ...others] = plan.terms;
  if (first === undefined) throw new TypeError('a plan has a term');
  let driver = first;
  if (others.length > 0) {
    let least = await frequencyOf(reading, first);
    for (const term of others) {
      const frequency = least === 0 ? 0 : await frequencyOf(reading, term);
      if (frequency < least) [driver, least] = [term, frequency];
    }
  }
  return { ...plan, driver };
}

/** What else must hold of `t.seq`, each beginning with `and`. */
function conditions(plan: Plan, said: bigint | undefined): RawBuilder<unknown> {
  const parts = [
    ...plan.terms.filter((term) => term !== said).map((term) => sql`and exists (select 1 from freezer_terms x where x.term = ${term} and x.seq = t.seq)`),
    ...plan.without.map((term) => sql`and not exists (select 1 from freezer_terms x where x.term = ${term} and x.seq = t.seq)`),
    ...plan.ranges.map(
      ({ slot, from, to }) =>
        sql`and t.seq in (select n.seq from freezer_numbers n where n.slot = ${slot} and n.value < ${NOTHING} and n.value >= ${from ?? -NOTHING} and n.value <= ${to ?? NOTHING})`,
    ),
  ];
  return sql.join(parts, sql` `);
}

/** The next documents of a plan, in the order of creation, after the one at `after`. */
function nextBySeq(plan: DrivenPlan, after: number, limit: number, offset = 0): RawBuilder<{ seq: number | string }> {
  return sql`select t.seq from freezer_terms t where t.term = ${plan.driver} and t.seq > ${after} ${conditions(plan, plan.driver)}
    order by t.seq limit ${limit} offset ${offset}`;
}

export async function countOf(database: Database, plan: DrivenPlan): Promise<number> {
  const query = sql<{ count: number | string }>`select count(*) as count from freezer_terms t where t.term = ${plan.driver} ${conditions(plan, plan.driver)}`;
  return Number((await query.execute(database)).rows[0]?.count ?? 0);
}

/** A place in a list that is sorted by a number. */
export interface NumberPlace {
  readonly value: number;
  readonly seq: number;
}

/** The next documents of a plan that have a number in the slot, in the order of it. `said` is the term that the slot stands for. */
export function nextByNumber(
  plan: Plan,
  options: { readonly slot: bigint; readonly descending: boolean; readonly after: NumberPlace | undefined; readonly limit: number; readonly said: bigint },
): RawBuilder<{ seq: number | string; value: number }> {
  const { slot, descending, after, limit, said } = options;
  const direction = descending ? sql`desc` : sql`asc`;
  const beyond = after
    ? descending
      ? sql`and t.value <= ${after.value} and (t.value < ${after.value} or t.seq > ${after.seq})`
      : sql`and t.value >= ${after.value} and (t.value > ${after.value} or t.seq > ${after.seq})`
    : sql``;
  return sql`select t.seq, t.value from freezer_numbers t where t.slot = ${slot} and t.value < ${NOTHING} ${beyond} ${conditions(plan, said)}
    order by t.value ${direction}, t.seq limit ${limit}`;
}

/** The next documents of a plan that have none, in the order of creation. */
export function nextWithoutNumber(
  plan: Plan,
  options: { readonly slot: bigint; readonly after: number; readonly limit: number; readonly said: bigint },
): RawBuilder<{ seq: number | string; value: number }> {
  const { slot, after, limit, said } = options;
  return sql`select t.seq, t.value from freezer_numbers t where t.slot = ${slot} and t.value = ${NOTHING} and t.seq > ${after} ${conditions(plan, said)}
    order by t.seq limit ${limit}`;
}

/** The documents at these places of the order of creation; one that was removed meanwhile is left out. */
export async function loadRows({ reader }: Reading, seqs: readonly number[]): Promise<FoundRow[]> {
  if (seqs.length === 0) return [];
  const rows: FoundRow[] = await reader.selectFrom('freezer_documents').select(DOCUMENT_COLUMNS).where('seq', 'in', seqs).execute();
  const bySeq = new Map(rows.map((row) => [Number(row.seq), row]));
  return seqs.flatMap((seq) => bySeq.get(seq) ?? []);
}

/** `nextBySeq` with the documents, in one query. */
export async function rowsBySeq({ shaped, reader }: Reading, plan: DrivenPlan, after: number, limit: number, offset: number): Promise<readonly FoundRow[]> {
  const others = plan.terms.filter((term) => term !== plan.driver);
  const build = (): CompiledQuery<FoundRow> =>
    sql<FoundRow>`select d.seq, d.id, d.project_id, d.user_id, d.revision, d.document
      from (${nextBySeq(plan, after, limit, offset)}) as p join freezer_documents d on d.seq = p.seq order by d.seq`.compile(reader);
  const ranges = plan.ranges.flatMap(({ slot, from, to }) => [slot, NOTHING, from ?? -NOTHING, to ?? NOTHING]);
  const parameters = [plan.driver, after, ...others, ...plan.without, ...ranges, limit, offset];
  return await shaped.rows(`page ${others.length} ${plan.without.length} ${plan.ranges.length}`, parameters, build);
}
