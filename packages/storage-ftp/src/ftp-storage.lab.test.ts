import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, type Storage } from '@freezer/core';
import { CaptureLogger, FtpProxy, FtpServers, fingerprint, readAll, sampleBytes, textBody } from '@freezer/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ftpStorage } from './ftp-plugin.ts';
import { FtpStorage } from './ftp-storage.ts';
import { readFtpSettings } from './options.ts';

jest.setTimeout(30_000);

const base = mkdtempSync(path.join(tmpdir(), 'freezer-ftp-lab-'));
let servers: FtpServers;
let logger: CaptureLogger;
let folder: string;
let round = 0;
let cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  await chmod(base, 0o755);
  servers = await FtpServers.start(`${base}/servers`);
});
afterAll(() => {
  servers.stop();
  rmSync(base, { recursive: true, force: true });
});
beforeEach(() => {
  round += 1;
  folder = `${servers.facts.home}/lab-${round}`;
  logger = new CaptureLogger();
  cleanUp = [];
});
afterEach(async () => {
  for (const each of cleanUp.toReversed()) await each();
});

const settingsOf = (more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({ ...servers.settings, container: folder, ...more });
const depsOf = (id: string) => ({ logger, run: { id, owner: Buffer.from(`owner of ${id}`) } });

/** The bare class: nothing is made again by itself. */
async function open(more: Readonly<Record<string, unknown>> = {}, id = 'run', kind: 'ftp' | 'ftps' = 'ftp'): Promise<Storage> {
  const storage = await FtpStorage.open(readFtpSettings(kind, settingsOf(more)), depsOf(id));
  cleanUp.push(() => storage.close());
  await storage.prepare();
  return storage;
}

async function proxied(): Promise<FtpProxy> {
  const proxy = await FtpProxy.start(servers.facts.port);
  cleanUp.push(() => proxy.stop());
  return proxy;
}

const errorOf = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a connection that breaks', () => {
  it('in the middle of a put is unavailable in one line, the next call goes on, and nothing stays', async () => {
    const proxy = await proxied();
    const storage = await open({ ftp_port: proxy.port });
    await storage.put('a/old', textBody('old'));
    proxy.cutNextAfter(2_000_000);
    const error = await errorOf(async () => await storage.put('a/k', sampleBytes(10_000_000)));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(messageOf(error)).toMatch(
      /^ftp storage: put of 'a\/k' failed: (the connection was lost|the server refused|the server kept).* \(frz\d+@127\.0\.0\.1:\d+:\/.*\/a\/k\)$/,
    );
    expect(await storage.stat('a/k')).toBeUndefined();
    await storage.put('a/k', textBody('again'));
    await storage.close();
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('in the middle of a get is unavailable; through the plugin the bytes go on behind the last one', async () => {
    const proxy = await proxied();
    const bare = await open({ ftp_port: proxy.port });
    await bare.put('k', sampleBytes(12_000_000));
    proxy.cutNextAfter(6_000_000);
    expect(await errorOf(async () => await readAll(bare.get('k')))).toMatchObject({ code: 'unavailable' });
    const patient = await ftpStorage.open(ftpStorage.settings.parse(settingsOf({ ftp_port: proxy.port })), depsOf('patient'));
    cleanUp.push(() => patient.close());
    proxy.cutNextAfter(6_000_000);
    expect(await fingerprint(patient.get('k'))).toBe(await fingerprint(sampleBytes(12_000_000)));
    expect(logger.lines.some(({ message }) => message === 'trying again')).toBe(true);
  });

  it('for good: close says what is left instead of failing, and another run removes it', async () => {
    const proxy = await proxied();
    const storage = await open({ ftp_port: proxy.port });
    await storage.put('first', textBody('x'));
    await storage.remove('first');
    proxy.cutNextAfter(500_000);
    await errorOf(async () => await storage.put('k', sampleBytes(3_000_000)));
    await proxy.stop();
    await storage.close();
    expect(logger.lines.some(({ message }) => message.startsWith('the temporary folder of this run could not be removed'))).toBe(true);
    const next = await open({}, 'next');
    const found: string[] = [];
    for await (const { runId, owner } of next.remains?.list() ?? []) found.push(`${runId}: ${Buffer.from(owner ?? []).toString()}`);
    expect(found).toEqual(['run: owner of run']);
    await next.remains?.remove('run');
    await next.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('a server that answers nothing: an abort ends each call at once', async () => {
    const proxy = await proxied();
    const storage = await open({ ftp_port: proxy.port });
    await storage.put('k', sampleBytes(3_000_000));
    proxy.isStalled = true;
    const stop = new AbortController();
    const calls = [
      errorOf(async () => await storage.stat('k', { signal: stop.signal })),
      errorOf(async () => await readAll(storage.get('k', { signal: stop.signal }))),
      errorOf(async () => await storage.put('new', sampleBytes(9_000_000), { signal: stop.signal })),
      errorOf(async () => await storage.remove('k', { signal: stop.signal })),
    ];
    setTimeout(() => stop.abort(new Error('enough')), 50);
    expect(await Promise.all(calls)).toEqual(calls.map(() => stop.signal.reason));
    proxy.isStalled = false;
    proxy.cut();
  });
});

describe('what the server refuses', () => {
  it('a full disk is unavailable, nothing stays, and what was there is whole', async () => {
    await mkdir(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m,mode=0777', 'tmpfs', folder]);
    cleanUp.push(() => execFileSync('umount', [folder]));
    const storage = await open({ container: `${folder}/c` });
    await storage.put('data/old', sampleBytes(1_000_000));
    expect(await errorOf(async () => await storage.put('data/old', sampleBytes(5_000_000)))).toMatchObject({ code: 'unavailable' });
    expect(await fingerprint(storage.get('data/old'))).toBe(await fingerprint(sampleBytes(1_000_000)));
    expect(await readdir(`${folder}/c/.freezer-tmp/run`)).toEqual(['owner']);
    await storage.close();
  });

  it('a folder that may not be read is no empty one, and a file that may not be read no absent one', async () => {
    const storage = await open();
    await storage.put('shut/k', textBody('x'));
    await storage.put('k', textBody('x'));
    execFileSync('chown', ['root', `${folder}/shut`, `${folder}/k`]);
    await chmod(`${folder}/shut`, 0o700);
    await chmod(`${folder}/k`, 0o600);
    cleanUp.push(async () => await rm(folder, { recursive: true }));
    const all = async (prefix: string): Promise<void> => {
      for await (const { name } of storage.children(prefix)) expect(name).toBe('never');
    };
    expect(await errorOf(async () => await all('shut'))).toMatchObject({ retryable: false });
    expect(await errorOf(async () => await storage.stat('shut/k'))).toMatchObject({ retryable: false });
    expect(await errorOf(async () => await readAll(storage.get('k')))).toMatchObject({ retryable: false });
  });

  it.each([
    [
      'another password',
      { ftp_password: 'hunter2' },
      'ftp',
      'unauthenticated',
      /failed: the server does not accept user and password \(530 Login incorrect\.\)$/,
    ],
    ['a certificate of somebody unknown', { ftp_cacert: '' }, 'ftps', 'unauthenticated', /failed: its certificate is not trusted: .*--ftp-cacert names one/],
    ['TLS where clear text is spoken', { ftp_tls: 'implicit' }, 'ftps', 'unavailable', /failed: /],
    ['nothing listens', { ftp_port: 1 }, 'ftp', 'unavailable', /failed: nothing listens there \(connection refused\)$/],
  ] as const)('%s is one line without a secret', async (_, more, kind, code, line) => {
    const error = await errorOf(async () => await open(more, 'run', kind));
    expect(error).toMatchObject({ code });
    expect(messageOf(error)).toMatch(line);
    expect(messageOf(error)).not.toContain('hunter2');
  });

  it('a certificate that nobody checks is warned of', async () => {
    await open({ ftp_cacert: '', insecure: true }, 'run', 'ftps');
    expect(logger.lines.map(({ message }) => message)).toContain('the certificate of the FTP server is not checked');
  });
});

describe('what lies there', () => {
  it('links are followed once, what leads nowhere and what has no key is left out', async () => {
    const storage = await open();
    await storage.put('a/file', textBody('x'));
    await symlink('..', `${folder}/a/circle`);
    await symlink('nowhere', `${folder}/a/broken`);
    await symlink('file', `${folder}/a/link`);
    await writeFile(Buffer.concat([Buffer.from(`${folder}/bad-`), Buffer.from([0xff])]), '');
    const keys: string[] = [];
    for await (const { key } of storage.list('')) keys.push(key);
    expect(keys.toSorted()).toEqual(['a/file', 'a/link']);
  });

  it('files are for their owner alone, or as storage_mode says', async () => {
    await (await open()).put('a/k', textBody('x'));
    await (await open({ storage_mode: '0640' }, 'other')).put('b/k', textBody('x'));
    const modes = execFileSync('stat', ['-c', '%a', `${folder}/a`, `${folder}/a/k`, `${folder}/b`, `${folder}/b/k`], { encoding: 'utf8' });
    expect(modes.split('\n').slice(0, 4)).toEqual(['700', '600', '750', '640']);
  });

  /** What a run leaves that is killed while it places `key`. */
  async function leaveClaim(title: string, minutesOld: number, key = 'a/other'): Promise<string> {
    const claim = `${folder}/.freezer-tmp/claim-${createHash('sha256').update(`${folder}/${key}`).digest('hex').slice(0, 32)}`;
    await mkdir(claim);
    await writeFile(`${claim}/${title}`, 'a dead one');
    const old = new Date(Date.now() - minutesOld * 60_000);
    await utimes(`${claim}/${title}`, old, old);
    execFileSync('chown', ['-R', servers.facts.username, claim]);
    return claim;
  }

  async function remainsOf(storage: Storage): Promise<{ runId: string; owner: string }[]> {
    const found: { runId: string; owner: string }[] = [];
    for await (const { runId, owner } of storage.remains?.list() ?? []) found.push({ runId, owner: Buffer.from(owner ?? []).toString() });
    return found;
  }

  const TITLE = 'owner-00000000-0000-4000-8000-000000000000';

  it('a claim that a dead run left behind is among the remains, and does not hold others for ever', async () => {
    const storage = await open();
    await storage.put('a/k', textBody('one'), { ifAbsent: true });
    expect(await readdir(`${folder}/.freezer-tmp`)).toEqual(['run']);
    await leaveClaim(TITLE, 10);
    expect(await remainsOf(storage)).toMatchObject([{ owner: 'a dead one' }]);
    await storage.put('a/other', textBody('two'), { ifAbsent: true });
    expect(await readFile(`${folder}/a/other`, 'utf8')).toBe('two');
    expect(await readdir(`${folder}/.freezer-tmp`)).toEqual(['run']);
  });

  it('a claim is removed by its title: one that took its name meanwhile, of a run that lives, stays', async () => {
    const storage = await open();
    await storage.put('a/k', textBody('one'));
    const claim = await leaveClaim(TITLE, 0);
    const [dead] = await remainsOf(storage);
    // Another host was quicker, and a third one claims the name by now.
    await rm(claim, { recursive: true });
    const living = TITLE.replace('4000', '4001');
    await leaveClaim(living, 0);
    await storage.remains?.remove(dead?.runId ?? '');
    expect(await readdir(claim)).toEqual([living]);
    const [alive] = await remainsOf(storage);
    await storage.remains?.remove(alive?.runId ?? '');
    expect(await readdir(`${folder}/.freezer-tmp`)).toEqual(['run']);
  });

  it('of two processes one wins each name, while a third one clears claims of the dead away, late', async () => {
    const storage = await open();
    await storage.put('a/k', textBody('one'));
    for (let at = 0; at < 20; at += 1) await leaveClaim(TITLE, 0, `k/${at}`);
    const script = fileURLToPath(new URL('../test-support/contend.mjs', import.meta.url));
    const contend = async (role: string): Promise<readonly string[]> => {
      const child = spawn(process.execPath, [script, role], { stdio: ['pipe', 'pipe', 'inherit'] });
      child.stdin.end(JSON.stringify(settingsOf()));
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      expect(await once(child, 'close')).toEqual([0, null]);
      return said.split('\n').filter((line) => line !== '');
    };
    const [one, two] = await Promise.all([contend('place'), contend('place'), contend('clear')]);
    const names = Array.from({ length: 20 }, (_, at) => `k/${at}`).toSorted();
    expect([...one, ...two].toSorted()).toEqual(names);
    expect((await readdir(`${folder}/k`)).map((name) => `k/${name}`).toSorted()).toEqual(names);
  }, 240_000);
});
