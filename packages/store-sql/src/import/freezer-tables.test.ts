import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FreezerError } from '@freezer/core';
import { afterAll, describe, expect, it } from '@jest/globals';
import { openConnection } from '../sqlite/sqlite-driver.ts';
import { type ImportedDocument, importFreezerTables } from './freezer-tables.ts';

const folder = mkdtempSync(join(tmpdir(), 'freezer-import-'));
afterAll(() => rmSync(folder, { recursive: true }));

const COMMON = 'created_at datetime, updated_at datetime, deleted_at datetime, deleted boolean';

/** The tables of freezer-api of 2026, as spec and migrations describe them. */
const HEAD = [
  `create table clients (id varchar(255) primary key, project_id varchar(36), user_id varchar(64) not null, client_id varchar(255) not null, hostname varchar(128),
    description varchar(255), uuid varchar(36) not null, supported_actions varchar(255), supported_modes varchar(255), supported_storages varchar(255),
    supported_engines varchar(255), is_central boolean not null, ${COMMON})`,
  `create table actions (id varchar(36) primary key, action varchar(255) not null, project_id varchar(36), user_id varchar(64) not null, actionmode varchar(255),
    path_to_backup varchar(255), backup_name varchar(255), container varchar(255), timeout integer, priority integer, max_retries_interval integer,
    max_retries integer, mandatory boolean, log_file varchar(255), backup_metadata text, ${COMMON})`,
  `create table jobs (id varchar(36) primary key, project_id varchar(36), user_id varchar(36) not null, schedule text, client_id varchar(255) not null,
    session_id varchar(36), session_tag integer, description varchar(255), ${COMMON})`,
  `create table job_actions (id varchar(36) primary key, job_id varchar(36), action_id varchar(36), position integer, ${COMMON})`,
  `create table user_credentials (id varchar(36) primary key, trust_id varchar(255) not null, trustor_user_id varchar(64) not null, job_id varchar(36), ${COMMON})`,
  `create table sessions (id varchar(36) primary key, session_tag integer, description varchar(255), hold_off integer, schedule text, job text, project_id varchar(36),
    user_id varchar(36) not null, time_start integer, time_end integer, time_started integer, time_ended integer, status varchar(255), result varchar(255), ${COMMON})`,
  `create table backups (id varchar(36) primary key, job_id varchar(36), project_id varchar(36), user_id varchar(64) not null, status varchar(64) not null,
    backup_metadata text, ${COMMON})`,
];
const ROWS = [
  `insert into clients values ('c1', 'p', 'u', 'p_host', 'host', null, 'c1', '["backup"]', null, null, null, 1, '2026-01-01', null, null, 0)`,
  `insert into clients values ('c2', 'p', 'u', 'p_gone', 'gone', null, 'c2', null, null, null, null, 0, '2026-01-01', null, '2026-02-01', 1)`,
  `insert into actions values ('a1', 'backup', 'p', 'u', 'fs', '/etc', 'etc', 'box', null, null, 7, 4, 1, null, '{"action":"backup","extra":{"a":[1]}}', '2026-01-02', null, null, 0)`,
  `insert into actions values ('a2', 'exec', 'p', 'u', null, null, null, null, null, null, null, null, 0, null, null, '2026-01-01', null, null, 0)`,
  `insert into jobs values ('j1', 'p', 'u', '{"status":"scheduled","time_created":5}', 'p_host', null, 3, null, '2026-01-01', null, null, 0)`,
  `insert into job_actions values ('l1', 'j1', 'a1', 1, '2026-01-01', null, null, 0)`,
  `insert into job_actions values ('l2', 'j1', 'a2', 0, '2026-01-01', null, null, 0)`,
  `insert into job_actions values ('l3', 'j1', 'gone', 2, '2026-01-01', null, null, 0)`,
  `insert into user_credentials values ('t1', 'trust', 'trustor', 'j1', '2026-01-01', null, null, 0)`,
  `insert into sessions values ('s1', 2, 'd', 60, '{"schedule_interval":"1 days"}', '{"j1":{"status":"running"}}', 'p', 'u', 7, -1, -1, -1, 'running', '', '2026-01-01', null, null, 0)`,
  `insert into backups values ('b2', null, 'p', 'u', 'error', '{"level":1,"time_stamp":9}', '2026-01-03', null, null, 0)`,
  `insert into backups values ('b1', 'j1', 'p', 'u', 'available', '{"level":0,"z":1,"a":2}', '2026-01-02', null, null, 0)`,
];

async function makeFile(name: string, statements: readonly string[]): Promise<string> {
  const path = join(folder, name);
  const connection = await openConnection(path);
  for (const statement of statements) connection.exec(statement);
  connection.close();
  return `sqlite:///${path}`;
}

async function all(url: string): Promise<ImportedDocument[]> {
  const found: ImportedDocument[] = [];
  for await (const each of importFreezerTables(url)) found.push(each);
  return found;
}

const codeOf = async (url: string): Promise<unknown> => {
  const error = await all(url).catch((reason: unknown) => reason);
  return FreezerError.is(error) ? { code: error.code, message: error.message } : error;
};

describe('importFreezerTables', () => {
  it('reads the tables of 2026', async () => {
    const url = await makeFile('head.db', [...HEAD, ...ROWS]);
    const found = await all(url);
    expect(found.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'clients p/p_host',
      'actions a2',
      'actions a1',
      'jobs j1',
      'sessions s1',
      'backups b1',
      'backups b2',
    ]);
    expect(found.every(({ owner }) => owner.projectId === 'p' && owner.userId === 'u')).toBe(true);
    const [client, , action, job, session, first, second] = found.map(({ document }) => document);
    const ids = { project_id: 'p', user_id: 'u' };
    expect(client).toEqual({
      ...ids,
      client: { uuid: 'c1', hostname: 'host', client_id: 'p_host', is_central: true, description: null, supported_actions: ['backup'] },
    });
    expect(action).toEqual({
      ...ids,
      action_id: 'a1',
      max_retries: 4,
      max_retries_interval: 7,
      mandatory: true,
      freezer_action: { action: 'backup', extra: { a: [1] }, mode: 'fs', path_to_backup: '/etc', backup_name: 'etc', container: 'box' },
    });
    expect(job).toMatchObject({
      ...ids,
      job_id: 'j1',
      client_id: 'p_host',
      session_id: '',
      session_tag: 3,
      description: '',
      job_schedule: { status: 'scheduled', time_created: 5 },
      job_actions: [
        { action_id: 'a2', max_retries: 5, freezer_action: { action: 'exec' } },
        { action_id: 'a1', mandatory: true },
      ],
      user_credentials: { trust_id: 'trust', trustor_user_id: 'trustor' },
    });
    expect(session).toMatchObject({
      ...ids,
      session_id: 's1',
      session_tag: 2,
      hold_off: 60,
      time_start: 7,
      time_end: -1,
      status: 'running',
      jobs: { j1: { status: 'running' } },
    });
    expect(first).toEqual({ ...ids, backup_id: 'b1', user_name: null, backup_metadata: { level: 0, z: 1, a: 2 } });
    expect(second).toMatchObject({ backup_id: 'b2', status: 'error' });
  });

  it('names the row that it cannot read', async () => {
    const url = await makeFile('broken.db', [...HEAD, `insert into backups values ('b', null, 'p', 'u', 'available', '{half', null, null, null, 0)`]);
    expect(await codeOf(url)).toMatchObject({ code: 'corrupt', message: expect.stringMatching(/backup_metadata of 'b' in the table backups/) });
  });

  it('makes no file, and changes none', async () => {
    expect(await codeOf(`sqlite:///${join(folder, 'nowhere.db')}`)).toMatchObject({ code: 'not_found' });
    expect(existsSync(join(folder, 'nowhere.db'))).toBe(false);
    expect(await codeOf(await makeFile('empty.db', ['create table other (id integer)']))).toMatchObject({ code: 'not_found' });
    writeFileSync(join(folder, 'text.db'), 'no database at all, but a text that is long enough to be taken for one'.repeat(30));
    expect(await codeOf(`sqlite:///${join(folder, 'text.db')}`)).toMatchObject({ code: 'corrupt' });
    expect(await codeOf('oracle://x/y')).toMatchObject({ code: 'invalid' });
  });
});
