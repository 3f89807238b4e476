import { describe, expect, it } from '@jest/globals';
import { readJob } from './read-job.ts';
import { upcomingRuns } from './upcoming-runs.ts';
import { validateJob } from './validate-job.ts';

const PLAN = { zone: 'UTC', jitter: 0, misfireGrace: 3600 };
const GOOD = {
  job_id: 'j',
  client_id: 'host',
  job_actions: [{ freezer_action: { action: 'backup', mode: 'fs' } }],
  job_schedule: { schedule_interval: '1 days' },
};
const check = (document: unknown) => validateJob(document, { plan: PLAN });

describe('validation', () => {
  it('has nothing to say of a good document', () => {
    expect(check(GOOD)).toEqual({ problems: [], warnings: [] });
  });

  it.each<[object, string]>([
    [{ job_id: 'a b' }, "job_id: 'a b' is no id; allowed: letters, digits, _ and -"],
    [{ client_id: 'a b' }, "client_id: 'a b' is no client id; allowed: a host name, with <project id>_ before it or without"],
    [{ job_actions: null }, 'job_actions: is null; allowed: a list of actions'],
    [{ job_actions: [] }, 'job_actions: is empty; at least one action is needed'],
    [{ job_actions: [7] }, 'job_actions[0]: is a number; allowed: an object with freezer_action'],
    [{ job_actions: [{}] }, 'job_actions[0].freezer_action: is missing; allowed: an object with the options of the agent'],
    [
      { job_actions: [{ freezer_action: { action: 'dance' } }] },
      "job_actions[0].freezer_action.action: 'dance' is not known; allowed: backup, restore, info, admin, exec, verify, list",
    ],
    [{ job_actions: [{ freezer_action: {}, max_retries: 'two' }] }, "job_actions[0].max_retries: 'two' is no whole number that fits; allowed: 0 to 1000"],
    [{ job_actions: [{ freezer_action: {}, mandatory: 'yes' }] }, 'job_actions[0].mandatory: is neither true nor false'],
    [{ job_schedule: [] }, 'job_schedule: is a list; allowed: an object'],
    [{ job_schedule: { event: 'foo' } }, "job_schedule.event: 'foo' is not known; allowed: stop, start, abort, remove"],
    [{ action_defaults: 'x' }, 'action_defaults: is a string; allowed: an object'],
  ])('%j', (more, problem) => {
    expect(check({ ...GOOD, ...more }).problems).toEqual([problem]);
  });

  it('tells all that is wrong, one line each', () => {
    const { problems } = check({
      job_id: 'j',
      job_actions: [null, { freezer_action: {}, max_retries: -1 }],
      job_schedule: { schedule_hour: 'noon\nor later' },
    });
    expect(problems.map((line) => line.split(':')[0])).toEqual(['job_actions[0]', 'job_actions[1].max_retries', 'job_schedule.schedule_hour']);
    expect(problems.join('')).not.toContain('\n');
  });

  it('a key __proto__ brings no keys of its own along', () => {
    const document: unknown = JSON.parse(
      '{"job_id": "j", "job_actions": [{"freezer_action": {}}], "job_schedule": {"__proto__": {"schedule_interval": "1 seconds"}}}',
    );
    expect(check(document).warnings).toEqual(['job_schedule.__proto__: is not known and is ignored']);
    expect(readJob(document, { plan: PLAN })).toMatchObject({ content: { kind: 'job', plan: { trigger: { kind: 'at-once' } } } });
  });

  it('is no JSON object', () => {
    expect(check([])).toEqual({ problems: ['is a list; allowed: a JSON object'], warnings: [] });
    expect(check(null).problems).toEqual(['is null; allowed: a JSON object']);
  });
});

describe('spellings of the older documentation', () => {
  it('are understood, with a warning each', () => {
    const document = {
      'job-id': 'j',
      'job-action': [{ 'freezer-action': { action: 'backup', 'backup-name': 'b' }, max_retry_interval: 5, 'max-retries': 2 }],
      job_schedule: { schedule_day: 'mon, wed, fri', 'schedule-hour': '3' },
    };
    const { problems, warnings } = check(document);
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      'job-id: is taken for job_id',
      'job-action: is taken for job_actions',
      'job_schedule.schedule-hour: is taken for schedule_hour',
      "job_schedule.schedule_day: 'mon, wed, fri' are weekdays; taken for schedule_day_of_week",
      'job_actions[0].freezer-action: is taken for freezer_action',
      'job_actions[0].max_retry_interval: is taken for max_retries_interval',
      'job_actions[0].max-retries: is taken for max_retries',
      'job_actions[0].freezer_action.backup-name: is taken for backup_name',
    ]);
    const reading = readJob(document, { plan: PLAN });
    expect(reading).toMatchObject({ content: { kind: 'job', actions: [{ values: { backup_name: 'b' }, tries: 3, retryInterval: 5 }] } });
  });

  it('the right name wins', () => {
    const { warnings } = check({ ...GOOD, job_actions: [{ freezer_action: {}, max_retries_interval: 9, max_retry_interval: 5 }] });
    expect(warnings).toEqual(['job_actions[0].max_retry_interval: is ignored, because max_retries_interval is there, too']);
  });

  it('unknown keys are told and ignored', () => {
    expect(check({ ...GOOD, colour: 'red' })).toEqual({ problems: [], warnings: ['colour: is not known and is ignored'] });
  });
});

describe('actions', () => {
  it('take what they lack from action_defaults; false and 0 are values', () => {
    const reading = readJob(
      {
        ...GOOD,
        action_defaults: { storage: 'ssh', dry_run: true, container: 'd' },
        job_actions: [{ freezer_action: { storage: null, dry_run: false, container: 'c' } }],
      },
      { plan: PLAN },
    );
    expect(reading).toMatchObject({ content: { actions: [{ action: 'backup', values: { storage: 'ssh', dry_run: false, container: 'c' } }] } });
  });

  it('A16: percent signs, newlines, other scripts and lists are values like any other', () => {
    const values = { action: 'backup', path_to_backup: '/a%b\nc/\u00fc\u6f22', exclude: ['x', 'y'] };
    expect(readJob({ ...GOOD, job_actions: [{ freezer_action: values }] }, { plan: PLAN })).toMatchObject({ content: { actions: [{ values }] } });
  });

  it('wait a minute between tries where nothing else is said', () => {
    expect(readJob({ ...GOOD, job_actions: [{ freezer_action: {}, max_retries: '2' }] }, { plan: PLAN })).toMatchObject({
      content: { actions: [{ tries: 3, retryInterval: 60, mandatory: false, timeout: undefined }] },
    });
  });
});

describe('upcoming runs', () => {
  const after = Date.parse('2026-03-28T00:00:00Z');
  const upcoming = (job_schedule: object, plan = PLAN): string[] =>
    upcomingRuns({ ...GOOD, job_schedule }, { after, count: 3, plan }).map((at) => new Date(at).toISOString().slice(0, 16));

  it('are those of the scheduler, over a change of the clock, too', () => {
    expect(upcoming({ schedule_hour: '2', schedule_minute: '30' }, { ...PLAN, zone: 'Europe/Berlin' })).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
    expect(upcoming({ time_created: after / 1000 - 3600, schedule_interval: '5 hours' })).toEqual(['2026-03-28T04:00', '2026-03-28T09:00', '2026-03-28T14:00']);
  });

  it('are none of a job without schedule, that is over, or that is wrong', () => {
    expect([upcoming({}), upcoming({ schedule_year: '2020' }), upcoming({ schedule_interval: 'x' })]).toEqual([[], [], []]);
  });
});
