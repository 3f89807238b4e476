import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { ActionRequest, BackupRequest, ClientChange, ClientRequest, JobChange, JobRequest, JobSchedule, RunRequest, SessionRequest } from '../index.ts';

type Case = readonly [name: string, schema: z.ZodType, value: unknown, fits: boolean];

const JOB = { client_id: 'web1', job_actions: [] };
const BACKUP = { container: 'c', hostname: 'h', backup_name: 'n' };
const RUN = { job_id: 'j', time_started: 1, time_ended: 2, result: 'success' };

const CASES: readonly Case[] = [
  ['a client by its host name', ClientRequest, { client_id: 'padawan-ccp-c1-m1-mgmt' }, true],
  ['a client by project and host', ClientRequest, { client_id: '26b4ea367ac64702868653912e9428cc_freezer.mydomain.myid' }, true],
  ['a client id with blanks', ClientRequest, { client_id: 'bad id!' }, false],
  ['a client id with a slash', ClientRequest, { client_id: 'a_host.bad/domain.b' }, false],
  ['a label of 64 characters', ClientRequest, { client_id: 'a'.repeat(64) }, false],
  ['a host name without any letter', ClientRequest, { client_id: 'w', hostname: '--' }, false],
  ['a host name with an underscore', ClientRequest, { client_id: 'w', hostname: 'test-hostname_19544' }, true],
  ['no host name', ClientRequest, { client_id: 'w', hostname: null }, true],
  ['a mode that no client has', ClientRequest, { client_id: 'w', supported_modes: ['floppy'] }, false],
  ['a change of a client', ClientChange, { description: null }, true],
  ['the least job', JobRequest, JOB, true],
  ['a job with a key that is none', JobRequest, { ...JOB, flavour: 'mint' }, false],
  ['a job that is sent back', JobRequest, { ...JOB, job_id: 'j', project_id: null, user_id: 'u', _version: 3, session_id: null, description: null }, true],
  ['a job of a bad project', JobRequest, { ...JOB, project_id: 'a b' }, false],
  ['a job whose action has a null mode', JobRequest, { ...JOB, job_actions: [{ freezer_action: { action: 'backup', mode: null } }] }, true],
  ['a job whose action has a bad mode', JobRequest, { ...JOB, job_actions: [{ freezer_action: { mode: 'floppy' } }] }, false],
  [
    'a job whose action has keys of its own',
    JobRequest,
    { ...JOB, job_actions: [{ freezer_action: { action: 'exec', command: 'x', n: [1] }, exit_status: 'success' }] },
    true,
  ],
  ['a job without actions', JobRequest, { client_id: 'web1' }, false],
  ['a change of nothing', JobChange, {}, true],
  ['an interval', JobSchedule, { schedule_interval: '5  minutes' }, true],
  ['an interval in the singular', JobSchedule, { schedule_interval: '1 day' }, false],
  ['continuous', JobSchedule, { schedule_interval: 'continuous' }, true],
  ['a date without zone', JobSchedule, { schedule_date: '2015-06-02T16:20:00' }, true],
  ['a date with zone and fraction', JobSchedule, { schedule_start_date: '2015-06-02T16:20:00.5+02:00' }, true],
  ['a date of words', JobSchedule, { schedule_date: 'tomorrow' }, false],
  ['partial, which is a result', JobSchedule, { result: 'partial' }, true],
  ['true, which is no number', JobSchedule, { time_started: true }, false],
  ['a key that is none', JobSchedule, { when: 'now' }, false],
  ['a session with a list of jobs', SessionRequest, { schedule: {}, jobs: [{ x: 1 }] }, true],
  ['a session without schedule', SessionRequest, { description: 'x' }, false],
  ['an action whose own mode is odd', ActionRequest, { freezer_action: { mode: 'floppy' } }, true],
  ['an action with an odd mode beside it', ActionRequest, { freezer_action: {}, mode: 5 }, false],
  ['an action without freezer_action', ActionRequest, { max_retries: 3 }, false],
  ['a backup', BackupRequest, BACKUP, true],
  ['a backup with the first name of hostname', BackupRequest, { container: 'c', host_name: 'h', backup_name: 'n' }, true],
  ['a backup of nobody', BackupRequest, { container: 'c', backup_name: 'n' }, false],
  ['a backup in no container', BackupRequest, { ...BACKUP, container: '' }, false],
  ['a backup with a number as name', BackupRequest, { ...BACKUP, backup_name: 7 }, false],
  ['a run', RunRequest, RUN, true],
  ['a run without result', RunRequest, { ...RUN, result: '' }, false],
];

describe('requests', () => {
  it.each(CASES)('%s', (_name, schema, value, fits) => {
    expect(schema.safeParse(value).success).toBe(fits);
  });

  it('write JSON Schemas', () => {
    expect(z.toJSONSchema(JobRequest)).toMatchObject({
      $defs: { JobRequest: { type: 'object', required: ['job_actions', 'client_id'], additionalProperties: false } },
    });
  });
});
