import { expect, it } from '@jest/globals';
import { oldDocument } from './old-document.ts';

const ids = { project_id: 'p', user_id: 'u' };

it('takes the kind from the type, where there is one', () => {
  expect(oldDocument({ _id: 's', _type: 'sessions', _source: { ...ids, job_actions: [] } })?.kind).toBe('sessions');
  expect(oldDocument({ _id: 's', _type: '_doc', _source: { ...ids, job_actions: [] } })?.kind).toBe('jobs');
  expect(oldDocument({ _id: 's', _source: { anything: 1 } })).toBeUndefined();
});

it('reads backups of before 3.0, whose key was another one', () => {
  const source = { ...ids, user_name: 'bob', backup_id: 'box_host_name_1_0', backup_uuid: 'f00d', backup_metadata: { timestamp: 1, host_name: 'host' } };
  expect(oldDocument({ _id: 'f00d', _type: 'backups', _source: source })).toEqual({
    kind: 'backups',
    id: 'f00d',
    owner: { projectId: 'p', userId: 'u' },
    document: { ...source, backup_id: 'f00d' },
  });
});

it('gives documents of version 1, which knew no projects, to their user', () => {
  expect(oldDocument({ _id: 'made-up', _source: { user_id: 'u', client: { client_id: 'c', config_id: 'k' }, uuid: 'x', _version: 3 } })).toEqual({
    kind: 'clients',
    id: 'user/u/c',
    owner: { projectId: '', userId: 'u' },
    document: { project_id: null, user_id: 'u', client: { client_id: 'c', config_id: 'k', hostname: null, description: null, is_central: false, uuid: 'x' } },
  });
});

it('adds what every document of ours has', () => {
  expect(oldDocument({ _id: 'j', _source: { ...ids, job_schedule: { status: 'stop' } } })?.document).toEqual({
    ...ids,
    job_id: 'j',
    session_id: '',
    session_tag: 0,
    job_schedule: { status: 'stop' },
    job_actions: [],
  });
  expect(oldDocument({ _id: 's', _type: 'sessions', _source: { ...ids, session_tag: 4 } })?.document).toMatchObject({
    session_id: 's',
    session_tag: 4,
    jobs: {},
    hold_off: 30,
  });
});
