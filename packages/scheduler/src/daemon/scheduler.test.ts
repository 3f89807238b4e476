import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SILENT } from '@freezer/core';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { JobTable } from '../machine/job-table.ts';
import { RUN_RULES } from '../machine/run-plan.ts';
import type { Command, JobMemory, MachineRules } from '../machine/state.ts';
import type { ActionOutcome } from '../run/action-outcome.ts';
import type { JobSource } from '../sources/job-source.ts';
import { KeyedStore } from '../state/keyed-store.ts';
import { NO_METER } from './meter.ts';
import { readSourceJob } from './read-source-job.ts';
import type { RunDeps } from './run-driver.ts';
import { writeRunFile } from './run-file.ts';
import { Scheduler, type SchedulerOptions } from './scheduler.ts';

const RULES: MachineRules = { unscheduledDelay: 0, onRestart: 'auto', onDelete: 'finish-action', salt: '' };
const DOCUMENT = { job_id: 'j', client_id: 'c', job_actions: [{ freezer_action: { action: 'backup', mode: 'fs', backup_name: 'n' } }], job_schedule: {} };
const SOURCE: JobSource = { ask: async () => ({ kind: 'unchanged' }), forget: () => undefined, watch: () => undefined, close: () => undefined };
const SUCCESS: ActionOutcome = { result: 'success', exitCode: 0, message: '', document: undefined, log: '', startedAt: undefined, endedAt: undefined };
const RUN_MS = 500;

const read = () => readSourceJob({ document: DOCUMENT }, { zone: 'UTC', jitter: 0, misfireGrace: 60 });

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freezer-scheduler-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** What a scheduler keeps that was killed while a run of its only job was at work; the id of the run. */
async function keepRun(runsFolder: string): Promise<string> {
  const table = new JobTable({ rules: RULES, limits: { concurrentJobs: 1 } });
  const now = Date.now();
  const commands = table.documents({ readings: [read()], askedAt: now, isWhole: true, isSettled: () => true }, now - 1000);
  const of = <Kind extends Command['kind']>(kind: Kind) =>
    [...commands, ...table.tick(now)].find((one): one is Command & { readonly kind: Kind } => one.kind === kind);
  const start = of('start-run');
  const memory = table.jobs.get('j')?.memory;
  if (!start || !memory) throw new Error('the job does not run');
  const memories = await KeyedStore.open(join(folder, 'memory.log'), (value): value is JobMemory => value !== undefined);
  await memories.set('j', memory);
  await memories.close();
  await writeRunFile(runsFolder, {
    job_id: 'j',
    run_id: start.runId,
    planned_at: now,
    started_at: now,
    document: DOCUMENT,
    session_tag: 0,
    session: 'none',
    progress: { ...RUN_RULES.begin(), phase: 'at-work' },
    backups: [],
    log: '',
  });
  return start.runId;
}

test('who is told to end before the runs of an earlier process are taken over waits for them all the same', async () => {
  const runsFolder = join(folder, 'runs');
  await mkdir(runsFolder);
  const runId = await keepRun(runsFolder);
  const ends: string[] = [];
  const runner: Pick<RunDeps['runner'], 'sweep' | 'adopt' | 'forget'> = {
    sweep: async () => undefined,
    adopt: async (id) => ({ id, pid: 7, stop: async () => undefined, ended: sleep(RUN_MS, SUCCESS) }),
    forget: async () => undefined,
  };
  const hooks: Pick<RunDeps['hooks'], 'after'> = { after: async () => undefined };
  const takeRun: RunDeps['keepRun'] = async (run, _reading, { result }) => void ends.push(`${run.run_id} ${result}`);
  const runs = { runner, runsFolder, hooks, keepRun: takeRun, logger: SILENT } as RunDeps;
  const terms = { interval: 60, places: 1, projectPlaces: undefined, rules: RULES, stopTimeout: 60, killGrace: 1, read };
  const options = { terms, source: SOURCE, api: undefined, runs, copies: undefined, folder, instance: folder, meter: NO_METER, logger: SILENT, startDelay: 0 };
  const scheduler = await Scheduler.open({ ...options, facts: () => ({}) as ReturnType<SchedulerOptions['facts']> });
  await scheduler.end();
  expect(ends).toEqual([`${runId} success`]);
});
