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

  it('B14: abort of a scheduled job takes it off its schedule', () => {
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
    expect(world.writes.length).toBeLessThan(5);
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

describe('A10, N59, B10: the scheduler is killed in a run', () => {
  const killed = (options: Partial<WorldOptions> = {}): World => {
    const world = worldAt('2026-01-05T10:00:00Z', { duration: () => MINUTE, ...options });
    world.create('j', {}, { job_actions: [{ freezer_action: { action: options.rules?.salt === 'restore' ? 'restore' : 'backup' } }] });
    world.pass(20 * SECOND);
    world.kill();
    return world;
  };

  it('an agent that goes on is taken over: there is one ever', () => {
    const world = killed();
    world.pass(10 * SECOND);
    world.boot();
    world.pass(2 * MINUTE);
    expect(world.runs).toHaveLength(1);
    expect(world.schedule('j')).toMatchObject({ status: 'completed', result: 'success' });
  });

  it('one that ended meanwhile is believed', () => {
    const world = killed({ duration: () => 25 * SECOND });
    world.pass(30 * SECOND);
    world.boot();
    world.pass(MINUTE);
    expect(world.runs).toHaveLength(1);
    expect(world.schedule('j')).toMatchObject({ status: 'completed', result: 'success' });
  });

  it.each([
    ['backup', 2, 'success'],
    ['restore', 1, 'fail'],
  ])('of one that is lost a %s runs %i times', (action, count, result) => {
    const world = killed({ rules: { salt: action } });
    world.agents.clear();
    world.boot();
    world.pass(3 * MINUTE);
    expect(world.runs).toHaveLength(count);
    expect(world.schedule('j')).toMatchObject({ status: 'completed', result });
    expect(world.writes.some(({ schedule }) => schedule.result === 'fail' && /lost/.test(schedule.message ?? ''))).toBe(true);
  });

  it('a run that is lost again and again is not repeated for ever', () => {
    const world = killed();
    for (let count = 0; count < 5; count += 1) {
      world.agents.clear();
      world.boot();
      world.pass(20 * SECOND);
      world.kill();
    }
    expect(world.runs).toHaveLength(2);
  });

  it('a run that never began because of the kill begins, whatever it does', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j', {}, { job_actions: [{ freezer_action: { action: 'restore' } }] });
    world.at('2026-01-05T10:00:01Z');
    // When it is due: the memory is saved, and nothing more.
    world.killAfter = 2;
    world.pass(10 * SECOND);
    expect(world.memories.get('j')?.run).not.toBeNull();
    expect(world.runs).toEqual([]);
    world.boot();
    world.pass(MINUTE);
    expect(world.runs).toHaveLength(1);
    expect(world.schedule('j')).toMatchObject({ status: 'completed', result: 'success' });
  });

  it('start during a run that turns out to be lost begins it anew', () => {
    const world = killed({ rules: { salt: 'restore' } });
    world.boot();
    world.pass(10 * SECOND);
    world.post('j', 'start');
    world.pass(10 * SECOND);
    world.kill();
    world.agents.clear();
    world.boot();
    world.pass(2 * MINUTE);
    expect(world.runs).toHaveLength(2);
    expect(world.schedule('j')).toMatchObject({ status: 'completed', result: 'success', event: '' });
  });

  it('running, as the API shows it to a scheduler that knows nothing of it, is put right', () => {
    const world = worldAt('2026-01-05T10:30:00Z');
    world.create('once', { status: 'running', time_started: 1_767_600_000 }, { job_actions: [{ freezer_action: { action: 'restore' } }] });
    world.create('often', { ...HOURLY, status: 'running', time_started: 1_767_600_000 }, { job_actions: [{ freezer_action: { action: 'restore' } }] });
    world.pass(MINUTE);
    expect(world.schedule('once')).toMatchObject({ status: 'completed', result: 'fail' });
    expect(world.schedule('often')).toMatchObject({ status: 'scheduled', result: 'fail' });
    expect(world.schedule('often')['message']).toMatch(/^lost: /);
  });
});

describe('A11, B2: the scheduler is stopped in a run', () => {
  it('a run that ends in time leaves its schedule as it was', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: () => 6 * SECOND });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:00:03Z');
    world.terminate(10 * SECOND);
    world.pass(10 * SECOND);
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled', result: 'success', next_run_at: Date.parse('2026-01-05T12:00:00Z') / 1000 });
    world.kill();
    world.boot();
    world.at('2026-01-05T12:10:00Z');
    expect(world.begun('j')).toEqual(['11:00:00', '12:00:00']);
  });

  it('one that does not is aborted, and is scheduled all the same', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: () => MINUTE });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:00:03Z');
    world.terminate(10 * SECOND);
    world.pass(20 * SECOND);
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled', result: 'aborted' });
    world.kill();
    world.boot();
    world.at('2026-01-05T12:10:00Z');
    expect(world.begun('j')).toEqual(['11:00:00', '12:00:00']);
  });

  it('no run begins any more, and what was queued begins after the next start', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { places: 1, duration: () => MINUTE });
    world.create('a');
    world.create('b');
    world.pass(10 * SECOND);
    world.terminate(2 * MINUTE);
    world.pass(3 * MINUTE);
    expect(world.runs).toHaveLength(1);
    world.kill();
    world.boot();
    world.pass(2 * MINUTE);
    expect(world.runs.map(({ jobId }) => jobId)).toEqual(['a', 'b']);
  });
});

describe('A15, B6, B18: edits', () => {
  it('a run goes on as it began; afterwards the new definition holds', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: () => 10 * MINUTE, poll: 30 * SECOND });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:05:00Z');
    world.edit(
      'j',
      { schedule_interval: '15 minutes' },
      { job_actions: [{ freezer_action: { action: 'backup', path_to_backup: '/new' } }], description: 'edited' },
    );
    world.at('2026-01-05T11:20:00Z');
    expect(world.begun('j')).toEqual(['11:00:00', '11:15:00']);
    const paths = world.runs.map(({ reading }) => (reading.content.kind === 'job' ? reading.content.actions[0]?.values['path_to_backup'] : ''));
    expect(paths).toEqual([undefined, '/new']);
    expect(world.doc('j')).toMatchObject({ description: 'edited', job_schedule: { schedule_interval: '15 minutes' } });
  });

  it('an edit of a scheduled job moves its next run', () => {
    const world = worldAt('2026-01-05T10:01:00Z');
    world.create('j', HOURLY);
    world.pass(MINUTE);
    world.edit('j', { schedule_interval: '10 minutes' });
    world.at('2026-01-05T10:25:00Z');
    expect(world.begun('j')).toEqual(['10:10:00', '10:20:00']);
  });

  it('a write holds none of the keys that the user decides', () => {
    const world = worldAt('2026-01-05T10:01:00Z');
    world.create('j', HOURLY);
    world.at('2026-01-05T11:01:00Z');
    world.post('j', 'stop');
    world.pass(MINUTE);
    const keys = new Set(world.writes.flatMap(({ schedule }) => Object.keys(schedule)));
    expect([...keys].filter((key) => key.startsWith('schedule_'))).toEqual([]);
  });
});

describe('A16, B4, B5: bad documents', () => {
  const bad: [string, Record<string, unknown>, Record<string, unknown>, RegExp][] = [
    ['no actions', {}, { job_actions: null }, /^job_actions: is null/],
    ['null action', {}, { job_actions: [null] }, /^job_actions\[0\]: is null/],
    ['interval of words', { schedule_interval: 'every day' }, {}, /^job_schedule.schedule_interval: 'every day'/],
    ['no time', { schedule_interval: '0 minutes' }, {}, /^job_schedule.schedule_interval: '0 minutes'/],
    ['weekday as day', { schedule_day: 'mon' }, {}, /^job_schedule.schedule_day: 'mon'/],
    ['far year', { schedule_date: '99999-01-01T00:00:00' }, {}, /^job_schedule.schedule_date/],
    ['unknown event', { event: 'foo' }, {}, /^event: 'foo'/],
    ['negative tries', {}, { job_actions: [{ freezer_action: {}, max_retries: -1 }] }, /^job_actions\[0\].max_retries: '-1'/],
  ];

  it.each(bad)('%s: fails alone and says why, once', (_, schedule, more, message) => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('before');
    world.create('bad', schedule, more);
    world.create('behind');
    world.pass(MINUTE);
    expect(world.schedule('bad')).toMatchObject({ result: 'fail', status: 'stop' });
    expect(world.schedule('bad')['message']).toMatch(message);
    expect(world.runs.map(({ jobId }) => jobId)).toEqual(['before', 'behind']);
    expect(world.writes.filter(({ jobId }) => jobId === 'bad')).toHaveLength(1);
  });

  it('one that is put right runs', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j', { schedule_interval: 'every day' });
    world.pass(10 * SECOND);
    world.edit('j', { schedule_interval: '1 minutes' });
    world.pass(2 * MINUTE);
    expect(world.runs.length).toBe(2);
  });

  it('one that is spoiled while it is scheduled fails; while it runs, after its run', () => {
    const world = worldAt('2026-01-05T10:58:00Z', { duration: () => 5 * MINUTE });
    world.create('waits', { ...HOURLY, schedule_start_date: '2026-01-05T08:30:00' });
    world.create('runs', HOURLY);
    world.at('2026-01-05T11:01:00Z');
    for (const id of ['waits', 'runs']) world.edit(id, { schedule_interval: 'never' });
    world.at('2026-01-05T11:02:00Z');
    expect(world.schedule('waits')).toMatchObject({ status: 'stop', result: 'fail' });
    expect(world.schedule('runs')).toMatchObject({ status: 'running' });
    world.at('2026-01-05T11:10:00Z');
    expect(world.schedule('runs')).toMatchObject({ status: 'stop', result: 'success' });
    expect(world.schedule('runs')['message']).toMatch(/schedule_interval/);
  });

  it('one whose actions are spoiled while it runs over its next time ends its run and fails', () => {
    const world = worldAt('2026-01-05T10:58:00Z', { duration: () => 90 * MINUTE, poll: MINUTE });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:10:00Z');
    world.edit('j', {}, { job_actions: null });
    world.at('2026-01-05T13:10:00Z');
    expect(world.runs).toHaveLength(1);
    expect(world.schedule('j')).toMatchObject({ status: 'stop', result: 'success' });
    expect(world.schedule('j')['message']).toMatch(/^job_actions: is null/);
  });

  it('one that was stopped or aborted while it was wrong stays so when it is put right', () => {
    const world = worldAt('2026-01-05T10:30:00Z', { duration: () => HOUR, poll: MINUTE });
    world.create('new', { ...HOURLY, event: 'stop' }, { job_actions: null });
    world.create('runs', HOURLY);
    world.at('2026-01-05T11:10:00Z');
    world.edit('runs', {}, { job_actions: null });
    world.post('runs', 'abort');
    world.at('2026-01-05T11:20:00Z');
    for (const id of ['new', 'runs']) world.edit(id, {}, { job_actions: [{ freezer_action: {} }] });
    world.at('2026-01-05T13:10:00Z');
    expect(world.runs).toHaveLength(1);
    for (const id of ['new', 'runs']) expect(world.schedule(id)).toMatchObject({ status: 'stop', event: '' });
  });

  it('an unknown event of a job at work is cleared with a message, and the job goes on', () => {
    const world = worldAt('2026-01-05T10:30:00Z');
    world.create('j', HOURLY);
    world.pass(MINUTE);
    world.edit('j', { event: 'foo' });
    world.pass(MINUTE);
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled', event: '' });
    expect(world.schedule('j')['message']).toMatch(/'foo' is not known/);
    world.at('2026-01-05T11:01:00Z');
    expect(world.runs).toHaveLength(1);
  });

  it('the event remove takes a job off its schedule, once', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j', { ...HOURLY, event: 'remove' });
    world.pass(3 * HOUR);
    expect(world.schedule('j')).toMatchObject({ status: 'removed', event: '' });
    expect(world.runs).toEqual([]);
    expect(world.writes).toHaveLength(1);
  });

  it('a document without event, without schedule, and with a Z, runs', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('none');
    delete world.doc('none').job_schedule['event'];
    world.create('zulu', { schedule_start_date: '2026-01-05T10:00:30Z' });
    world.pass(MINUTE);
    expect(world.runs.map(({ jobId }) => jobId)).toEqual(['none', 'zulu']);
  });

  it('of two with one id the first counts and the second is told', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    world.create('j');
    const doc = world.doc('j');
    world.list([doc, { ...doc, description: 'second' }]);
    expect(world.table?.jobs.get('j')?.reading.description).toBe('');
    expect(world.told).toEqual(['error j: job_id: j occurs twice; the first document counts']);
  });
});

describe('A17: events during a run', () => {
  it('the last wish wins, none is lost, each is acknowledged once', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: () => 2 * MINUTE });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:00:11Z');
    for (const event of ['stop', 'start', 'stop']) {
      world.post('j', event);
      world.pass(6 * SECOND);
    }
    expect(world.schedule('j')).toMatchObject({ status: 'running', event: '' });
    world.at('2026-01-05T11:05:00Z');
    expect(world.schedule('j')).toMatchObject({ status: 'stop', result: 'success', event: '' });
    expect(world.writes.filter(({ acknowledged }) => acknowledged !== undefined)).toHaveLength(3);
    world.at('2026-01-05T13:00:00Z');
    expect(world.runs).toHaveLength(1);
  });

  it('an event that comes between the poll and the end of the run is not erased by it', () => {
    const world = worldAt('2026-01-05T10:59:00Z', { duration: () => 7 * SECOND });
    world.create('j', HOURLY);
    world.at('2026-01-05T11:00:06Z');
    world.post('j', 'stop');
    world.at('2026-01-05T11:00:08Z');
    expect(world.schedule('j')).toMatchObject({ event: 'stop' });
    world.pass(10 * SECOND);
    expect(world.schedule('j')).toMatchObject({ status: 'stop', event: '' });
  });

  it('an event that replaces one whose acknowledgement is on its way stays', () => {
    const world = worldAt('2026-01-05T10:30:00Z');
    world.create('j', HOURLY);
    world.pass(7 * SECOND);
    world.post('j', 'stop');
    world.poll();
    world.post('j', 'start');
    world.pass(SECOND);
    expect(world.schedule('j')).toMatchObject({ event: 'start' });
    world.at('2026-01-05T11:01:00Z');
    expect(world.schedule('j')).toMatchObject({ status: 'scheduled', event: '' });
    expect(world.runs).toHaveLength(1);
  });
});

describe('A18: jobs that are gone', () => {
  it('a running one ends after its action, and nothing is written to it', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { duration: () => MINUTE });
    world.create('j');
    world.pass(10 * SECOND);
    world.api.delete('j');
    const writes = world.writes.length;
    world.pass(2 * MINUTE);
    expect(world.writes).toHaveLength(writes);
    expect(world.table?.jobs.size).toBe(0);
    expect(world.memories.size).toBe(0);
  });

  it('a queued one never begins', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { duration: () => MINUTE, places: 1 });
    world.create('a');
    world.create('b');
    world.pass(10 * SECOND);
    world.api.delete('b');
    world.pass(5 * MINUTE);
    expect(world.runs.map(({ jobId }) => jobId)).toEqual(['a']);
  });

  it('an empty list where many were known is believed when it comes twice', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    for (let index = 0; index < 11; index += 1) world.create(`j${index}`, HOURLY);
    world.poll();
    world.list([]);
    expect(world.table?.jobs.size).toBe(11);
    world.poll();
    world.list([]);
    expect(world.table?.jobs.size).toBe(11);
    world.list([]);
    expect(world.table?.jobs.size).toBe(0);
  });

  it('one that was deleted while no scheduler ran is forgotten, its run is ended', () => {
    const world = worldAt('2026-01-05T10:00:00Z', { duration: () => HOUR, rules: { onDelete: 'abort' } });
    world.create('runs');
    world.create('waits', HOURLY);
    world.pass(10 * SECOND);
    world.kill();
    world.api.clear();
    world.boot();
    world.pass(MINUTE);
    expect(world.agents.size).toBe(0);
    expect(world.memories.size).toBe(0);
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
