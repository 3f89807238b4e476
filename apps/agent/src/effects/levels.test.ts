import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { RunHere } from '../run-here.fixture.ts';

jest.setTimeout(60_000);

const DAY = 86_400_000;

let here: RunHere;
beforeEach(() => {
  here = new RunHere();
  mkdirSync(here.path('source'));
  writeFileSync(here.path('source/file'), 'content');
});
afterEach(() => here[Symbol.dispose]());

/** The levels of backups that are made on these days. */
async function levels(days: readonly number[], ...options: readonly string[]): Promise<readonly unknown[]> {
  const made: unknown[] = [];
  for (const day of days) {
    here.now = () => Date.parse('2026-01-01T12:00:00Z') + day * DAY;
    const { out, code } = await here.run('backup', '-F', here.path('source'), '--nosync', '--json', ...options);
    expect(code).toBe(0);
    made.push((JSON.parse(out) as { readonly curr_backup_level: number }).curr_backup_level);
  }
  return made;
}

test('without any of them each backup is a full', async () => {
  expect(await levels([0, 1])).toEqual([0, 0]);
});

test('--incremental climbs without end, --no-incremental makes a full', async () => {
  expect(await levels([0, 1, 2], '--incremental')).toEqual([0, 1, 2]);
  expect(await levels([3], '--no-incremental')).toEqual([0]);
});

test('--max-level climbs to it and begins again', async () => {
  expect(await levels([0, 1, 2, 3], '--max-level', '1')).toEqual([0, 1, 0, 1]);
});

test('--always-level climbs to it and repeats it', async () => {
  expect(await levels([0, 1, 2], '--always-level', '1')).toEqual([0, 1, 1]);
});

test('--restart-always-level makes a full when the last one is older', async () => {
  expect(await levels([0, 1, 3, 4], '--always-level', '1', '--restart-always-level', '2')).toEqual([0, 1, 0, 1]);
});
