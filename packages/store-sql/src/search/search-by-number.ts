import { type DocumentSearch, valueAt } from '@freezer/core';
import type { RawBuilder } from 'kysely';
import type { Reading } from '../place.ts';
import type { FoundRow } from '../rows.ts';
import { keptNumber, NOTHING } from '../terms/index-entries.ts';
import { type DrivenPlan, loadRows, type NumberPlace, nextByNumber, nextWithoutNumber } from './seq-queries.ts';
import { verifier } from './verify.ts';

interface NumberSearch {
  readonly search: DocumentSearch & { readonly sort: NonNullable<DocumentSearch['sort']> };
  readonly slot: bigint;
  /** The term that the slot stands for: it needs no look. */
  readonly said: bigint;
  readonly marker: FoundRow | undefined;
}

const BATCH = 256;

/** The pages of a list that is sorted by an indexed number: first what has one, then what has none. */
export async function searchByNumber(reading: Reading, plan: DrivenPlan, options: NumberSearch): Promise<FoundRow[]> {
  const { limit, offset } = options.search;
  const verify = verifier(plan.rest);
  const found: FoundRow[] = [];
  const seqs: number[] = [];
  let skipped = 0;
  for await (const batch of batches(reading, plan, options, plan.rest ? BATCH : offset + limit)) {
    if (!plan.rest) {
      seqs.push(...batch);
      if (seqs.length >= offset + limit) break;
      continue;
    }
    for (const { row } of verify(await loadRows(reading, batch))) {
      if (skipped < offset) skipped += 1;
      else found.push(row);
    }
    if (found.length >= limit) break;
    await reading.breathe();
  }
  return plan.rest ? found.slice(0, limit) : await loadRows(reading, seqs.slice(offset, offset + limit));
}

async function* batches(reading: Reading, plan: DrivenPlan, { search, slot, said, marker }: NumberSearch, limit: number): AsyncGenerator<number[]> {
  const { descending, path } = search.sort;
  let after: NumberPlace | undefined = marker && { value: keptNumber(valueAt(JSON.parse(marker.document) as object, path)), seq: Number(marker.seq) };
  while (after === undefined || after.value < NOTHING) {
    const rows = await placesOf(reading, nextByNumber(plan, { slot, descending, after, limit, said }));
    yield rows.map(({ seq }) => seq);
    if (rows.length < limit) break;
    after = rows.at(-1);
  }
  let last: number = after !== undefined && after.value >= NOTHING ? after.seq : 0;
  for (;;) {
    const rows = await placesOf(reading, nextWithoutNumber(plan, { slot, after: last, limit, said }));
    yield rows.map(({ seq }) => seq);
    if (rows.length < limit) return;
    last = rows.at(-1)?.seq ?? last;
  }
}

async function placesOf({ reader }: Reading, query: RawBuilder<{ seq: number | string; value: number }>): Promise<NumberPlace[]> {
  return (await query.execute(reader)).rows.map(({ seq, value }) => ({ seq: Number(seq), value: Number(value) }));
}
