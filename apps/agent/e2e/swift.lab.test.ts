import { randomBytes } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeededRandom, realisticBytes, TcpProxy } from '@freezer/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { SwiftPlace, SwiftSet } from './harness/swift-place.ts';
import { TlsFront } from './harness/tls-front.ts';
import { treeLines } from './harness/tree-lines.ts';

// A restore by Python of three levels takes a minute where the machine is busy.
jest.setTimeout(600_000);

let place: SwiftPlace;
beforeAll(async () => {
  place = await SwiftPlace.start();
});
afterAll(() => place.stop());

let lab: Lab;
let set: SwiftSet;
beforeEach(async () => {
  lab = await Lab.open();
  set = new SwiftSet(place, lab);
  await makeSampleTree(lab.source);
});
afterEach(() => lab.close());

describe('three levels on Swift', () => {
  const SMALL = ['--max-segment-size', '65536'];
  const WAYS: Record<
    string,
    readonly [backup: (options?: readonly string[]) => Promise<number>, restore: (t?: number, options?: readonly string[]) => Promise<string>]
  > = {
    'by us, restored by us': [(options = []) => set.ourBackup(options), (t, options) => set.ourRestore(t, options)],
    'by us, restored by Python': [(options = []) => set.ourBackup(options), (t, options) => set.pythonRestore(t, options)],
    'by Python, restored by us': [(options = []) => set.pythonBackup(options), (t, options) => set.ourRestore(t, options)],
  };
  const cases = Object.keys(WAYS).flatMap((way) => [[way, 'encrypted'], ...(way.includes('Python') ? [[way, 'plain']] : [])]);

  it.each(cases)('%s, %s', async (way, kind) => {
    const [backup, restore] = WAYS[way] ?? [set.ourBackup, set.ourRestore];
    const secret = kind === 'encrypted' ? ['--encrypt-pass-file', lab.passFile] : [];
    const points: { readonly t: number; readonly lines: readonly string[] }[] = [];
    for (const round of [0, 1, 2]) {
      if (round > 0) await changeSampleTree(lab.source, round);
      const t = await backup([...SMALL, ...secret]);
      points.push({ t, lines: await treeLines(lab.source) });
    }
    expect((await set.levels()).map(({ level }) => level)).toEqual([0, 1, 2]);
    // Python's restore takes half a minute: its newest point holds all three levels.
    for (const { t, lines } of restore === WAYS['by us, restored by Python']?.[1] ? points.slice(-1) : points)
      expect(await treeLines(await restore(t, secret))).toEqual(lines);
    const names = await set.names();
    expect(names.filter((name) => name.endsWith('/segments/00000001')).length).toBeGreaterThan(0);
    const data = names.find((name) => name.endsWith('/data')) ?? '';
    const { headers } = await place.server.object(set.container, data);
    expect(headers.get('x-object-manifest')).toBe(`${set.container}/${data.replace(/data$/, 'segments')}`);
  });

  it('begun by Python, continued by us and by Python again; each point restored by us, the newest by Python', async () => {
    const points: { readonly t: number; readonly lines: readonly string[] }[] = [];
    for (const [round, backup] of [set.pythonBackup, set.ourBackup, set.pythonBackup].entries()) {
      if (round > 0) await changeSampleTree(lab.source, round);
      points.push({ t: await backup(SMALL), lines: await treeLines(lab.source) });
    }
    for (const { t, lines } of points) expect(await treeLines(await set.ourRestore(t))).toEqual(lines);
    expect(await treeLines(await set.pythonRestore())).toEqual(points.at(-1)?.lines);
  });
});

describe('SIGKILL', () => {
  it('of three backups: the next run succeeds, each point restores, and no segment is left without its object', async () => {
    const points = [{ t: await set.ourBackup(), lines: await treeLines(lab.source) }];
    const random = createSeededRandom(7);
    let killed = 0;
    for (let round = 0; round < 3; round += 1) {
      await writeFile(join(lab.source, 'large'), realisticBytes(random, 8_000_000));
      const { child, ended } = set.startOurs('backup', [
        '-F',
        lab.source,
        '--incremental',
        '--compression',
        'none',
        '--max-segment-size',
        '1M',
        '--upload-limit',
        '4M',
      ]);
      // Some segments are there, and not all.
      const begun = Date.now();
      while ((await orphans()).length < 3 && Date.now() - begun < 60_000) await new Promise((resolve) => setTimeout(resolve, 100));
      child.kill('SIGKILL');
      if ((await ended).signal === 'SIGKILL') killed += 1;
      expect(await orphans()).not.toEqual([]);
      points.push({ t: await set.ourBackup(['--max-segment-size', '1M']), lines: await treeLines(lab.source) });
      expect(await orphans()).toEqual([]);
    }
    expect(killed).toBe(3);
    for (const { t, lines } of points) expect(await treeLines(await set.ourRestore(t))).toEqual(lines);
  });

  /** Names of data whose level is no backup. */
  async function orphans(): Promise<readonly string[]> {
    const names = await set.names();
    return names.filter(
      (name) => /^data\/.*\/segments\/\d+$/.test(name) && !names.includes(name.replace(/^data\//, 'metadata/').replace(/segments\/\d+$/, 'metadata')),
    );
  }
});

describe('accounts', () => {
  /** The set, seen by nobody but who the options say. */
  const strangers = (): SwiftSet => new SwiftSet(place, lab, { container: set.container, environment: {} });

  const listed = async (options: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await strangers().ours('list', options);
    expect({ code, stderr, isListed: stdout.includes('labhost_set') }).toEqual({ code: 0, stderr: '', isListed: true });
  };

  it('from an osrc file, a clouds.yaml and TempAuth', async () => {
    const none = strangers();
    await none.ourBackup(['--osrc', join(place.server.folder, 'swift.rc')]);
    await writeFile(join(lab.root, 'clouds.yaml'), cloudsYaml(place.account));
    expect(await treeLines(await none.ourRestore(undefined, ['--os-cloud', 'lab']))).toEqual(await treeLines(lab.source));
    const v1 = new SwiftSet(place, lab, { environment: place.server.v1Variables() });
    expect(await v1.ours('backup', ['-F', lab.source])).toMatchObject({ code: 0 });
    expect(await treeLines(await v1.ourRestore())).toEqual(await treeLines(lab.source));
  });

  it('--os-client-config-file and $OS_CLIENT_CONFIG_FILE say where the clouds.yaml is', async () => {
    await set.ourBackup();
    const clouds = join(lab.root, 'of-the-site.yaml');
    await writeFile(clouds, cloudsYaml(place.account));
    await listed(['--os-cloud', 'lab', '--os-client-config-file', clouds]);
    const environment = { OS_CLOUD: 'lab', OS_CLIENT_CONFIG_FILE: clouds };
    expect(await new SwiftSet(place, lab, { container: set.container, environment }).ours('list')).toMatchObject({ code: 0, stderr: '' });
  });

  it('--os-client-secure-file says where the secrets of the clouds.yaml are', async () => {
    await set.ourBackup();
    const [clouds, secure] = [join(lab.root, 'public.yaml'), join(lab.root, 'kept.yaml')];
    await writeFile(clouds, cloudsYaml(place.account).replace(/^ *password: .*\n/m, ''));
    await writeFile(secure, `clouds:\n  lab:\n    auth:\n      password: "${place.account['OS_PASSWORD']}"\n`);
    const cloud = ['--os-cloud', 'lab', '--os-client-config-file', clouds];
    expect(await strangers().ours('list', cloud)).toMatchObject({ code: 2 });
    await listed([...cloud, '--os-client-secure-file', secure]);
  });

  it('options of the command line stand for OS_* of the environment', async () => {
    await set.ourBackup();
    const { keystone, users, applicationCredential } = place.server.facts;
    const { id, password, project, projectId } = users.freezer;
    const there = ['--os-auth-url', keystone.authUrl, '--os-region-name', keystone.region];
    const user = ['--os-username', 'freezer', `--os-password=${password}`];
    await listed([...there, ...user, '--os-user-domain-name', 'Default', '--os-project-name', project, '--os-project-domain-name', 'Default']);
    await listed([
      ...there,
      ...user,
      '--os-user-domain-id',
      'default',
      '--os-project-name',
      project,
      '--os-project-domain-id',
      'default',
      '--os-interface',
      'internal',
    ]);
    const byId = ['--os-user-id', id, `--os-password=${password}`, '--os-project-id', projectId];
    await listed([...there, ...byId, '--os-auth-method', 'password', '--os-endpoint-type', 'adminURL', '--os-identity-api-version', '3']);
    await listed([...there, '--os-token', await place.server.token(), '--os-project-id', projectId]);
    // Keystone's secrets may begin with '-'.
    const secret = [`--os-application-credential-secret=${applicationCredential.secret}`];
    await listed([...there, '--os-application-credential-id', applicationCredential.id, ...secret]);
    await listed([...there, '--os-application-credential-name', applicationCredential.name, '--os-user-id', id, ...secret]);
  });

  it.each([
    ['--os-trust-id', 'nowhere', /status (401|403|404)/],
    ['--os-domain-id', 'default', /status 401/],
    ['--os-domain-name', 'Default', /status 401/],
    ['--os-cacert', '/absent', /os-cacert|cacert \/absent/],
    ['--os-cert', '/absent', /os-cert|cert \/absent/],
    ['--os-key', '/absent', /os-key|key \/absent/],
  ])('%s is looked at', async (option, value, complaint) => {
    const { OS_PROJECT_NAME: _, ...environment } = place.account;
    const { code, stderr } = await new SwiftSet(place, lab, { environment }).ours('list', [option, value]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(complaint);
  });

  it('a certificate that nobody vouches for is one line; --os-cacert and --insecure are two ways to go on', async () => {
    await using tls = await TlsFront.start(lab.root, Number(new URL(place.server.facts.keystone.authUrl).port));
    const account = { ...place.account, OS_AUTH_URL: `https://127.0.0.1:${tls.port}/v3` };
    const behind = new SwiftSet(place, lab, { container: set.container, environment: account });
    const refused = await behind.ours('backup', ['-F', lab.source]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Critical Error: swift storage: .*certificate is self-signed; .*\n$/) });
    for (const option of [['--os-cacert', tls.certificate], ['--insecure']])
      expect(await behind.ours('backup', ['-F', lab.source, ...option])).toMatchObject({ code: 0 });
  });

  const cloudsYaml = (account: Readonly<Record<string, string>>): string =>
    `clouds:\n  lab:\n    region_name: ${account['OS_REGION_NAME']}\n    auth:\n${[
      'AUTH_URL',
      'USERNAME',
      'PASSWORD',
      'PROJECT_NAME',
      'USER_DOMAIN_NAME',
      'PROJECT_DOMAIN_NAME',
    ]
      .map((name) => `      ${name.toLowerCase()}: "${account[`OS_${name}`]}"\n`)
      .join('')}`;
});

describe('options of Swift', () => {
  it('--max-segment-size, --segments-in-flight and --swift-large-objects: parts of this size, several at a time, listed in a static manifest', async () => {
    await writeFile(join(lab.source, 'large'), realisticBytes(createSeededRandom(5), 3_000_000));
    const cut = ['--compression', 'none', '--max-segment-size', '1000000', '--segments-in-flight', '3'];
    await set.ourBackup([...cut, '--swift-large-objects', 'static']);
    const names = await set.names();
    const data = names.find((name) => name.endsWith('/data')) ?? '';
    expect((await place.server.object(set.container, data)).headers.get('x-static-large-object')).toBe('True');
    const first = names.find((name) => name.endsWith('/segments/00000000')) ?? '';
    expect(await place.server.object(set.container, first)).toMatchObject({ size: 1_000_000 });
    expect(await treeLines(await set.ourRestore())).toEqual(await treeLines(lab.source));
  });

  it('--container-prefix begins the name of the container, whether it was written or not', async () => {
    expect(await set.ours('backup', ['-F', lab.source, '--container-prefix', 'freezer_'])).toMatchObject({ code: 0 });
    const prefixed = new SwiftSet(place, lab, { container: `freezer_${set.container}` });
    expect(await prefixed.levels()).toHaveLength(1);
    expect(await treeLines(await prefixed.ourRestore(undefined, ['--container-prefix', 'freezer_']))).toEqual(await treeLines(lab.source));
  });

  it('--swift-timeout: how long a server may keep silent', async () => {
    const proxy = await TcpProxy.start(place.server.port);
    proxy.isStalled = true;
    try {
      const environment = place.server.v1Variables(proxy.port);
      const { code, stderr } = await new SwiftSet(place, lab, { environment }).ours('list', ['--swift-timeout', '0.5']);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^Critical Error: swift storage: login of 'test:tester' failed: the server kept silent for 0\.5 s .*\n$/),
      });
    } finally {
      await proxy.stop();
    }
  });

  it('info and info -l', async () => {
    await set.ourBackup(['--max-segment-size', '4096']);
    const objects = (await set.names()).length;
    const { stdout } = await set.ours('info', ['-l']);
    expect(stdout).toMatch(RegExp(`^${set.container} +\\d.* ${objects}$`, 'm'));
    expect(stdout).toMatch(/ data\/tar\/labhost_set\/\d+\/0_\d+\/data$/m);
    expect(stdout).not.toContain('/segments/');
    const { stdout: json } = await set.ours('info', ['--metadata-out', '-']);
    expect(JSON.parse(json)).toEqual([['Container', 'Size', 'Object Count'], [[set.container, expect.stringMatching(/^\d+(\.\d+)? MB$/), objects]]]);
  });
});

describe('faults are one line', () => {
  const complaintOf = async (environment: Readonly<Record<string, string>>, options: readonly string[] = []): Promise<string> => {
    const tried = new SwiftSet(place, lab, { container: set.container, environment: { ...place.account, ...environment } });
    const { code, stdout, stderr } = await tried.ours('backup', ['-F', lab.source, ...options]);
    expect(code).toBe(1);
    for (const text of [stdout, stderr, await readFile(`${lab.root}/ours.log`, 'utf8')]) {
      expect(text).not.toMatch(/\n\s+at /);
      for (const secret of [place.account['OS_PASSWORD'] ?? '', 'hunter2']) expect(text).not.toContain(secret);
    }
    return stderr.split('\n').find((line) => line.startsWith('Critical Error: ')) ?? stderr;
  };

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a wrong password', { OS_PASSWORD: 'hunter2' }, /^Critical Error: swift storage: authenticate at .*: status 401: .*OS_PASSWORD.* right\?$/],
    ['an unknown project', { OS_PROJECT_NAME: 'nowhere' }, /status 401/],
    ['an unknown region', { OS_REGION_NAME: 'Atlantis' }, /swift storage: find the object-store service: .*Atlantis.*RegionOne/],
    ['no such host', { OS_AUTH_URL: 'http://no-such-host.invalid:5000/v3' }, /the host name (is unknown|could not be looked up)/],
    ['nothing listens', { OS_AUTH_URL: 'http://127.0.0.1:1/v3' }, /connection refused \(ECONNREFUSED\)$/],
  ])('%s', async (_, environment, line) => {
    expect(await complaintOf(environment)).toMatch(line);
  });

  it('no password is wrong use', async () => {
    const tried = new SwiftSet(place, lab, { container: set.container, environment: { ...place.account, OS_PASSWORD: '' } });
    const { code, stderr } = await tried.ours('backup', ['-F', lab.source]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'Critical Error: swift storage: the account: OS_PASSWORD is missing\n' });
  });

  it('an account without rights', async () => {
    expect(await complaintOf(place.server.variables('reader'))).toMatch(
      /swift storage: .*this account may not do that \(status 403.*\) \(http:\/\/127\.0\.0\.1:\d+\/v1\/AUTH_\w+\/container-\d+\)$/,
    );
  });
});

describe('memory', () => {
  const MIB = 1024 * 1024;

  /** The most memory that Node had resident in a run that must succeed, in bytes. */
  async function peakOf({ child, ended }: ReturnType<SwiftSet['startOurs']>): Promise<number> {
    let peak = 0;
    while (child.exitCode === null && child.signalCode === null) {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const { code, stderr } = await ended;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return peak;
  }

  it('is at most that of a segment and 100 MB, for backup and restore', async () => {
    await using file = await open(join(lab.source, 'noise'), 'w');
    for (let count = 0; count < 200; count += 1) await file.writeFile(randomBytes(MIB));
    const limit = 32 * MIB + 100_000_000;
    expect(await peakOf(set.startOurs('backup', ['-F', lab.source, '--nosync', '--compression', 'none']))).toBeLessThan(limit);
    expect(await peakOf(set.startOurs('restore', ['--restore-abs-path', lab.target()]))).toBeLessThan(limit);
  });
});

describe('a bad way to the server', () => {
  it('is survived by backup and restore: connections are cut again and again', async () => {
    await writeFile(join(lab.source, 'large'), realisticBytes(createSeededRandom(3), 8_000_000));
    const proxy = await TcpProxy.start(place.server.port);
    // TempAuth names the account by the address that it was asked at, so all goes through the proxy.
    const cut = new SwiftSet(place, lab, { environment: place.server.v1Variables(proxy.port) });
    proxy.cutEvery(2_500_000);
    try {
      expect(await cut.ours('backup', ['-F', lab.source, '--compression', 'none', '--max-segment-size', '1M'])).toMatchObject({ code: 0 });
      expect(await treeLines(await cut.ourRestore())).toEqual(await treeLines(lab.source));
      expect(proxy.cuts).toBeGreaterThanOrEqual(5);
    } finally {
      await proxy.stop();
    }
  });
});
