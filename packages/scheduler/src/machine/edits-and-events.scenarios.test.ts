import { describe, expect, it } from '@jest/globals';
import { World, type WorldOptions } from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const HOURLY = { schedule_interval: '1 hours', schedule_start_date: '2026-01-05T08:00:00' };
const worldAt = (start: string, options: Omit<WorldOptions, 'start'> = {}): World => new World({ start, ...options });

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

  it('an empty list where many were known is believed when it comes twice, also of an API that says that it did not change', () => {
    const world = worldAt('2026-01-05T10:00:00Z');
    for (let count = 0; count < 20; count += 1) world.create(`j${count}`, HOURLY);
    world.pass(MINUTE);
    world.api.clear();
    world.pass(MINUTE);
    expect(world.table?.jobs.size).toBe(0);
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
