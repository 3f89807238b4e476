import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ImportedDocument, importFreezerTables } from './freezer-tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-api-13-'));
const PROJECT = 'a'.repeat(32);
const USER = 'b'.repeat(32);

/** Writes through Debian's freezer-api 13.0, as its routes do; prints the ids. */
const FILL = `
import copy, json, sys
from freezer_api.common import config
config.parse_args(args=['--config-file', sys.argv[1]])
from freezer_api.db import manager
api = manager.get_db_driver('sqlalchemy', 'sqlalchemy').get_api()
who = {'project_id': '${PROJECT}', 'user_id': '${USER}'}
action = {'freezer_action': {'action': 'backup', 'mode': 'fs', 'backup_name': 'n', 'container': 'c', 'path_to_backup': '/\\u00fc'}, 'max_retries': 3, 'mandatory': True}
api.add_client(doc={'client_id': 'client', 'hostname': 'host', 'description': 'd'}, **who)
action_id = api.add_action(doc=copy.deepcopy(action), **who)
job_id = api.add_job(doc={'client_id': 'client', 'job_actions': [dict(action, action_id=action_id)], 'job_schedule': {'status': 'scheduled'}, 'description': 'x'}, **who)
session_id = api.add_session(doc={'schedule': {'schedule_interval': '1 days'}, 'description': 's'}, **who)
backup_id = api.add_backup(user_name='bob', doc={'container': 'c', 'hostname': 'h', 'backup_name': 'n', 'level': 0, 'time_stamp': 5}, **who)
gone = api.add_action(doc=copy.deepcopy(action), **who)
api.delete_action(action_id=gone, **who)
print(json.dumps([action_id, job_id, session_id, backup_id]))
`;

const python = (args: readonly string[]): string => execFileSync('/usr/bin/python3', args, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', HOME: folder } });

beforeAll(() => {
  writeFileSync(
    join(folder, 'conf'),
    `[DEFAULT]\nenable_v1_api = false\n[storage]\nbackend = sqlalchemy\ndriver = sqlalchemy\n[database]\nconnection = sqlite:///${join(folder, 'old.db')}\n`,
  );
  python(['/usr/bin/freezer-manage', '--config-file', join(folder, 'conf'), 'db', 'sync']);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('reads what the real freezer-api 13.0 wrote', async () => {
  const [actionId, jobId, sessionId, backupId] = JSON.parse(python(['-c', FILL, join(folder, 'conf')])) as string[];
  const found: ImportedDocument[] = [];
  for await (const each of importFreezerTables(`sqlite:///${join(folder, 'old.db')}`)) found.push(each);
  expect(found.map(({ kind, id }) => [kind, id])).toEqual([
    ['clients', `${PROJECT}/client`],
    ['actions', actionId],
    ['jobs', jobId],
    ['sessions', sessionId],
    ['backups', backupId],
  ]);
  for (const { owner } of found) expect(owner).toEqual({ projectId: PROJECT, userId: USER });
  const freezerAction = { action: 'backup', mode: 'fs', backup_name: 'n', container: 'c', path_to_backup: '/ü' };
  expect(found.map(({ document }) => document)).toMatchObject([
    { project_id: PROJECT, client: { client_id: 'client', hostname: 'host', description: 'd', is_central: false } },
    { action_id: actionId, max_retries: 3, max_retries_interval: 6, freezer_action: freezerAction },
    {
      job_id: jobId,
      client_id: 'client',
      job_schedule: { status: 'scheduled' },
      job_actions: [{ action_id: actionId, mandatory: true, freezer_action: freezerAction }],
    },
    { session_id: sessionId, hold_off: 30, status: 'active', schedule: { schedule_interval: '1 days' } },
    { backup_id: backupId, user_name: 'bob', backup_metadata: { container: 'c', hostname: 'h', backup_name: 'n', level: 0, time_stamp: 5 } },
  ]);
});
