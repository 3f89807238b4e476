import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { World } from './world.fixture.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = '2026-10-24T20:00:00Z';

const JOBS = ['once', 'minutes', 'hourly', 'queues', 'kills', 'blackout', 'cron'] as const;
type JobId = (typeof JOBS)[number];

const SCHEDULES: Readonly<Record<JobId, Readonly<Record<string, unknown>>>> = {
  once: {},
  minutes: { schedule_interval: '7 minutes' },
  hourly: { schedule_interval: '1 hours', schedule_start_date: '2026-10-24T10:10:00Z' },
  queues: { schedule_interval: '5 minutes', schedule_overlap: 'queue' },
  kills: { schedule_interval: '6 minutes', schedule_overlap: 'kill-old' },
  blackout: { schedule_interval: '9 minutes', schedule_blackout: ['22:30-23:15'], schedule_timezone: 'Europe/Berlin' },
  cron: { schedule_minute: '*/20', schedule_timezone: 'Europe/Berlin', schedule_jitter: 90 },
};

type Deed =
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'post'; readonly job: JobId; readonly event: 'start' | 'stop' | 'abort' }
  | { readonly kind: 'edit'; readonly job: JobId; readonly minutes: number }
  | { readonly kind: 'kill'; readonly after: number; readonly seconds: number }
  | { readonly kind: 'terminate'; readonly timeout: number; readonly seconds: number }
  | { readonly kind: 'reboot'; readonly seconds: number }
  | { readonly kind: 'outage'; readonly seconds: number }
  | { readonly kind: 'jump'; readonly seconds: number }
  | { readonly kind: 'replace'; readonly job: JobId }
  | { readonly kind: 'spoil'; readonly job: JobId }
  | { readonly kind: 'mend' };

const upTo = (max: number) => fc.integer({ min: 1, max });
const job = fc.constantFrom(...JOBS);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: upTo(900) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('post' as const), job, event: fc.constantFrom('start' as const, 'stop' as const, 'abort' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), job, minutes: upTo(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), after: fc.integer({ min: 0, max: 12 }), seconds: upTo(600) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const), timeout: upTo(120), seconds: upTo(600) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reboot' as const), seconds: upTo(1800) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('outage' as const), seconds: upTo(1200) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), seconds: fc.integer({ min: -7200, max: 7200 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replace' as const), job }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('spoil' as const), job }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mend' as const) }) },
);

/** What somebody last asked of a job, and how often it had run then. */
interface Wish {
  readonly event: string;
  readonly runs: number;
  readonly isAtWork: boolean;
}

const runsOf = (world: World, id: string): number => world.runs.filter(({ jobId }) => jobId === id).length;

function edited(world: World, id: JobId, minutes: number): void {
  if (id === 'once') return;
  const { schedule_minute: _, ...rest } = world.schedule(id);
  world.doc(id).job_schedule = { ...rest, schedule_interval: `${minutes} minutes` };
  world.edit(id, {});
}

const GOOD_ACTIONS = [{ freezer_action: { action: 'backup' } }];

function mend(world: World): void {
  for (const id of JOBS) if (world.doc(id)['job_actions'] === null) world.edit(id, {}, { job_actions: GOOD_ACTIONS });
}

function revive(world: World): void {
  world.kill();
  world.boot();
}

function post(world: World, wishes: Map<string, Wish>, { job: id, event }: Deed & { readonly kind: 'post' }): void {
  // It is asked for already.
  if (world.schedule(id)['event'] === event) return;
  // What the API shows as running is running to whoever asks, also when its end has not been told yet.
  const isAtWork = world.schedule(id)['status'] === 'running' || [...world.agents.values()].some(({ jobId }) => jobId === id);
  world.post(id, event);
  wishes.set(id, { event, runs: runsOf(world, id), isAtWork });
}

function act(world: World, wishes: Map<string, Wish>, one: Deed): void {
  switch (one.kind) {
    case 'pass':
      world.pass(one.seconds * SECOND);
      return;
    case 'post':
      post(world, wishes, one);
      return;
    case 'edit':
      edited(world, one.job, one.minutes);
      return;
    case 'kill':
      world.killAfter = one.after;
      world.pass(one.seconds * SECOND);
      revive(world);
      return;
    case 'terminate':
      world.terminate(one.timeout * SECOND);
      world.pass(one.seconds * SECOND);
      revive(world);
      return;
    case 'reboot':
      world.kill();
      world.agents.clear();
      world.now += one.seconds * SECOND;
      world.boot();
      return;
    case 'outage':
      world.isApiUp = false;
      world.pass(one.seconds * SECOND);
      world.isApiUp = true;
      return;
    case 'jump':
      world.jump(one.seconds * SECOND);
      return;
    case 'replace':
      world.pass(SECOND);
      world.edit(one.job, {}, { description: `edited at ${world.text}` });
      return;
    case 'spoil':
      world.edit(one.job, {}, { job_actions: null });
      return;
    case 'mend':
      mend(world);
  }
}

function checkJob(world: World, id: JobId, wish: Wish | undefined, runsBefore: number): void {
  const { status, event } = world.schedule(id);
  // Of a completed job the API tells no scheduler; there is nothing to stop.
  const isMoot = status === 'completed' && (event === 'stop' || event === 'abort');
  expect([id, isMoot ? '' : (event ?? '')]).toEqual([id, '']);
  const isAtWork = [...world.agents.values()].some(({ jobId }) => jobId === id);
  if (!isAtWork) expect(['completed', 'scheduled', 'stop']).toContain(status);
  const later = runsOf(world, id) - runsBefore;
  if (id === 'once') {
    // A start that nobody took back has had its run, or fell into one.
    if (wish?.event === 'start' && !wish.isAtWork) expect(runsOf(world, id)).toBeGreaterThan(wish.runs);
    if (wish?.event === 'start' || wish === undefined) expect(['completed', 'running', 'scheduled']).toContain(status);
    return;
  }
  const isOff = wish?.event === 'stop' || wish?.event === 'abort';
  if (isOff) expect([id, status, later]).toEqual([id, 'stop', 0]);
  else {
    expect([id, ['scheduled', 'running', 'aborting'].includes(String(status))]).toEqual([id, true]);
    expect([id, later > 0]).toEqual([id, true]);
  }
}

describe('hours of random events, edits, kills, outages and jumps of the clock', () => {
  it('no event is lost, nothing runs twice at once or for the same time, nothing stays running', () => {
    let hours = 0;
    let runs = 0;
    fc.assert(
      fc.property(
        fc.array(deed, { minLength: 20, maxLength: 70 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 900 }),
        fc.boolean(),
        (deeds, places, longest, versions) => {
          const world = new World({
            start: START,
            poll: 30 * SECOND,
            places,
            versions,
            zone: 'Europe/Berlin',
            grace: 5 * SECOND,
            // A fixed mix of short and long runs.
            duration: (id, count) => (1 + ((count * 7919 + id.length * 104_729) % longest)) * SECOND,
            result: (_, count) => (count % 5 === 4 ? 'fail' : 'success'),
          });
          const wishes = new Map<string, Wish>();
          for (const id of JOBS) world.create(id, SCHEDULES[id]);
          for (const one of deeds) act(world, wishes, one);
          // Everything is well again, and nobody asks for anything.
          world.isApiUp = true;
          world.killAfter = Number.POSITIVE_INFINITY;
          if (!world.table) world.boot();
          mend(world);
          world.pass(3 * HOUR);
          const before = new Map(JOBS.map((id) => [id, runsOf(world, id)]));
          world.pass(4 * HOUR);
          expect(world.violations).toEqual([]);
          expect(world.outbox).toEqual([]);
          for (const id of JOBS) checkJob(world, id, wishes.get(id), before.get(id) ?? 0);
          for (const id of JOBS) {
            const planned = world.runs.filter(({ jobId }) => jobId === id).map(({ plannedAt }) => plannedAt);
            expect([id, planned.length]).toEqual([id, new Set(planned).size]);
          }
          hours += (world.now - Date.parse(START)) / HOUR;
          runs += world.runs.length;
        },
      ),
      // The same worlds at each run; another seed gives others.
      { numRuns: 25, seed: 7 },
    );
    expect(hours).toBeGreaterThan(25 * 7);
    expect(runs).toBeGreaterThan(500);
  });
});
