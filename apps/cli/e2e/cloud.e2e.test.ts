import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Cloud } from '../test-support/cloud.ts';
import { BUILT, freezer, runProgram } from '../test-support/command.ts';
import { ODD_DOCUMENTS } from '../test-support/odd-documents.ts';

jest.setTimeout(60_000);

let cloud: Cloud;
let folder: string;

beforeAll(async () => {
  cloud = await Cloud.start(ODD_DOCUMENTS);
  folder = await mkdtemp(join(tmpdir(), 'freezer-cli-cloud-'));
});

afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

afterEach(() => {
  cloud.fault = () => undefined;
  cloud.asked.length = 0;
});

const NOBODY = () => ['--state-dir', join(folder, 'nothing')];

test('a cloud by variables, by options, by openrc and by clouds.yaml', async () => {
  const file = join(folder, 'openrc.sh');
  const clouds = join(folder, 'clouds.yaml');
  await writeFile(
    file,
    Object.entries(cloud.environment)
      .map(([name, value]) => `export ${name}="${value}"\n`)
      .join(''),
  );
  await writeFile(
    clouds,
    `clouds:\n  mine:\n    auth:\n      auth_url: ${cloud.url}/v3\n      username: alice\n      password: wonderland\n      project_name: alpha\n      user_domain_name: Default\n      project_domain_name: Default\n`,
  );
  const options = Object.entries(cloud.environment).flatMap(([name, value]) => [`--${name.toLowerCase().replaceAll('_', '-')}`, value]);
  const ways: [string[], Record<string, string>][] = [
    [[], cloud.environment],
    [options, { OS_USERNAME: 'another', OS_PASSWORD: 'wrong', OS_PROJECT_ID: 'wrong' }],
    [['--openrc', file], {}],
    [['--os-cloud', 'mine'], { OS_CLIENT_CONFIG_FILE: clouds }],
    [[], { OS_CLIENT_CONFIG_FILE: clouds, OS_CLOUD: 'mine' }],
    [['--os-token', 'good-token'], { ...cloud.environment, OS_PASSWORD: 'wrong' }],
    [['--os-backup-url', `${cloud.url}/v2/p9`], cloud.environment],
  ];
  for (const [words, environment] of ways) {
    const { code, out, err } = await freezer(['job-list', '-f', 'value', '-c', 'Job ID', ...words], environment);
    expect({ code, out, err }).toEqual({ code: 0, out: 'job1\njob2\njob3\n', err: '' });
  }
});

test.each([
  [[], 'OS_AUTH_URL should be provided', 1],
  [['--os-auth-url', 'URL/v3', '--os-username', 'alice', '--os-password', 'bad-secret-1'], 'authenticate at', 1],
  [['--os-cloud', 'nowhere'], 'clouds.yaml', 1],
  [['--openrc', '/nonexistent/rc'], '/nonexistent/rc', 1],
  [['--os-backup-url', 'http://127.0.0.1:1', '--os-token', 'bad-secret-1', '--os-project-id', 'p1'], 'connection refused', 1],
  [['--os-backup-url', 'http://127.0.0.1:1', '--os-token', 'bad-secret-1'], 'id of the project is needed', 1],
])('no way in by %j: one line, %s, exit %d', async (words, message, code) => {
  const ended = await freezer(['job-list', ...words.map((word) => word.replace('URL', cloud.url)), ...NOBODY()], {});
  expect(ended).toMatchObject({ code, out: '' });
  expect(ended.err).toMatch(/^freezer job-list: [^\n]+\n$/);
  expect(ended.err).toContain(message);
  expect(ended.err).not.toContain('bad-secret-1');
});

test.each([
  [['job-show'], 'job-show needs JOB_ID'],
  [['job-shwo', 'x'], "'job-shwo' is not a freezer command; did you mean job-show?"],
  [['session-add-job', '--session-id', 's'], 'session-add-job needs --job-id JOB_ID'],
  [['job-list', '-f', 'xml'], "--format 'xml': allowed are csv, json, table, value, yaml"],
  [['job-list', '--limit', 'many'], "--limit 'many': it must be a number"],
  [['job-list', '--colum', 'x', 'y'], "unexpected word 'y'"],
  [['job-list', '--nonsense'], 'unknown option --nonsense'],
  [['job-list', '--sort'], 'option --sort is ambiguous'],
  [['job-list', '-c', 'Nothing'], "there is no column 'Nothing'"],
  [['job-create', '-C', 'c'], 'job-create needs --file FILE, or options such as --path'],
  [['job-create', '-C', 'c', '--path', '/etc'], '--action backup needs --backup-name'],
  [['job-create', '--path', '/etc', '-B', 'etc'], 'job-create needs --client'],
  [['job-create', '-C', 'c', '--file', 'x.json', '--path', '/etc'], 'not from both'],
  [['job-list', '--log-file', '/dev/null/log'], '--log-file /dev/null/log: it cannot be written (ENOTDIR)'],
  [['completion', 'tcsh'], "shell 'tcsh': allowed are bash, zsh, fish"],
  [['--json'], 'which command?'],
])('%j makes no sense: exit 2, one line, and nothing is sent', async (words, message) => {
  const ended = await freezer(words, cloud.environment);
  expect(ended).toMatchObject({ code: 2, out: '' });
  expect(ended.err).toMatch(/^freezer[^\n]*: [^\n]+\n$/);
  expect(ended.err).toContain(message);
  expect(cloud.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test.each([
  ['client-register', '--file', '-'],
  ['job-create', '-C', 'c', '--file', '-'],
  ['job-update', 'j1', '-'],
  ['session-create', '--file', '-'],
  ['session-update', 's1', '-'],
  ['action-create', '--file', '-'],
  ['action-update', 'a1', '-'],
  ['backup-create', '--file', '-'],
])('%s %s with a column that there is not: exit 2, and nothing is sent', async (...words) => {
  const text = JSON.stringify({ client_id: 'c', job_actions: [], schedule: {}, freezer_action: {} });
  const ended = await freezer([...words, '-c', 'Nothing'], cloud.environment, text);
  expect(ended).toMatchObject({ code: 2, out: '' });
  expect(ended.err).toContain("there is no column 'Nothing'");
  expect(cloud.asked).toEqual([]);
});

test.each([
  [['job-create', '-C', 'c', '--file', '/nonexistent.json'], '/nonexistent.json: there is no such file'],
  [['client-register', '--file', '/'], '/: it is a directory'],
])('%j fails as with freezerclient: exit 1, and nothing is sent', async (words, message) => {
  const ended = await freezer(words, cloud.environment);
  expect(ended).toMatchObject({ code: 1, out: '', err: `freezer ${words[0]}: ${message}\n` });
  expect(cloud.asked.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test.each([
  ['{\n"job_actions": [}', 'it is neither JSON nor YAML, line 2'],
  ['{"job_actions": [', 'it is neither JSON nor YAML, line 1'],
  ['[]', 'it must hold one object'],
  ['a: [1', 'it is neither JSON nor YAML, line'],
  ['', 'it must hold one object'],
])('a file with %j says where it is wrong, and fails as with freezerclient: exit 1', async (text, message) => {
  const ended = await freezer(['job-create', '-C', 'c', '--file', '-'], cloud.environment, text);
  expect(ended).toMatchObject({ code: 1, out: '' });
  expect(ended.err).toContain(`stdin: ${message}`);
});

test('a server that is away for a moment costs a moment; one that crashed is said with its request id', async () => {
  let count = 0;
  cloud.fault = () => {
    count += 1;
    return count === 1 ? { status: 503, headers: { 'retry-after': '0' } } : undefined;
  };
  expect((await freezer(['job-list'], cloud.environment)).code).toBe(0);
  expect(count).toBe(2);
  cloud.fault = () => ({
    status: 500,
    body: { title: 'Internal Storage Error', description: 'Database operation failed.' },
    headers: { 'x-openstack-request-id': 'req-9' },
  });
  const ended = await freezer(['job-start', 'job1'], cloud.environment);
  expect(ended).toEqual({ code: 1, out: '', err: 'freezer job-start: [*] Error 500: Database operation failed. (Internal Storage Error; req-9)\n' });
});

test('a server without runs says so', async () => {
  cloud.fault = () => ({ status: 404, body: { title: '404 Not Found' } });
  const ended = await freezer(['run-list'], cloud.environment);
  expect(ended).toMatchObject({ code: 1, out: '' });
  expect(ended.err).toContain('Error 404: 404 Not Found');
});

test('control characters of a server do not reach the terminal in a table', async () => {
  cloud.fault = () => ({ status: 200, body: { jobs: [{ job_id: '\u001b[2J\u202ej', description: 'a\nb', job_actions: [], job_schedule: {} }] } });
  const { out } = await freezer(['job-list'], cloud.environment);
  expect(out).not.toMatch(/[\u001b\u202e]/);
  expect(out).toContain('\\x1b[2J\\u202ej');
});

test('shell and YAML forms can be read back', async () => {
  const { out } = await freezer(['job-show', 'job1', '-f', 'shell', '--prefix', 'job_'], cloud.environment);
  const { out: back } = await runProgram(['bash', '-c', `${out}\nprintf '%s|%s' "$job_job_id" "$job_description"`], {});
  expect(back).toBe('job1|daily; "quoted" \\ 日本語');
  const { out: yaml } = await freezer(['job-list', '-f', 'yaml', '-c', 'Job ID', '-c', '# Actions'], cloud.environment);
  expect(yaml).toBe('- Job ID: job1\n  "# Actions": 2\n- Job ID: job2\n  "# Actions": 0\n- Job ID: job3\n  "# Actions": 1\n');
});

test('--version and every help page need no server, and bash takes the completion', async () => {
  expect((await freezer(['--version'], {})).out).toMatch(/^freezer \d+\.\d+\.\d+\n$/);
  const { out } = await freezer(['--help'], {});
  const commands = [...out.matchAll(/^ {2}([a-z]+(?:-[a-z]+)+) +\S/gm)].map(([, name = '']) => name);
  expect(commands.length).toBeGreaterThanOrEqual(33);
  for (const name of ['job-create', 'session-add-job', 'help'])
    expect((await freezer([name, '--help'], {})).out).toMatch(new RegExp(`^usage: freezer ${name}`));
  const script = (await freezer(['completion', 'bash'], {})).out;
  const complete = async (...words: string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const ended = await runProgram(
      ['bash', '-c', `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _freezer; printf '%s\\n' "\${COMPREPLY[@]}"`],
      {},
    );
    return ended.out.trim().split('\n');
  };
  expect(await complete('freezer', 'job-s')).toEqual(['job-show', 'job-start', 'job-stop']);
  expect(await complete('freezer', 'job-list', '-f', '')).toEqual(['csv', 'json', 'table', 'value', 'yaml']);
  expect(await complete('freezer', 'job-create', '--restore-a')).toEqual(['--restore-abs-path']);
});

test('a reader that goes away ends us quietly', async () => {
  const ended = await runProgram(['bash', '-c', `"${process.execPath}" "$0" job-list --all | head -c 1; echo "\${PIPESTATUS[0]}"`, BUILT], cloud.environment);
  expect(ended.err).toBe('');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends the waiting for a job with exit %d', async (signal, code) => {
  cloud.fault = ({ method }) => (method === 'GET' ? { status: 200, body: { job_id: 'job1', job_schedule: { event: 'start' } } } : undefined);
  const child = spawn(process.execPath, [BUILT, 'job-start', 'job1', '--wait'], {
    env: { PATH: process.env['PATH'] ?? '', ...cloud.environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  let said = '';
  for await (const chunk of child.stderr as AsyncIterable<Uint8Array>) {
    said += String(chunk);
    if (said.includes('waits for its scheduler')) child.kill(signal);
  }
  expect((await ended)[0]).toBe(code);
  expect(said.trimEnd().split('\n')).toHaveLength(2);
});

test.each([
  ['freezer job-list', ['job-list']],
  ['freezer', ['--version']],
  ['freezer', ['help', 'job-list']],
  ['freezer', ['complete']],
])('standard output of %s %j on a full disk is one line and exit 1', async (speaker, words) => {
  await using full = await open('/dev/full', 'w');
  const child = spawn(process.execPath, [BUILT, ...words], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...cloud.environment },
    stdio: ['ignore', full.fd, 'pipe'],
  });
  let err = '';
  child.stderr?.on('data', (chunk: Uint8Array) => {
    err += Buffer.from(chunk).toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, err }).toEqual({ code: 1, err: `${speaker}: standard output cannot be written (ENOSPC)\n` });
});
