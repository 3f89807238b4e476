import { describe, expect, it } from '@jest/globals';
import { World, type WorldOptions } from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const HOURLY = { schedule_interval: '1 hours', schedule_start_date: '2026-01-05T08:00:00' };
const worldAt = (start: string, options: Omit<WorldOptions, 'start'> = {}): World => new World({ start, ...options });

describe('A6: the API is away', () => {
  it('all due jobs run, what they did arrives afterwards in order, and no event is lost', () => {
    const world = worldAt('2026-01-05T10:58:00Z', { poll: 30 * SECOND });
    for (const id of ['a', 'b', 'c']) world.create(id, { ...HOURLY, schedule_interval: '5 minutes' });
    world.at('2026-01-05T11:00:30Z');
    world.isApiUp = false;
    world.post('a', 'stop');
    world.at('2026-01-05T11:11:00Z');
    expect(world.begun('b')).toEqual(['11:00:00', '11:05:00', '11:10:00']);
    world.isApiUp = true;
    world.pass(MINUTE);
    expect(world.outbox).toEqual([]);
    expect(world.schedule('b')).toMatchObject({ status: 'scheduled', result: 'success', time_ended: Date.parse('2026-01-05T11:10:01Z') / 1000 });
    expect(world.schedule('a')).toMatchObject({ status: 'stop', event: '' });
  });

  it('a scheduler that starts meanwhile goes on from what was kept', () => {
    const world = worldAt('2026-01-05T10:58:00Z', { poll: 30 * SECOND });
    world.create('j', HOURLY);
    world.pass(MINUTE);
    world.isApiUp = false;
    world.kill();
    world.boot();
    world.at('2026-01-05T12:10:00Z');
    expect(world.begun('j')).toEqual(['11:00:00', '12:00:00']);
  });
});

describe('A8, A9: abort', () => {
  it('of a running job ends it: completed when it would run only once, stop when it recurs', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: () => HOUR });
    world.create('once');
    world.create('often', HOURLY);
    world.at('2026-01-05T11:01:00Z');
    for (const id of ['once', 'often']) world.post(id, 'abort');
    world.pass(30 * SECOND);
    expect(world.agents.size).toBe(0);
    expect(world.schedule('once')).toMatchObject({ status: 'completed', result: 'aborted', event: '' });
    expect(world.schedule('often')).toMatchObject({ status: 'stop', result: 'aborted', event: '' });
    world.pass(3 * HOUR);
    expect(world.runs).toHaveLength(2);
  });

  it('of a queued job keeps it from beginning', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { duration: () => HOUR, places: 1 });
    world.create('first');
    world.create('second');
    world.pass(MINUTE);
    expect(world.schedule('second')).toMatchObject({ status: 'scheduled', queued_at: Date.parse('2026-01-05T10:00:02Z') / 1000 });
    world.post('second', 'abort');
    world.pass(MINUTE);
    expect(world.schedule('second')).toMatchObject({ status: 'completed', result: 'aborted', event: '' });
    world.pass(2 * HOUR);
    expect(world.begun('second')).toEqual([]);
  });

  it('of a job that never ran stops it, and the others go on', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('never', { event: 'abort' });
    world.create('other');
    world.pass(MINUTE);
    expect(world.schedule('never')).toMatchObject({ status: 'stop', event: '' });
    expect(world.begun('other')).toEqual(['10:00:02']);
  });

  it('start while it is ended brings it back', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: (_, count) => (count === 0 ? HOUR : SECOND), grace: 30 * SECOND });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:01:00Z');
    world.post('j', 'abort');
    world.pass(10 * SECOND);
    world.post('j', 'start');
    world.at('2026-01-05T12:10:00Z');
    expect(world.begun('j')).toEqual(['11:00:00', '12:00:00']);
  });
});

describe('a scheduler that remembers', () => {
  it('does not begin what was stopped while it was away, before it has asked', () => {
    const world = worldAt('2026-01-05T10:30:00Z', { poll: MINUTE });
    world.create('j', HOURLY);
    world.create('other', { ...HOURLY, schedule_start_date: '2026-01-05T08:00:01' });
    world.pass(MINUTE);
    world.kill();
    world.post('j', 'stop');
    world.now = Date.parse('2026-01-05T11:01:00Z');
    // What was kept is seen first, and the API answers a moment later.
    world.isApiUp = false;
    world.boot();
    world.pass(5 * SECOND);
    expect(world.runs).toEqual([]);
    world.isApiUp = true;
    world.poll();
    world.pass(MINUTE);
    expect(world.runs.map(({ jobId }) => jobId)).toEqual(['other']);
    expect(world.schedule('j')).toMatchObject({ status: 'stop', event: '' });
  });
});
