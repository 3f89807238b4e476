import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SILENT } from '@freezer/core';
import { expect, test } from '@jest/globals';
import { NO_METER } from './meter.ts';
import { readSourceJob } from './read-source-job.ts';
import { RunDesk } from './run-desk.ts';
import type { RunDeps } from './run-driver.ts';
import type { RunFile } from './run-file.ts';

const PLAN = { zone: 'UTC', jitter: 0, misfireGrace: 60 };

test('a run that begins late, because the disk is slow, is told of with the time that its job says: for the API it is one run', async () => {
  const runsFolder = await mkdtemp(join(tmpdir(), 'freezer-run-desk-'));
  try {
    const reading = readSourceJob({ jobId: 'j', description: '', problem: 'is no job' } as Parameters<typeof readSourceJob>[0], PLAN);
    const startedAt = Date.now() - 3000;
    const kept = await new Promise<RunFile>((keepRun, failed) => {
      // What is refused runs nothing, so that nothing else of them is needed.
      const takeRun: RunDeps['keepRun'] = async (run) => keepRun(run);
      const deps = { runsFolder, keepRun: takeRun } as RunDeps;
      const desk = new RunDesk({ deps, read: () => reading, progress: failed, ended: () => undefined, meter: NO_METER, logger: SILENT });
      void desk.start({ kind: 'start-run', jobId: 'j', runId: 'r', reading, plannedAt: startedAt - 10, roundAt: startedAt - 10, startedAt });
    });
    expect(kept.started_at).toBe(startedAt);
  } finally {
    await rm(runsFolder, { recursive: true });
  }
});
