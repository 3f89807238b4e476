import { describe, expect, it } from '@jest/globals';
import { World, type WorldOptions } from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const HOURLY = { schedule_interval: '1 hours', schedule_start_date: '2026-01-05T08:00:00' };
const worldAt = (start: string, options: Omit<WorldOptions, 'start'> = {}): World => new World({ start, ...options });

describe('A1: the clock jumps forward', () => {
  it('one run makes up for what came meanwhile, and the grid stays', () => {
    const world = worldAt('2026-01-05T09:30:00Z', { poll: MINUTE });
    world.create('j', HOURLY);
    world.at('2026-01-05T10:20:00Z');
    world.jump(3 * HOUR);
    world.at('2026-01-05T14:30:00Z');
    expect(world.begun('j')).toEqual(['10:00:00', '13:20:00', '14:00:00']);
    expect(world.told.join()).toContain('3 times have come');
  });
});

describe('A2: the clock jumps back', () => {
  it('no time runs twice, and no run ends before it began', () => {
    const world = worldAt('2026-01-05T08:30:00Z', { poll: MINUTE });
    world.create('j', HOURLY);
    world.at('2026-01-05T10:05:00Z');
    world.jump(-2 * HOUR);
    world.at('2026-01-05T11:30:00Z');
    expect(world.begun('j')).toEqual(['09:00:00', '10:00:00', '11:00:00']);
    const sequence = world.runs.map(({ runId }) => Number(runId.split('-')[1]));
    expect(sequence).toEqual([1, 2, 3]);
  });

  it('a run that waited for the one before keeps its own time', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { poll: MINUTE, duration: (_, count) => (count === 0 ? 12 * MINUTE : MINUTE) });
    world.create('j', { schedule_interval: '5 minutes', schedule_overlap: 'queue' });
    world.at('2026-01-05T10:15:30Z');
    world.jump(-20 * MINUTE);
    world.at('2026-01-05T10:30:00Z');
    const planned = world.runs.map(({ plannedAt }) => plannedAt);
    expect(planned.length).toBeGreaterThan(2);
    expect(new Set(planned).size).toBe(planned.length);
  });

  it('time_ended is not before time_started when it jumps during a run', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: () => 10 * MINUTE });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:05:00Z');
    world.jump(-2 * HOUR);
    world.pass(10 * MINUTE);
    const { time_started: started, time_ended: ended } = world.schedule('j');
    expect(ended).toBe(started);
  });

  it('a clock that was years ahead does not stop a job for years', () => {
    const world = worldAt('2031-01-05T10:30:00Z', { poll: MINUTE });
    world.create('j', HOURLY);
    world.at('2031-01-05T11:30:00Z');
    world.jump(-5 * 365 * 24 * HOUR);
    world.pass(2 * HOUR);
    expect(world.runs.length).toBe(3);
  });
});

describe('A5: the time comes while the run before is at work', () => {
  const overlapping = (policy: string): World => {
    const world = worldAt('2026-01-05T10:00:00Z', { duration: () => 5 * SECOND, grace: 500 });
    world.create('j', { schedule_interval: '2 seconds', schedule_overlap: policy });
    world.pass(21 * SECOND);
    expect(world.violations).toEqual([]);
    return world;
  };

  it('skip: each skipped time is recorded', () => {
    const world = overlapping('skip');
    expect(world.begun('j')).toEqual(['10:00:02', '10:00:08', '10:00:14', '10:00:20']);
    expect(world.records.map(({ what, planned }) => `${what} ${(planned / SECOND) % 60}`)).toEqual([
      'skipped 4',
      'skipped 6',
      'skipped 10',
      'skipped 12',
      'skipped 16',
      'skipped 18',
    ]);
  });

  it('queue: one waits and begins at the end of the other, the rest is skipped', () => {
    const world = overlapping('queue');
    expect(world.begun('j')).toEqual(['10:00:02', '10:00:07', '10:00:12', '10:00:17']);
    expect(world.records.every(({ what }) => what === 'skipped')).toBe(true);
  });

  it('kill-old: the old run is aborted, the new one begins when it has ended', () => {
    const world = overlapping('kill-old');
    expect(world.begun('j').slice(0, 2)).toEqual(['10:00:02', '10:00:04']);
    expect(world.ended.slice(0, 2).map(({ result }) => result)).toEqual(['aborted', 'aborted']);
    expect(world.runs.length).toBeGreaterThan(7);
  });
});

describe('A19, N45: the host was off', () => {
  const DAILY = { schedule_hour: '2' };
  const off = (schedule: Record<string, unknown>): World => {
    const world = worldAt('2026-01-05T00:00:00Z', { poll: MINUTE });
    world.create('daily', schedule);
    world.create('once', { schedule_date: '2026-01-06T08:00:00' });
    world.at('2026-01-05T12:00:00Z');
    world.kill();
    world.now = Date.parse('2026-01-08T09:10:00Z');
    world.boot();
    world.at('2026-01-09T03:00:00Z');
    return world;
  };

  it('times that are too late are missed and told, and the grid stays', () => {
    const world = off(DAILY);
    expect(world.begun('daily')).toEqual(['02:00:00', '02:00:00']);
    expect(world.records.map(({ jobId, what, count, message }) => `${jobId} ${what} ${count} ${message}`)).toEqual([
      'daily missed 3 missed 3 times, the last by 7 h 10 min',
      'once missed 1 missed by 2 d 1 h',
    ]);
    expect(world.schedule('once')).toMatchObject({ status: 'completed', result: 'fail', message: 'missed by 2 d 1 h' });
  });

  it('catch_up: one run at once, and the grid stays', () => {
    expect(off({ ...DAILY, schedule_catch_up: true }).begun('daily')).toEqual(['02:00:00', '09:10:00', '02:00:00']);
  });

  it('what is made up for is spread by the jitter of the job', () => {
    const world = off({ ...DAILY, schedule_catch_up: true, schedule_jitter: 1800 });
    const [, caughtUp = 0] = world.runs.map(({ startedAt }) => startedAt);
    const late = caughtUp - Date.parse('2026-01-08T09:10:00Z');
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThanOrEqual(1800 * SECOND);
  });

  it('without any grace a host that is a moment late has missed nothing', () => {
    const world = worldAt('2026-01-05T01:00:00Z', { poll: HOUR });
    world.create('j', { ...DAILY, schedule_misfire_grace: 0 });
    world.at('2026-01-05T01:59:59Z');
    world.now += 3 * SECOND;
    world.pass(MINUTE);
    expect(world.begun('j')).toEqual(['02:00:02']);
  });

  it('a time that is late by less than the grace runs after the start', () => {
    const world = worldAt('2026-01-05T00:00:00Z', { poll: MINUTE });
    world.create('j', DAILY);
    world.at('2026-01-05T01:00:00Z');
    world.kill();
    world.now = Date.parse('2026-01-05T02:40:00Z');
    world.boot();
    world.pass(MINUTE);
    expect(world.begun('j')).toEqual(['02:40:00']);
  });

  it('without its state folder, by what the API kept of it', () => {
    const world = worldAt('2026-01-05T00:00:00Z', { poll: MINUTE });
    world.create('j', DAILY);
    world.at('2026-01-05T01:00:00Z');
    world.kill();
    world.memories.clear();
    world.now = Date.parse('2026-01-05T02:40:00Z');
    world.boot();
    world.pass(MINUTE);
    expect(world.begun('j')).toEqual(['02:40:00']);
  });
});
