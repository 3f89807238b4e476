import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { RunHere } from '../run-here.fixture.ts';

jest.setTimeout(60_000);

const POINTS = ['2025-12-31T12:00', '2026-01-31T12:00', '2026-02-09T12:00', '2026-02-10T10:00', '2026-02-10T11:05', '2026-02-10T11:20'] as const;
const LATER = '2026-02-10T13:00';
const instant = (text: string): number => Date.parse(`${text}:00Z`);

let here: RunHere;
beforeAll(async () => {
  here = new RunHere();
  mkdirSync(here.path('source'));
  writeFileSync(here.path('source/file'), 'content');
  for (const point of POINTS) {
    here.now = () => instant(point);
    expect(await here.run('backup', '-F', here.path('source'), '--nosync')).toMatchObject({ code: 0 });
  }
  here.now = () => instant(LATER);
  cpSync(here.path('store'), here.path('all'), { recursive: true });
});
afterAll(() => here[Symbol.dispose]());

/** The points that such a removal leaves. */
async function left(...options: readonly string[]): Promise<string[]> {
  rmSync(here.path('store'), { recursive: true });
  cpSync(here.path('all'), here.path('store'), { recursive: true, preserveTimestamps: true });
  expect(await here.run('admin', ...options)).toMatchObject({ code: 0, complaints: '' });
  const folders = readdirSync(here.path('store/metadata/tar/here_set')).map(Number);
  return folders.toSorted((a, b) => a - b).map((t) => new Date(t * 1000).toISOString().slice(0, 16));
}

describe('what a removal leaves', () => {
  const [newYear, january, monday, ten, five, newest] = POINTS;

  test.each([
    ['--keep-last', [five, newest]],
    ['--keep-hourly', [ten, newest]],
    ['--keep-daily', [monday, newest]],
    ['--keep-weekly', [january, newest]],
    ['--keep-monthly', [january, newest]],
    ['--keep-yearly', [newYear, newest]],
  ])('%s 2', async (option, expected) => {
    expect(await left(option, '2')).toEqual(expected);
  });

  test('--remove-older-than 1', async () => {
    expect(await left('--remove-older-than', '1')).toEqual([ten, five, newest]);
  });

  test('--remove-from-date', async () => {
    expect(await left('--remove-from-date', `${monday}:00Z`)).toEqual([ten, five, newest]);
  });

  test('--force lets the last complete point go', async () => {
    expect(await left('--remove-from-date', `${LATER}:00Z`)).toEqual([newest]);
    expect(await left('--remove-from-date', `${LATER}:00Z`, '--force')).toEqual([]);
  });

  test('--remove-orphans takes data of no backup that is older than --older-than', async () => {
    const t0 = instant(POINTS[2]) / 1000 + 1;
    const orphan = here.path(`all/data/tar/here_set/${t0}/0_${t0}/data`);
    mkdirSync(dirname(orphan), { recursive: true });
    writeFileSync(orphan, 'of nobody');
    utimesSync(orphan, t0, t0);
    const there = (): boolean => existsSync(orphan.replace('/all/', '/store/'));
    expect([await left('--remove-orphans'), there()]).toEqual([[...POINTS], true]);
    expect([await left('--remove-orphans', '--older-than', '36h'), there()]).toEqual([[...POINTS], true]);
    expect([await left('--remove-orphans', '--older-than', '1'), there()]).toEqual([[...POINTS], false]);
  });
});
