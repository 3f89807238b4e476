import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { Lab, type StoredLevel } from './harness/lab.ts';
import { ours } from './harness/our-agent.ts';
import { mustAgent } from './safety/agent-runs.ts';
import { Clock, DAY, NOON } from './safety/clock.ts';
import { objectPath } from './safety/stored-set.ts';

jest.setTimeout(60_000);

type Listed = readonly { readonly points: readonly { readonly restorable: boolean; readonly damage?: string }[] }[];

it.each(['data', 'manifest', 'metadata'])('a point that stands on a level whose %s is damaged is not called restorable', async (object) => {
  const lab = await Lab.open();
  try {
    const clock = await Clock.open(lab);
    for (const day of [0, 1, 2]) {
      await writeFile(join(lab.source, 'file'), `${day}\n`);
      await mustAgent(lab, 'backup', ['-F', lab.source, '--nosync', '--incremental'], clock.at(NOON + day * DAY));
    }
    const [, first] = (await lab.levels()) as [StoredLevel, StoredLevel];
    if (object === 'data') await rm(objectPath(lab.store, first, object));
    else await writeFile(objectPath(lab.store, first, object), '{}');
    const [set] = await mustAgent<Listed>(lab, 'list', []);
    expect(set?.points.map(({ restorable }) => restorable)).toEqual([true, false, false]);
    expect(set?.points.map(({ damage }) => damage !== undefined)).toEqual([false, true, false]);
    const lines = (await ours(lab, 'list', [])).stdout.split('\n').filter((line) => /tar +20/.test(line));
    expect(lines).toEqual([expect.stringMatching(/success/), expect.stringMatching(/DAMAGED/), expect.stringMatching(/base missing or damaged/)]);
  } finally {
    await lab.close();
  }
});
