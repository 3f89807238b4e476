import { setImmediate } from 'node:timers/promises';
import { SILENT } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { Clerk } from './clerk.ts';
import { NO_METER } from './meter.ts';

const nothing = async (): Promise<void> => undefined;

test('A12: what thousands of jobs want begins in many turns of the event loop, of each job in order, and all of it is done when it is settled', async () => {
  const clerk = new Clerk({
    memories: { set: nothing, delete: nothing },
    runs: { start: nothing, adopt: nothing, abort: nothing },
    write: nothing,
    forget: nothing,
    meter: NO_METER,
    logger: SILENT,
  });
  const done: string[] = [];
  const want = (jobId: string, what: string): void => clerk.after(jobId, async () => void done.push(`${jobId} ${what}`));
  for (const what of ['saved', 'written']) for (let count = 0; count < 1000; count += 1) want(`j${count}`, what);
  let turns = 0;
  const turning = (async () => {
    for (; done.length < 2000; turns += 1) await setImmediate();
  })();
  await clerk.settled();
  expect(done).toHaveLength(2000);
  expect(done.indexOf('j7 saved')).toBeLessThan(done.indexOf('j7 written'));
  await turning;
  expect(turns).toBeGreaterThan(10);
});
