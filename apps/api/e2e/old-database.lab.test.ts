import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, documentOf } from './harness/ask.ts';
import { Place } from './harness/place.ts';
import { manage, Service } from './harness/service.ts';

/** What Debian's service writes, by its own driver. */
const FILL = `
import sys
from oslo_config import cfg
from freezer_api.common import config
sys.argv = ['x', '--config-file', sys.argv[1]]
config.parse_args(sys.argv[1:])
from freezer_api.db.sqlalchemy import api
api.add_client('u1', {'client_id': 'host1', 'hostname': 'host1', 'description': 'é'}, project_id='p1')
api.add_client('u2', {'client_id': 'host2', 'hostname': 'host2'}, project_id='p2')
gone = api.add_client('u1', {'client_id': 'gone', 'hostname': 'gone'}, project_id='p1')
api.delete_client('u1', 'gone', project_id='p1')
action = api.add_action('u1', {'freezer_action': {'action': 'backup', 'backup_name': 'etc', 'mode': 'fs'}, 'max_retries': 3}, project_id='p1')
job = api.add_job('u1', {'client_id': 'host1', 'description': 'daily', 'job_schedule': {'schedule_interval': '1 days', 'status': 'stop'},
  'job_actions': [{'action_id': action, 'freezer_action': {'action': 'backup', 'backup_name': 'etc'}}]}, project_id='p1')
session = api.add_session('u1', {'description': 's', 'hold_off': 60, 'schedule': {'schedule_interval': '2 days'}}, project_id='p1')
backup = api.add_backup('u1', 'alice', {'container': 'c', 'hostname': 'host1', 'backup_name': 'etc', 'time_stamp': 1700000000, 'level': 0, 'job_id': job}, project_id='p1')
print('|'.join([action, job, session, backup]))
`;

let place: Place;
let ids: readonly string[];
let connection = '';

beforeAll(() => {
  place = new Place();
  connection = `sqlite:///${place.path('old.db')}`;
  const conf = place.write('old.conf', `[DEFAULT]\n[storage]\nbackend = sqlalchemy\ndriver = sqlalchemy\n[database]\nconnection = ${connection}\n`);
  const options = { env: place.environment(), stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'], encoding: 'utf8' as const };
  execFileSync('/usr/bin/freezer-manage', ['--config-file', conf, 'db', 'sync'], options);
  ids = execFileSync('/usr/bin/python3', ['-c', FILL, conf], options).trim().split('\n').at(-1)?.split('|') ?? [];
}, 120_000);
afterAll(() => place.remove());

test("what Debian's service kept is there, with ids and owners, and what it had deleted is not", async () => {
  expect(ids).toHaveLength(4);
  const [action, job, session, backup] = ids;
  expect(manage(place, ['db', 'import', '--from', connection, '-t'])).toMatchObject({ code: 0, out: '6 would be imported\n' });
  expect(manage(place, ['db', 'import', '--from', connection])).toMatchObject({ code: 0, out: '6 imported\n' });
  expect(manage(place, ['db', 'import', '--from', connection])).toMatchObject({ code: 0, out: '0 imported, 6 were there already\n' });
  const service = new Service(place, []);
  try {
    const url = await service.url();
    const get = async (path: string): Promise<Record<string, unknown>> => documentOf(await ask(`${url}/v2/${path}`));
    expect(await get('p1/clients')).toEqual({
      clients: [expect.objectContaining({ user_id: 'u1', client: expect.objectContaining({ client_id: 'host1', description: 'é' }) })],
    });
    expect(await get('p2/clients/host2')).toMatchObject({ project_id: 'p2', user_id: 'u2' });
    expect(await get(`p1/actions/${action}`)).toMatchObject({ max_retries: 3, freezer_action: { action: 'backup', backup_name: 'etc', mode: 'fs' } });
    expect(await get(`p1/jobs/${job}`)).toMatchObject({
      client_id: 'host1',
      description: 'daily',
      job_schedule: { schedule_interval: '1 days', status: 'stop' },
      job_actions: [{ action_id: action, freezer_action: { backup_name: 'etc' } }],
    });
    expect(await get(`p1/sessions/${session}`)).toMatchObject({ description: 's', hold_off: 60, schedule: { schedule_interval: '2 days' }, jobs: {} });
    expect(await get(`p1/backups/${backup}`)).toMatchObject({
      user_id: 'u1',
      backup_metadata: { container: 'c', hostname: 'host1', time_stamp: 1_700_000_000 },
    });
    expect((await ask(`${url}/v2/p2/jobs/${job}`)).status).toBe(404);
  } finally {
    await service.stop();
  }
}, 120_000);

test('what is no database of Freezer is one line, and no account shows', () => {
  const from = (url: string): ReturnType<typeof manage> => manage(place, ['db', 'import', '--from', url]);
  for (const url of [`sqlite:///${place.path('none.db')}`, 'mysql+pymysql://u:hunter2@127.0.0.1:1/x', 'http://u:hunter2@127.0.0.1:1/freezer']) {
    const { code, err } = from(url);
    expect({ url, code, err }).toEqual({ url, code: 1, err: expect.stringMatching(/^freezer-manage: [^\n]+\n$/) });
    expect(err).not.toContain('hunter2');
  }
  expect(from('oracle://x/y')).toMatchObject({ code: 2, err: expect.stringMatching(/^freezer-manage: [^\n]+\n$/) });
});
