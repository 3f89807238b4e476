import type { Documents } from './cloud.ts';

const owner = { project_id: 'p1', user_id: 'u1' };
const LONG = "a long text with words 'quoted', so that it is wider than the eighty characters that pprint keeps to, and more";

/** Documents as servers of both kinds send them, the odd ones included. */
export const ODD_DOCUMENTS: Documents = {
  clients: [
    { ...owner, client: { uuid: '90f7b4bf', hostname: 'web1.example.org', client_id: 'web1.example.org', description: 'from "cli", ü' } },
    { ...owner, client: { uuid: 'c2', hostname: null, client_id: 'min1', description: null } },
    { ...owner, client: { client_id: 'bare1' } },
  ],
  jobs: [
    {
      ...owner,
      job_id: 'job1',
      client_id: 'web1.example.org',
      description: 'daily; "quoted" \\ 日本語',
      session_id: '',
      session_tag: 0,
      job_schedule: { schedule_interval: '1 days', status: 'scheduled', result: 'success', event: '', current_pid: 4711, time_created: 1795244496 },
      job_actions: [
        {
          action_id: 'a1',
          freezer_action: {
            action: 'backup',
            mode: 'fs',
            path_to_backup: '/etc',
            note: LONG,
            both: `'"`,
            lines: 'one\ntwo\tthree',
            deep: { list: [1, 2.5, null, true, []], empty: {} },
          },
          max_retries: 5,
          mandatory: true,
        },
        { action_id: 'a2', freezer_action: { action: 'exec', command: 'x'.repeat(120) } },
      ],
    },
    { ...owner, job_id: 'job2', client_id: 'min1', description: null, job_schedule: {}, job_actions: [], session_id: null },
    { ...owner, job_id: 'job3', client_id: 'min1', description: '', job_schedule: { status: 'stop' }, job_actions: [{ action_id: 'a3', freezer_action: {} }] },
  ],
  sessions: [
    {
      ...owner,
      session_id: 's1',
      session_tag: 2,
      description: 'nightly',
      status: 'active',
      result: null,
      hold_off: 30,
      schedule: { schedule_interval: '1 days' },
      time_start: -1,
      time_end: -1,
      jobs: { job1: { client_id: 'web1.example.org', status: 'completed', result: 'success', time_started: 1, time_ended: 2 }, job0: { client_id: 'a' } },
    },
    { ...owner, session_id: 's2', session_tag: 0, description: null, status: 'running', result: '', schedule: {}, hold_off: 30 },
  ],
  actions: [
    {
      ...owner,
      action_id: 'a1',
      max_retries: 3,
      max_retries_interval: 60,
      freezer_action: { action: 'backup', backup_name: 'etc', mode: 'fs', storage: 'local', path_to_backup: '/etc' },
    },
    { ...owner, action_id: 'a2', freezer_action: { backup_name: null, action: 'exec', mode: null, snapshot: true, remove_older_than: 7 } },
    { ...owner, action_id: 'a3', freezer_action: {} },
  ],
  backups: [
    {
      ...owner,
      backup_id: 'b2',
      user_name: 'alice',
      backup_metadata: { hostname: 'web1', path_to_backup: '/etc', time_stamp: 1795244502, curr_backup_level: 1, container: 'c' },
    },
    {
      ...owner,
      backup_id: 'b1',
      user_name: 'alice',
      backup_metadata: { hostname: 'web1', path_to_backup: '/srv', time_stamp: 1459349846, curr_backup_level: 0, broken_links: ['/a', '/b'], encrypted: false },
    },
    { ...owner, backup_id: 'b3', backup_uuid: 'u3', user_name: null, backup_metadata: { hostname: 'db1', path_to_backup: null, time_stamp: 1600000000 } },
  ],
};
