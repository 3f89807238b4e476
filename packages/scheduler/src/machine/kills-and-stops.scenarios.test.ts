import { describe, expect, it } from '@jest/globals';
import { World, type WorldOptions } from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOURLY = { schedule_interval: '1 hours', schedule_start_date: '2026-01-05T08:00:00' };
const worldAt = (start: string, options: Omit<WorldOptions, 'start'> = {}): World => new World({ start, ...options });

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
