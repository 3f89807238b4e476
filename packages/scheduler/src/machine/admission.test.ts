import { describe, expect, it } from '@jest/globals';
import { readJob } from '../documents/read-job.ts';
import { nextRun } from '../triggers/next-run.ts';
import { JobTable } from './job-table.ts';
import { World } from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const NOW = Date.parse('2026-01-05T10:00:00Z');
const PLAN = { zone: 'Europe/Berlin', jitter: 0, misfireGrace: 3600 };

describe('who begins', () => {
  it('higher priorities first, then those that are due the longest', () => {
    const world = new World({ start: '2026-01-05T10:00:00Z', places: 1, duration: () => 10 * SECOND });
    const of = (id: string, date: string, priority: number): void =>
      world.create(id, { schedule_date: date }, { job_actions: [{ freezer_action: { action: 'backup' }, priority }] });
    of('first', '2026-01-05T10:00:10', 0);
    of('late', '2026-01-05T10:00:13', 0);
    of('early', '2026-01-05T10:00:12', 0);
    of('urgent', '2026-01-05T10:00:14', 5);
    world.pass(2 * MINUTE);
    expect(world.runs.map(({ jobId }) => jobId)).toEqual(['first', 'urgent', 'early', 'late']);
  });

  it('2.7: runs that write into one set, or use one volume, are never at work together', () => {
    const world = new World({ start: '2026-01-05T10:00:00Z', places: 9, duration: () => 10 * SECOND });
    const of = (id: string, values: object, more: object = {}): void => world.create(id, {}, { job_actions: [{ freezer_action: values }], ...more });
    of('a', { backup_name: 'x', container: 'c' });
    of('b', { backup_name: 'x', container: 'c', action: 'admin' });
    of('c', { backup_name: 'y', container: 'c' });
    of('d', { cinder_vol_id: 'v' });
    of('e', { cinder_vol_id: 'v', action: 'restore' });
    of('f', {}, { concurrency_key: 'k' });
    of('g', {}, { concurrency_key: 'k' });
    world.pass(9 * SECOND);
    expect(world.runs.map(({ jobId }) => jobId)).toEqual(['a', 'c', 'd', 'f']);
    world.pass(MINUTE);
    expect(world.runs.map(({ jobId }) => jobId).slice(4)).toEqual(['b', 'e', 'g']);
  });

  it('A24: places go round between projects, and one has no more than its share', () => {
    const world = new World({ start: '2026-01-05T10:00:00Z', limits: { concurrentJobs: 4, perProject: 2 }, duration: () => 10 * SECOND });
    for (let index = 0; index < 20; index += 1) world.create(`big${index}`, {}, { project_id: 'big' });
    for (let index = 0; index < 3; index += 1) world.create(`small${index}`, {}, { project_id: `p${index}` });
    world.pass(5 * SECOND);
    const projects = world.runs.map(({ reading }) => reading.projectId);
    expect(projects.toSorted()).toEqual(['big', 'p0', 'p1', 'p2']);
    world.pass(10 * SECOND);
    expect([...world.agents.values()].map(({ reading }) => reading.projectId)).toEqual(['big', 'big']);
  });

  it('B21: what waits longer than the grace runs all the same', () => {
    const world = new World({ start: '2026-01-05T10:00:00Z', places: 1, poll: MINUTE, duration: () => 90 * MINUTE });
    for (const id of ['a', 'b', 'c']) world.create(id, { schedule_date: '2026-01-05T10:10:00' });
    world.pass(300 * MINUTE);
    expect(world.runs).toHaveLength(3);
  });
});

describe('A12: ten thousand jobs', () => {
  const documents = Array.from({ length: 10_000 }, (_, index) => ({
    job_id: `job${index}`,
    client_id: 'c',
    job_actions: [{ freezer_action: { action: 'backup', path_to_backup: `/data/${index}`, backup_name: `b${index}`, container: 'c' } }],
    job_schedule: scheduleOf(index),
  }));
  const readings = documents.map((document) => {
    const reading = readJob(document, { plan: PLAN });
    if (typeof reading === 'string') throw new Error(reading);
    return reading;
  });

  it('their next runs are reckoned within a second of the processor', () => {
    const before = process.cpuUsage();
    let count = 0;
    for (const { jobId, content } of readings) if (content.kind === 'job' && nextRun(content.plan, NOW, { anchor: NOW, jobId }) !== undefined) count += 1;
    const { user, system } = process.cpuUsage(before);
    expect(count).toBe(10_000);
    expect((user + system) / 1_000_000).toBeLessThan(1);
  });

  it('of those due in one second all run, none is dropped, and a poll without news commands nothing', () => {
    const table = new JobTable({ rules: { unscheduledDelay: 2000, onRestart: 'auto', onDelete: 'finish-action', salt: '' }, limits: { concurrentJobs: 8 } });
    const list = { readings, askedAt: NOW, isWhole: true, isSettled: () => false };
    expect(table.documents(list, NOW).filter(({ kind }) => kind === 'write')).toHaveLength(10_000);
    expect(table.documents({ ...list, askedAt: NOW + 1 }, NOW + 1)).toEqual([]);
    const due = Date.parse('2026-01-05T10:30:00Z');
    expect(table.nextWake()).toBe(due);
    let begun = table.tick(due).flatMap((command) => (command.kind === 'start-run' ? [command] : []));
    expect(begun).toHaveLength(8);
    expect(table.counts()).toMatchObject({ running: 8, queued: 42, scheduled: 9950 });
    const ran = new Set<string>();
    for (let now = due + 1000; begun.length > 0; now += 1000) {
      const ended = begun;
      begun = [];
      for (const { jobId, runId } of ended) {
        ran.add(jobId);
        const commands = table.event(jobId, { kind: 'run-ended', runId, result: 'success', message: '' }, now);
        begun.push(...commands.flatMap((command) => (command.kind === 'start-run' ? [command] : [])));
      }
    }
    expect(ran.size).toBe(50);
  });
});

function scheduleOf(index: number): Record<string, unknown> {
  const time_created = NOW / 1000;
  if (index < 50) return { time_created, schedule_date: '2026-01-05T10:30:00Z' };
  if (index % 3 === 0) return { time_created, schedule_interval: `${1 + (index % 24)} hours` };
  if (index % 3 === 1) return { time_created, schedule_day_of_week: 'mon-fri', schedule_hour: String(1 + (index % 9)), schedule_minute: String(index % 60) };
  return {
    time_created,
    schedule_cron: `${index % 60} ${2 + (index % 7)} * * ${index % 7}`,
    schedule_timezone: ['UTC', 'Asia/Tokyo', 'America/New_York'][index % 3],
  };
}
