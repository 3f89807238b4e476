import type { Reading } from '../place.ts';
import { type DrivenPlan, rowsBySeq } from './seq-queries.ts';
import { type ReadRow, verifier } from './verify.ts';

const FIRST_BATCH = 64;
const LARGEST_BATCH = 512;

/** Documents of a plan that hold all that is asked for, in the order of creation. Reads as far as it is listened to. */
export async function* rowStream(reading: Reading, plan: DrivenPlan, after: number): AsyncGenerator<ReadRow> {
  const verify = verifier(plan.rest);
  let last = after;
  for (let size = FIRST_BATCH; ; size = Math.min(size * 2, LARGEST_BATCH)) {
    const rows = await rowsBySeq(reading, plan, last, size, 0);
    yield* verify(rows);
    const end = rows.at(-1);
    if (!end || rows.length < size) return;
    last = Number(end.seq);
    await reading.breathe();
  }
}

/** Two streams as one, in the order of creation, each document once. */
export async function* mergedStream(one: AsyncGenerator<ReadRow>, two: AsyncGenerator<ReadRow>): AsyncGenerator<ReadRow> {
  let [first, second] = [await one.next(), await two.next()];
  while (!first.done || !second.done) {
    const left = first.done ? Number.POSITIVE_INFINITY : Number(first.value.row.seq);
    const right = second.done ? Number.POSITIVE_INFINITY : Number(second.value.row.seq);
    if (left <= right && !first.done) yield first.value;
    else if (!second.done) yield second.value;
    if (left <= right) first = await one.next();
    if (right <= left) second = await two.next();
  }
}
