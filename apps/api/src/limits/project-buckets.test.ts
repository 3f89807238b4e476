import { expect, test } from '@jest/globals';
import { ProjectBuckets } from './project-buckets.ts';

function buckets(perMinute: number, burst: number) {
  const clock = { at: 0 };
  const own = new ProjectBuckets({ perMinute, burst }, () => clock.at);
  return { take: (project = 'p') => own.take(project), clock };
}

test('as many as the burst come at once, then one per share of the minute', () => {
  const { take, clock } = buckets(60, 3);
  expect([take(), take(), take(), take()]).toEqual([0, 0, 0, 1]);
  clock.at = 999;
  expect(take()).toBe(1);
  clock.at = 2001;
  expect([take(), take(), take()]).toEqual([0, 0, 1]);
});

test('it says after how many seconds there is one again', () => {
  const { take } = buckets(2, 1);
  expect([take(), take()]).toEqual([0, 30]);
});

test('what was not used is kept up to the burst and no further, and each project has its own', () => {
  const { take, clock } = buckets(60, 2);
  clock.at = 3_600_000;
  expect([take(), take(), take(), take('q')]).toEqual([0, 0, 1, 0]);
});
