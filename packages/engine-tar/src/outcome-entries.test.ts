import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LeftOut } from './left-out.ts';
import { outcomeEntries } from './outcome-entries.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-outcome-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the entries of a level', () => {
  it('are not held in memory', async () => {
    const line = (number: number): string => `-rw-r--r--  0/0 5 2026-11-21 15:35:26.871215059 "./some directory/with a long name/file ${number}"\n`;
    const indexPath = join(folder, 'index');
    await writeFile(indexPath, Array.from({ length: 60_000 }, (_none, number) => line(number)).join(''));
    const used: number[] = [];
    let count = 0;
    for await (const batch of outcomeEntries({
      indexPath,
      snapshotPath: '',
      basePath: undefined,
      folder: join(folder, 'gone'),
      leftOut: new LeftOut(),
      skipped: [],
    })) {
      count += batch.length;
      if (count < 20_000 * (used.length + 1)) continue;
      collectGarbage();
      used.push(process.memoryUsage().heapUsed);
    }
    const [atFirst = Number.NaN, , atLast = Number.NaN] = used;
    expect(count).toBe(60_000);
    expect(atLast - atFirst).toBeLessThan(2_000_000);
  });
});
