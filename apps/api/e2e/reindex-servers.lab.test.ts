import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Storage, StoragePlugin } from '@freezer/core';
import { CaptureLogger, FtpServers, OpenSshServer, SwiftServer } from '@freezer/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { STORAGES } from '../src/manage/reindex/storage-plugins.ts';
import { Place } from './harness/place.ts';
import { type Finished, manage } from './harness/service.ts';

const AGENT = fileURLToPath(new URL('../../agent/dist/main.js', import.meta.url));
const PYTHON_AGENT = '/usr/bin/freezer-agent';
// A set that Debian's python3-freezer made; `st/` is its container.
const GOLDEN = fileURLToPath(new URL('../../agent/e2e/fixtures/tar-gzip-encrypted-2levels.tar.gz', import.meta.url));

jest.setTimeout(300_000);

const folder = mkdtempSync(join(tmpdir(), 'freezer-reindex-'));
let place: Place;
let swift: SwiftServer;
let ssh: OpenSshServer;
let ftp: FtpServers;
beforeAll(async () => {
  place = new Place();
  place.write('data/a', 'one');
  place.write('pass', 'a passphrase\n');
  run('tar', ['-xzf', GOLDEN, '-C', folder], {});
  // The user of the FTP servers must have a way in.
  chmodSync(folder, 0o755);
  swift = await SwiftServer.start();
  ssh = await OpenSshServer.start({ folder: mkdtempSync(join(folder, 'ssh-')) });
  ftp = await FtpServers.start(join(folder, 'ftp'));
});
afterAll(async () => {
  await ssh.stop();
  swift.stop();
  ftp.stop();
  place.remove();
  rmSync(folder, { recursive: true });
});

/** A storage, as options of the agent, as variables of its environment, and as settings of its plugin. */
interface Where {
  readonly container: string;
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, unknown>>;
}

const WHERE: Readonly<Record<string, () => Where>> = {
  swift: () => ({ container: 'vault', options: [], environment: swift.variables('swift'), settings: swift.settings() }),
  s3: () => {
    const { ENDPOINT: endpoint = '', ACCESS_KEY: access = '', SECRET_KEY: secret = '' } = swift.variables('s3');
    return {
      container: 'bucket/folder',
      options: ['--endpoint', endpoint, '--access-key', access, '--secret-key', secret],
      environment: {},
      settings: { endpoint, access_key: access, secret_key: secret },
    };
  },
  ssh: () => ({
    container: join(folder, 'vault'),
    options: ['--ssh-host', '127.0.0.1', '--ssh-port', `${ssh.port}`, '--ssh-username', ssh.username, '--ssh-key', ssh.keyFile],
    environment: {},
    settings: {
      ssh_host: '127.0.0.1',
      ssh_port: ssh.port,
      ssh_username: ssh.username,
      ssh_key: ssh.keyFile,
      ssh_known_hosts: place.path('home', '.ssh', 'known_hosts'),
    },
  }),
  ftp: () => ({
    container: join(ftp.facts.home, 'vault'),
    options: ['--ftp-host', '127.0.0.1', '--ftp-port', `${ftp.facts.port}`, '--ftp-username', ftp.facts.username, '--ftp-password', ftp.facts.password],
    environment: {},
    settings: ftp.settings,
  }),
};

function run(program: string, argv: readonly string[], environment: Readonly<Record<string, string>>): void {
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8', env: place.environment(environment), timeout: 120_000 });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: exit ${status}\n${stdout}${stderr}`);
}

async function openStorage(kind: string, { container, settings }: Where): Promise<Storage> {
  const plugin = (await STORAGES[kind]?.()) as StoragePlugin;
  const storage = await plugin.open(plugin.settings.parse({ container, ...settings }), {
    logger: new CaptureLogger(),
    run: { id: 'run', owner: new TextEncoder().encode('owner') },
  });
  await storage.prepare();
  return storage;
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  yield readFileSync(path);
}

/** Puts what Python's agent left in a folder onto another storage. */
async function putGolden(storage: Storage): Promise<void> {
  const root = join(folder, 'st');
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) await storage.put(join(parentPath, name).slice(root.length + 1), bytesOf(join(parentPath, name)));
}

type Metadata = Readonly<Record<string, unknown>>;

function recordsOf(where: readonly string[]): readonly Metadata[] {
  const lines = manage(place, ['db', 'export', ...where])
    .out.trimEnd()
    .split('\n')
    .slice(1, -1);
  return lines.map((line) => (JSON.parse(line) as { readonly document: { readonly backup_metadata: Metadata } }).document.backup_metadata);
}

describe.each(['swift', 's3', 'ssh', 'ftp'])('freezer-manage reindex --storage %s', (kind) => {
  let where: Where;
  let state: readonly string[];
  const reindex = (...argv: readonly string[]): Finished =>
    manage(place, ['reindex', '--storage', kind, '-C', where.container, ...where.options, ...state, ...argv], '', where.environment);

  beforeAll(() => {
    where = WHERE[kind]?.() as Where;
    state = ['--state-dir', place.path(`state-${kind}`)];
  });

  function backup(...more: readonly string[]): void {
    const at = ['--storage', kind, '-C', where.container, ...where.options, '--state-dir', place.path(`agent-${kind}`)];
    run(process.execPath, [AGENT, 'backup', ...at, '-F', place.path('data'), '--hostname', 'web_1', '--quiet', ...more], where.environment);
  }

  test('a container that is not there has no points, and is not made', async () => {
    expect(reindex()).toEqual({ code: 0, out: '0 points found, 0 entered, 0 known already\n', err: '' });
    if (kind === 'ssh') expect(existsSync(where.container)).toBe(false);
    if (kind === 'swift') expect(await swift.names('')).not.toContain(where.container);
  });

  test('sets of ours, plain and encrypted, and of Python, are entered once', async () => {
    backup('-N', 'plain', '--max-level', '3');
    backup('-N', 'plain', '--max-level', '3');
    backup('-N', 'secret', '--encrypt-pass-file', place.path('pass'));
    await using storage = await openStorage(kind, where);
    await putGolden(storage);
    expect(reindex()).toEqual({ code: 0, out: '5 points found, 5 entered, 0 known already\n', err: '' });
    expect(reindex()).toEqual({ code: 0, out: '5 points found, 0 entered, 5 known already\n', err: '' });
    const records = recordsOf(state);
    const { container } = where;
    expect(records).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ hostname: 'web_1', backup_name: 'plain', level: 0, container, storage: kind, encrypted: false }),
        expect.objectContaining({ hostname: 'web_1', backup_name: 'plain', level: 1 }),
        expect.objectContaining({ hostname: 'web_1', backup_name: 'secret', level: 0, encrypted: true }),
        expect.objectContaining({ hostname: 'fixhost', backup_name: 'fix', level: 0, encrypted: true, compression: 'gzip' }),
        expect.objectContaining({ hostname: 'fixhost', backup_name: 'fix', level: 1 }),
      ]),
    );
    for (const { bytes_compressed: bytes } of records) expect(bytes).toBeGreaterThan(0);
  });

  test('a damaged point is named, and keeps nothing else away', async () => {
    await using storage = await openStorage(kind, where);
    const keys: string[] = [];
    for await (const { key } of storage.list('')) keys.push(key);
    const ofSecret = keys.filter((key) => key.includes('web_1_secret') && key.endsWith('/manifest'));
    const ofPython = keys.filter((key) => /fixhost_fix.*\/1_\d+\/data$/.test(key));
    expect([ofSecret.length, ofPython.length]).toEqual([1, 1]);
    await storage.put(ofSecret[0] ?? '', bytesOf(place.write('spoiled', '{"format": ')));
    await storage.remove(ofPython[0] ?? '');
    const { code, out, err } = reindex('--state-dir', place.path(`again-${kind}`));
    expect([code, out]).toEqual([1, '3 points found, 3 entered, 0 known already, 2 left out as unreadable\n']);
    expect(err).toMatch(/web_1_secret/);
    expect(err).toMatch(/fixhost_fix/);
    expect(err.trimEnd().split('\n').at(-1)).toBe('freezer-manage: 2 levels could not be read; the log names each');
  });
});

test('what Python itself left in Swift, a large object by its parts, is entered with its size', () => {
  const where = ['--storage', 'swift', '-C', 'pythons'];
  place.write('data/large', 'x'.repeat(300_000));
  const argv = [
    '--action',
    'backup',
    '--nosync',
    '-F',
    place.path('data'),
    '--hostname',
    'old',
    '-N',
    'etc',
    '--compression',
    'gzip',
    '--log-file',
    place.path('python.log'),
  ];
  run(PYTHON_AGENT, [...argv, ...where], swift.variables('swift'));
  const state = ['--state-dir', place.path('state-python')];
  expect(manage(place, ['reindex', ...where, ...state], '', swift.variables('swift'))).toEqual({
    code: 0,
    out: '1 point found, 1 entered, 0 known already\n',
    err: '',
  });
  const [record] = recordsOf(state);
  expect(record).toMatchObject({ hostname: 'old', backup_name: 'etc', level: 0, storage: 'swift', container: 'pythons', encrypted: false });
  expect(record?.['bytes_compressed']).toBeGreaterThan(0);
});

test('an account that may not, or a server that is away, is one line without the password', () => {
  const { err, code } = manage(place, ['reindex', '--storage', 'swift', '-C', 'vault'], '', { ...swift.variables('swift'), OS_PASSWORD: 'hunter2' });
  expect([code, err]).toEqual([1, expect.stringMatching(/^freezer-manage: [^\n]+\n$/)]);
  expect(err).not.toContain('hunter2');
  const away = manage(place, [
    'reindex',
    '--storage',
    'ftp',
    '-C',
    'vault',
    '--ftp-host',
    '127.0.0.1',
    '--ftp-port',
    '1',
    '--ftp-username',
    'u',
    '--ftp-password',
    'hunter2',
  ]);
  expect([away.code, away.err]).toEqual([1, expect.stringMatching(/^freezer-manage: [^\n]+\n$/)]);
  expect(away.err).not.toContain('hunter2');
});
