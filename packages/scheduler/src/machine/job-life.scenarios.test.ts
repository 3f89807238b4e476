import { describe, expect, it } from '@jest/globals';
import { World, type WorldOptions } from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const HOURLY = { schedule_interval: '1 hours', schedule_start_date: '2026-01-05T08:00:00' };
const worldAt = (start: string, options: Omit<WorldOptions, 'start'> = {}): World => new World({ start, ...options });

describe('the life of a job', () => {
  it('a job without schedule runs once, two seconds after it was seen', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j');
    world.pass(MINUTE);
    expect(world.begun('j')).toEqual(['10:00:02']);
    expect(world.schedule('j')).toMatchObject({ status: 'completed', result: 'success', time_started: 1_767_607_202, time_ended: 1_767_607_203 });
  });

  it('stop and start take a job off its schedule and put it back, without moving the grid', () => {
    const world = worldAt('2026-01-05T10:30:00Z', { poll: MINUTE });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:10:00Z');
    world.post('j', 'stop');
    world.at('2026-01-05T12:10:00Z');
    expect(world.schedule('j')).toMatchObject({ status: 'stop', event: '', next_run_at: -1 });
    world.post('j', 'start');
    world.at('2026-01-05T13:10:00Z');
    expect(world.begun('j')).toEqual(['11:00:00', '13:00:00']);
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled', event: '', next_run_at: Date.parse('2026-01-05T14:00:00Z') / 1000 });
  });

  it('start revives a job that is completed', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j');
    world.pass(MINUTE);
    world.post('j', 'start');
    world.pass(MINUTE);
    expect(world.begun('j')).toEqual(['10:00:02', '10:01:07']);
    expect(world.schedule('j')).toMatchObject({ status: 'completed', event: '' });
  });

  it('B3, B11: start during an outage runs once, and its acknowledgement arrives once', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j', { status: 'stop' });
    world.pass(10 * SECOND);
    world.post('j', 'start');
    world.pass(5 * SECOND);
    world.isApiUp = false;
    world.pass(5 * MINUTE);
    world.isApiUp = true;
    world.pass(5 * MINUTE);
    expect(world.runs).toHaveLength(1);
    expect(world.writes.filter(({ acknowledged }) => acknowledged === 'start')).toHaveLength(1);
  });

  it('B13: a start date in the past keeps its grid over restarts, which run nothing', () => {
    const world = worldAt('2026-01-05T10:20:00Z', { poll: MINUTE });
    world.create('j', HOURLY);
    for (let count = 0; count < 5; count += 1) {
      world.pass(5 * MINUTE);
      world.kill();
      world.boot();
    }
    world.at('2026-01-05T12:30:00Z');
    expect(world.begun('j')).toEqual(['11:00:00', '12:00:00']);
  });

  it('2.8: an interval without start date goes on over restarts', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { poll: MINUTE });
    world.create('j', { schedule_interval: '6 hours' });
    for (let count = 0; count < 20; count += 1) {
      world.pass(HOUR);
      world.kill();
      world.boot();
    }
    expect(world.begun('j')).toEqual(['16:00:00', '22:00:00', '04:00:00']);
  });

  it('B12: a date that is past by less than the grace runs at once, one that is past by more is missed', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('late', { schedule_date: '2026-01-05T09:50:00' });
    world.create('missed', { schedule_date: '2026-01-05T07:55:00' });
    world.pass(MINUTE);
    expect(world.begun('late')).toEqual(['10:00:00']);
    expect(world.begun('missed')).toEqual([]);
    expect(world.schedule('missed')).toMatchObject({ status: 'completed', result: 'fail', message: 'missed by 2 h 5 min' });
  });

  it('B12: a start date alone is the date of the one run', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j', { schedule_start_date: '2026-01-05T10:30:00' });
    world.at('2026-01-05T11:00:00Z');
    expect(world.begun('j')).toEqual(['10:30:00']);
    expect(world.schedule('j')).toMatchObject({ status: 'completed' });
  });

  it('a schedule whose times are over completes the job, one that never had any fails it', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('ends', { schedule_interval: '10 minutes', schedule_start_date: '2026-01-05T10:10:00', schedule_end_date: '2026-01-05T10:20:00' });
    world.create('never', { schedule_year: '2020' });
    world.at('2026-01-05T11:00:00Z');
    expect(world.begun('ends')).toEqual(['10:10:00', '10:20:00']);
    expect(world.schedule('ends')).toMatchObject({ status: 'completed', result: 'success' });
    expect(world.schedule('never')).toMatchObject({ status: 'completed', result: 'fail', message: 'the schedule has no time left' });
  });

  it('continuous runs again when it has ended, and skips nothing', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { duration: () => 9 * SECOND });
    world.create('j', { schedule_interval: 'continuous' });
    world.pass(31 * SECOND);
    expect(world.begun('j')).toEqual(['10:00:01', '10:00:11', '10:00:21', '10:00:31']);
    expect(world.records).toEqual([]);
  });

  it('A9, B14: abort of a scheduled job takes it off its schedule', () => {
    const world = worldAt('2026-01-05T10:30:00Z', { poll: MINUTE });
    world.create('j', HOURLY);
    world.pass(5 * MINUTE);
    world.post('j', 'abort');
    world.pass(3 * HOUR);
    expect(world.runs).toEqual([]);
    expect(world.schedule('j')).toMatchObject({ status: 'stop', event: '' });
  });

  it('B11: a final write that was lost for good is made up for at the next poll', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j', HOURLY);
    world.at('2026-01-05T11:01:00Z');
    world.edit('j', { status: 'running', result: '' });
    world.pass(10 * SECOND);
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled', result: 'success' });
    const count = world.writes.length;
    world.pass(10 * MINUTE);
    expect(world.writes).toHaveLength(count);
  });

  it('an API that takes no repair is not asked for ever', () => {
    const world = worldAt('2026-01-05T10:30:00Z');
    world.create('j', HOURLY);
    world.pass(10 * SECOND);
    for (let count = 0; count < 20; count += 1) {
      world.edit('j', { status: 'running' });
      world.pass(5 * SECOND);
    }
    expect(world.writes.length).toBeLessThan(7);
  });

  it('B11: an API that took no repair for a while hears it later', () => {
    const world = worldAt('2026-01-05T10:30:00Z');
    world.create('j', HOURLY);
    world.pass(10 * SECOND);
    const drop = (): void => {
      world.edit('j', { status: 'running' });
      world.pass(5 * SECOND);
    };
    for (let count = 0; count < 5; count += 1) drop();
    world.edit('j', { status: 'running' });
    world.pass(MINUTE);
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled' });
  });

  it('B11: an API that refused several repairs is told again, although its list does not change meanwhile', () => {
    const world = worldAt('2026-01-05T10:30:00Z');
    world.create('j', HOURLY);
    world.pass(10 * SECOND);
    world.edit('j', { status: 'running' });
    world.refuses = true;
    world.pass(2 * MINUTE);
    // A list that is read whole at each poll would be of no use while what is told again waits to be sent.
    const due = world.now + HOUR;
    expect([true, false].map((isSettled) => world.table?.wantsList(due, () => isSettled))).toEqual([true, false]);
    world.refuses = false;
    world.pass(5 * MINUTE);
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled' });
    const count = world.writes.length;
    expect(count).toBeLessThan(9);
    world.pass(10 * MINUTE);
    expect(world.writes).toHaveLength(count);
  });

  it('another job under the same id is another job', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j');
    world.pass(MINUTE);
    world.create('j');
    world.pass(MINUTE);
    expect(world.begun('j')).toEqual(['10:00:02', '10:01:07']);
  });
});

describe('sessions', () => {
  it('members whose interval has no start date begin together, whenever they were made', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { poll: 30 * SECOND });
    world.create('a', { schedule_interval: '2 hours' }, { session_id: 's' });
    world.at('2026-01-05T10:37:00Z');
    world.create('b', { schedule_interval: '2 hours' }, { session_id: 's' });
    world.create('c', { schedule_interval: '2 hours' });
    world.at('2026-01-05T11:00:00Z');
    world.edit('c', {}, { session_id: 's' });
    world.at('2026-01-05T14:30:00Z');
    for (const id of ['a', 'b', 'c']) expect(world.begun(id)).toEqual(['12:00:00', '14:00:00']);
  });

  it('a tag that the session gave is written, and the next run begins with it, also while the API is away', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { poll: 30 * SECOND, duration: () => 10 * SECOND });
    world.create('j', HOURLY, { session_id: 's', session_tag: 7 });
    world.at('2026-01-05T11:00:02Z');
    const [run] = world.runs;
    expect(run?.reading.sessionTag).toBe(7);
    world.obey(world.table?.event('j', { kind: 'run-progress', runId: run?.runId ?? '', sessionTag: 8 }, world.now) ?? []);
    world.isApiUp = false;
    world.at('2026-01-05T12:00:30Z');
    expect(world.runs.map(({ reading }) => reading.sessionTag)).toEqual([7, 8]);
    world.isApiUp = true;
    world.pass(MINUTE);
    expect(world.doc('j')['session_tag']).toBe(8);
    expect(world.writes.filter(({ sessionTag }) => sessionTag !== undefined)).toHaveLength(1);
  });
});

describe('blackouts', () => {
  it('none begins in one: neither late nor from the queue', () => {
    const world = worldAt('2026-01-05T07:00:00Z', { places: 1, duration: (jobId) => (jobId === 'a' ? 2 * HOUR : MINUTE) });
    world.create('a', { schedule_date: '2026-01-05T07:30:00' });
    world.create('b', { schedule_date: '2026-01-05T07:40:00', schedule_blackout: ['08:00-18:00'] });
    world.create('c', { schedule_date: '2026-01-05T12:00:00', schedule_blackout: ['08:00-18:00'] });
    world.at('2026-01-05T19:00:00Z');
    expect(world.begun('b')).toEqual(['18:00:00']);
    expect(world.begun('c')).toEqual(['18:01:00']);
  });
});

describe('files', () => {
  it('an event in a file is obeyed once, and taking it back starts the job', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j', { event: 'start' });
    const see = (): void =>
      world.obey(
        world.table?.documents({ readings: [world.reading(world.doc('j'))], askedAt: world.now, isWhole: true, isSettled: () => false }, world.now) ?? [],
      );
    world.isApiUp = false;
    for (let count = 0; count < 10; count += 1) {
      see();
      world.pass(5 * SECOND);
    }
    expect(world.runs).toHaveLength(1);
    world.edit('j', { event: 'stop' });
    see();
    world.edit('j', { event: '' });
    see();
    world.pass(10 * SECOND);
    expect(world.runs).toHaveLength(2);
  });
});
