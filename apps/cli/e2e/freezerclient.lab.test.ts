import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Cloud } from '../test-support/cloud.ts';
import { freezer, runProgram } from '../test-support/command.ts';
import { ODD_DOCUMENTS } from '../test-support/odd-documents.ts';
import { FreezerClientOfPython } from '../test-support/python-client.ts';

// Debian's python3-freezerclient, version 5.0.0, beside ours: same server, same command lines.
const THEIRS = '/usr/bin/freezer';

jest.setTimeout(60_000);

let cloud: Cloud;
let folder: string;
// Its module reads the version of the API when it is loaded: one process for each.
let clients: Record<string, FreezerClientOfPython>;

beforeAll(async () => {
  cloud = await Cloud.start();
  clients = Object.fromEntries(['1', '2'].map((version) => [version, new FreezerClientOfPython({ ...cloud.environment, OS_BACKUP_API_VERSION: version })]));
  folder = await mkdtemp(join(tmpdir(), 'freezer-cli-lab-'));
  const files = {
    'client.json': { client_id: 'web1.example.org', hostname: 'web1.example.org', description: 'from "cli", ü' },
    'job.json': { job_actions: [{ freezer_action: { action: 'backup', backup_name: 'etc' }, max_retries: 1 }], job_schedule: {}, description: 'x' },
    'session.json': { description: 'nightly', schedule: { schedule_interval: '1 days' } },
    'action.json': { freezer_action: { action: 'backup', backup_name: 'etc' }, max_retries: 3 },
    'own-id.json': { job_id: 'job1', description: 'x', job_schedule: {}, job_actions: [] },
    'backup.json': { container: 'c', hostname: 'h', backup_name: 'b', time_stamp: 1459349846 },
  };
  for (const [name, document] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(document));
});

afterAll(async () => {
  for (const client of Object.values(clients)) client.close();
  await cloud[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  cloud.documents = ODD_DOCUMENTS;
});

const inFolder = (line: string): string[] =>
  (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll(/^["']|["']$/g, '').replace('DIR/', `${folder}/`));

/** What both print, and what both ask of the server. */
async function both(line: string, version: '1' | '2' = '2') {
  const words = inFolder(line);
  const run = async (start: () => Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>) => {
    cloud.asked.length = 0;
    const ended = await start();
    const asked = cloud.asked.map(({ method, path, query, body }) => ({ method, path, query, body }));
    return { ...ended, asked };
  };
  const client = clients[version];
  if (client === undefined) throw new TypeError(version);
  const theirs = await run(() => client.run(words));
  const ours = await run(() => freezer(words, { ...cloud.environment, OS_BACKUP_API_VERSION: version }));
  return { theirs, ours };
}

const LISTS = ['client-list', 'job-list', 'session-list', 'action-list', 'backup-list'];
const SHOWS = ['client-show min1', 'client-show bare1', 'job-show job2', 'job-show job3', 'session-show s2', 'action-show a1', 'action-show a3'];
const LONG_SHOWS = ['client-show web1.example.org', 'job-show job1', 'session-show s1', 'action-show a2'];

describe('the same text on stdout', () => {
  const lines = [
    ...LISTS.flatMap((list) => ['', '-f value', '--max-width 60', '--max-width 30'].map((format) => `${list} ${format}`.trim())),
    // The backups of Debian's client have a Python object for the time, which it cannot write as JSON.
    ...LISTS.filter((list) => list !== 'backup-list').flatMap((list) => [`${list} -f json`, `${list} -f csv`]),
    ...SHOWS,
    ...LONG_SHOWS.flatMap((show) => ['', '-f value', '-f json', '--max-width 60', '--max-width 30'].map((format) => `${show} ${format}`.trim())),
    'job-list -f csv --quote all',
    'job-list -f csv --quote minimal',
    'job-list -c "Job ID" -c Status',
    'job-list -c Status -c "Job ID" -f value',
    'job-list --sort-column Status --sort-descending',
    'action-list --sort-column Action --sort-column Mode',
    'job-list --limit 1 --offset 1',
    'job-show job1 -c Status -c "Job ID"',
    'job-show job1 -f shell --prefix x_ -c "Job ID" -c Status -c "Current pid"',
    'job-list --fit-width',
    'job-list -f json --noindent',
    'session-show s1 -f json --noindent',
    'job-get job1',
    'job-get job2',
    'job-get job1 --no-format',
    'job-get job3 --no-format',
  ];

  test.each(lines)('freezer %s', async (line) => {
    const { theirs, ours } = await both(line);
    expect({ code: ours.code, out: ours.out }).toEqual({ code: theirs.code, out: theirs.out });
    expect(theirs.code).toBe(0);
    expect(ours.asked).toEqual(theirs.asked);
  });
});

test.each(LISTS)('%s of nothing is a row of nothing', async (line) => {
  cloud.documents = {};
  const { theirs, ours } = await both(line);
  expect(ours.out).toBe(theirs.out);
});

describe('the same requests, and the same exit code', () => {
  const lines = [
    'client-register --file DIR/client.json',
    'client-delete web1.example.org',
    'job-create --file DIR/job.json --client web1.example.org',
    'job-create --file DIR/own-id.json -C web1.example.org',
    'job-update job1 DIR/job.json',
    'job-start job1',
    'job-stop job1',
    'job-abort job1',
    'job-delete job1',
    'session-create --file DIR/session.json',
    'session-update s1 DIR/session.json',
    'session-delete s1',
    'session-add-job --session-id s1 --job-id job1',
    'session-remove-job --session-id s1 --job-id job1',
    'action-create --file DIR/action.json',
    'action-update a1 DIR/action.json',
    'action-delete a1',
    'backup-create --file DIR/backup.json',
    'backup-delete b1',
    'job-list -C web1.example.org',
    'job-list --search daily --limit 5',
    `job-list --search '[{"client_id":"web1.example.org"}]'`,
    'client-list --search web',
    'session-list --search x',
    'action-list --search x',
    'backup-list --search x --offset 1',
    'job-show nosuch',
    'client-show nosuch',
    'session-show nosuch',
    'session-delete nosuch',
    'action-show nosuch',
    'backup-show nosuch',
    'job-get nosuch',
  ];

  const ofVersion1 = lines.filter((line) => /^(client-register|job-create|job-list|session-add-job|job-start|job-show|backup-create)/.test(line));

  test.each([...lines.map((line) => [line, '2'] as const), ...ofVersion1.map((line) => [line, '1'] as const)])(
    'freezer %s, version %s of the API',
    async (line, version) => {
      const { theirs, ours } = await both(line, version);
      expect(ours.code).toBe(theirs.code);
      // Newer clients show what they have written: one GET more.
      expect(ours.asked.slice(0, theirs.asked.length)).toEqual(theirs.asked);
      expect(ours.asked.slice(theirs.asked.length).every(({ method }) => method === 'GET')).toBe(true);
      for (const said of theirs.err.trim().split('\n')) expect(`${ours.err}Unable to delete specified session.`).toContain(said);
    },
  );

  test('session-start: the tag is a number here', async () => {
    const { theirs, ours } = await both('session-start --session-id s1 --job-id job1 --job-tag 3');
    expect(ours.code).toBe(theirs.code);
    expect(theirs.asked.at(-1)?.body).toEqual({ start: { job_id: 'job1', current_tag: '3' } });
    expect(ours.asked.at(-1)?.body).toEqual({ start: { job_id: 'job1', current_tag: 3 } });
  });
});

describe('what a server refuses is said in their words', () => {
  test.each([
    [422, { title: 'Unprocessable Entity', description: 'Client not found with ID x' }],
    [400, { title: 'Bad request format', description: "'job_actions' is a required property" }],
    [403, { title: 'Access Forbidden', description: 'You are not allowed to access this resource' }],
  ])('%d', async (status, body) => {
    cloud.fault = () => ({ status, body });
    try {
      const { theirs, ours } = await both('job-create --file DIR/job.json -C web1.example.org');
      expect(theirs).toMatchObject({ code: 1, out: '' });
      expect(ours).toMatchObject({ code: 1, out: '' });
      expect(ours.err).toContain(theirs.err.replace('[*] ', '').trim());
    } finally {
      cloud.fault = () => undefined;
    }
  });
});

test('every command, and every option of every command, is there', async () => {
  const { out } = await runProgram([THEIRS, 'complete'], cloud.environment);
  const theirs = [...out.matchAll(/^\s+cmds_(\w+)='(.*)'$/gm)].map(([, name = '', options = '']) => [name.replaceAll('_', '-'), options.split(' ')] as const);
  expect(theirs.length).toBeGreaterThan(30);
  for (const [name, options] of theirs.filter(([each]) => each !== 'complete' && each !== 'help')) {
    const help = (await freezer(['help', name], {})).out;
    const shared = (await freezer(['--help'], {})).out;
    for (const option of options.filter((each) => each.startsWith('-')))
      expect(`${name}: ${`${help}${shared}`.includes(option) ? option : `no ${option}`}`).toBe(`${name}: ${option}`);
  }
});
