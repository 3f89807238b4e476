import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { messageOf, type Storage } from '@freezer/core';
import { CaptureLogger, fingerprint, OpenSshServer, readAll, sampleBytes, TcpProxy, textBody } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readSshSettings } from './options.ts';
import { sshStorage } from './ssh-plugin.ts';
import { SshStorage } from './ssh-storage.ts';

jest.setTimeout(60_000);

let base: string;
let server: OpenSshServer;
let logger: CaptureLogger;
let cleanUp: (() => unknown)[] = [];

async function start(options: { readonly username?: string; readonly lines?: readonly string[]; readonly name?: string } = {}): Promise<OpenSshServer> {
  const folder = `${base}/${options.name ?? 'sshd'}`;
  mkdirSync(folder);
  const started = await OpenSshServer.start({ ...options, folder });
  cleanUp.push(() => started.stop());
  return started;
}

const settingsOf = (more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  container: `${base}/c`,
  ssh_host: '127.0.0.1',
  ssh_port: server.port,
  ssh_username: server.username,
  ssh_key: server.keyFile,
  ssh_known_hosts: `${base}/known_hosts`,
  ...more,
});
const depsOf = (id: string) => ({ logger, run: { id, owner: Buffer.from(`owner of ${id}`) } });

/** The bare class: nothing is made again by itself. */
async function open(more: Readonly<Record<string, unknown>> = {}, id = 'run'): Promise<Storage> {
  const storage = await SshStorage.open(readSshSettings(settingsOf(more)), depsOf(id));
  cleanUp.push(() => storage.close());
  await storage.prepare();
  return storage;
}

async function proxied(): Promise<TcpProxy> {
  const proxy = await TcpProxy.start(server.port);
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

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'freezer-ssh-lab-'));
  await chmod(base, 0o755);
  logger = new CaptureLogger();
  cleanUp = [];
});
afterEach(async () => {
  for (const each of cleanUp.toReversed()) await each();
  await rm(base, { recursive: true, force: true });
});

describe('a connection that breaks', () => {
  it('in the middle of a put is unavailable, the next call connects again, and close leaves nothing', async () => {
    server = await start();
    const proxy = await proxied();
    const storage = await open({ ssh_port: proxy.port });
    proxy.cutAfter(2_000_000);
    const error = await errorOf(async () => await storage.put('a/k', sampleBytes(10_000_000)));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(messageOf(error).replace(/(?<=was lost: ).*(?= \()/, '…')).toBe(
      `ssh storage: put of 'a/k' failed: the connection was lost: … (root@127.0.0.1:${proxy.port}:${base}/c/a/k)`,
    );
    expect(await storage.stat('a/k')).toBeUndefined();
    await storage.put('a/k', textBody('again'));
    await storage.close();
    expect(await readdir(`${base}/c`)).toEqual(['a']);
  });

  it('while the body has nothing to give ends the put at once', async () => {
    server = await start();
    const proxy = await proxied();
    const storage = await open({ ssh_port: proxy.port });
    const hanging = {
      async *[Symbol.asyncIterator]() {
        yield Buffer.alloc(10);
        proxy.cut();
        await new Promise(() => undefined);
      },
    };
    expect(await errorOf(async () => await storage.put('k', hanging))).toMatchObject({ code: 'unavailable' });
  });

  it('in the middle of a get is unavailable; through the plugin the bytes go on behind the last one', async () => {
    server = await start();
    const proxy = await proxied();
    const bare = await open({ ssh_port: proxy.port });
    await bare.put('k', sampleBytes(12_000_000));
    proxy.cutAfter(6_000_000);
    expect(await errorOf(async () => await readAll(bare.get('k')))).toMatchObject({ code: 'unavailable' });
    const patient = await sshStorage.open(sshStorage.settings.parse(settingsOf({ ssh_port: proxy.port })), depsOf('patient'));
    cleanUp.push(() => patient.close());
    proxy.cutAfter(6_000_000);
    expect(await fingerprint(patient.get('k'))).toBe(await fingerprint(sampleBytes(12_000_000)));
    expect(logger.lines.some(({ message }) => message === 'trying again')).toBe(true);
  });

  it('for good: close says what is left instead of failing', async () => {
    server = await start();
    const proxy = await proxied();
    const storage = await open({ ssh_port: proxy.port });
    proxy.cutAfter(500_000);
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
    expect(await readdir(`${base}/c`)).toEqual([]);
  });

  it('a server that answers nothing: an abort ends each call at once', async () => {
    server = await start();
    const proxy = await proxied();
    const storage = await open({ ssh_port: proxy.port });
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
    proxy.cut();
    proxy.isStalled = false;
  });
});

describe('latency', () => {
  it('does not bound what is sent: 3 MB go out before the first answer comes in', async () => {
    server = await start();
    const proxy = await proxied();
    const storage = await open({ ssh_port: proxy.port });
    const body = {
      async *[Symbol.asyncIterator]() {
        proxy.hold();
        for (let piece = 0; piece < 24; piece += 1) yield Buffer.alloc(131_072, `${piece}`);
        proxy.release();
      },
    };
    expect(await storage.put('k', body)).toMatchObject({ size: 24 * 131_072 });
  });

  it('does not bound what is asked for: more than 1 MB is on its way while the reader waits', async () => {
    server = await start();
    const proxy = await proxied();
    const storage = await open({ ssh_port: proxy.port });
    await storage.put('k', sampleBytes(12_000_000));
    const held = async (): Promise<void> => {
      while (proxy.heldBytes < 1_000_000) await wait(2);
      proxy.release();
    };
    let waiting: Promise<void> | undefined;
    const body = {
      async *[Symbol.asyncIterator]() {
        let taken = 0;
        for await (const chunk of storage.get('k')) {
          taken += chunk.length;
          yield chunk;
          if (taken < 3_000_000 || waiting) continue;
          proxy.hold();
          waiting = held();
        }
      },
    };
    expect(await fingerprint(body)).toBe(await fingerprint(sampleBytes(12_000_000)));
    await waiting;
    expect(waiting).toBeDefined();
  });
});

describe('bytes that are read into one buffer again and again', () => {
  const ciphers = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'chacha20-poly1305@openssh.com'];
  it.each(ciphers)('come right with %s, also while the keys are made anew', async (cipher) => {
    server = await start({ lines: [`Ciphers ${cipher}`, 'RekeyLimit 2M'] });
    const storage = await open();
    await storage.put('k', sampleBytes(12_000_000));
    const whole = await fingerprint(sampleBytes(12_000_000));
    expect(await fingerprint(storage.get('k'))).toBe(whole);
  });
});

describe('what the server can and cannot', () => {
  it('a full disk is no_space with the words "no space left", nothing stays, and what was there is whole', async () => {
    await mkdir(`${base}/small`);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', `${base}/small`]);
    cleanUp.push(() => execFileSync('umount', [`${base}/small`]));
    server = await start();
    const storage = await open({ container: `${base}/small/c` });
    await storage.put('data/old', sampleBytes(1_000_000));
    const error = await errorOf(async () => await storage.put('data/old', sampleBytes(5_000_000)));
    expect(error).toMatchObject({ code: 'no_space' });
    expect(messageOf(error)).toMatch(/^ssh storage: put of 'data\/old' failed: no space left on the server \(root@127/);
    expect(await fingerprint(storage.get('data/old'))).toBe(await fingerprint(sampleBytes(1_000_000)));
    expect(await readdir(`${base}/small/c/.freezer-tmp/run`)).toEqual(['owner']);
    await storage.close();
  });

  it('a folder that is not the user’s is permission_denied', async () => {
    server = await start({ username: 'nobody' });
    const error = await errorOf(async () => await open());
    expect(error).toMatchObject({ code: 'permission_denied' });
    expect(messageOf(error)).toBe(`ssh storage: prepare of '' failed: permission denied by the server (nobody@127.0.0.1:${server.port}:${base}/c)`);
  });

  it('without its extensions it is used all the same, and said', async () => {
    server = await start({ lines: [], name: 'plain' });
    await server.stop();
    server = await start({ name: 'limited', lines: ['Match User root', 'ForceCommand internal-sftp -P posix-rename,hardlink,fsync,statvfs'] });
    const storage = await open();
    expect(storage.capabilities).toMatchObject({ atomicPut: false, exclusivePut: false });
    expect(logger.lines.filter(({ message }) => message.startsWith('the server cannot rename over a file'))).toHaveLength(1);
    await storage.put('a/k', textBody('one'));
    await storage.put('a/k', textBody('two'));
    expect((await readAll(storage.get('a/k'))).toString()).toBe('two');
    expect(await errorOf(async () => await storage.put('a/k', textBody('three'), { ifAbsent: true }))).toMatchObject({ code: 'already_exists' });
    await storage.put('a/new', textBody('n'), { ifAbsent: true });
    await storage.removeTree('a');
    await storage.close();
    expect(await readdir(`${base}/c`)).toEqual([]);
  });

  it('a server without SFTP is one line', async () => {
    server = await start({ lines: ['Match User root', 'ForceCommand /bin/false'] });
    const error = await errorOf(async () => await open());
    expect(messageOf(error)).toMatch(/^ssh storage: connecting to root@127\.0\.0\.1:\d+ failed: the server offers no SFTP|failed: .*lost/);
  });

  it('a relative container begins in the home directory, and labels are the same', async () => {
    server = await start();
    const name = path.relative('/root', `${base}/c`);
    expect((await open({ container: name })).label).toBe((await open({}, 'other')).label);
  });
});

describe('a container that cannot be', () => {
  it('because a file has its name, or that of a folder above it, is said at once and not tried again', async () => {
    server = await start();
    await writeFile(`${base}/file`, '');
    for (const container of [`${base}/file`, `${base}/file/below`]) {
      const storage = await sshStorage.open(sshStorage.settings.parse(settingsOf({ container })), depsOf('misled'));
      cleanUp.push(() => storage.close());
      expect(await errorOf(async () => await storage.prepare())).toMatchObject({
        code: 'already_exists',
        message: `ssh storage: a file is where a folder should be: ${base}/file`,
      });
    }
    expect(logger.lines.filter(({ message }) => message === 'trying again')).toEqual([]);
  });
});

describe('listings', () => {
  it('are whole, follow links once, and leave out what has no key', async () => {
    server = await start();
    await mkdir(`${base}/c/a`, { recursive: true });
    for (let index = 0; index < 450; index += 1) await writeFile(`${base}/c/a/${index}`, '');
    await writeFile(Buffer.concat([Buffer.from(`${base}/c/bad-`), Buffer.from([0xff])]), '');
    await symlink('..', `${base}/c/a/circle`);
    await symlink('nowhere', `${base}/c/a/broken`);
    await symlink('450', `${base}/c/a/link`);
    await writeFile(`${base}/c/a/450`, 'x');
    const storage = await open();
    const keys: string[] = [];
    for await (const { key } of storage.list('')) keys.push(key);
    expect(keys.toSorted()).toEqual([...Array.from({ length: 451 }, (_, index) => `a/${index}`), 'a/link'].toSorted());
  });
});

describe('a password', () => {
  it('opens the account, and a wrong one is one line without it', async () => {
    const user = `frz${process.pid}`;
    execFileSync('useradd', ['-M', '-d', '/', '-s', '/bin/sh', user]);
    cleanUp.push(() => execFileSync('userdel', [user]));
    execFileSync('chpasswd', { input: `${user}:right horse\n` });
    server = await start({ username: user, lines: ['PasswordAuthentication yes'] });
    await mkdir(`${base}/c`);
    await chmod(`${base}/c`, 0o777);
    await writeFile(`${base}/pw`, 'right horse\nsecond line\n');
    const storage = await open({ ssh_password_file: `${base}/pw` });
    await storage.put('k', textBody('x'));
    const error = await errorOf(async () => await open({ ssh_password: 'wrong horse' }));
    expect(error).toMatchObject({ code: 'unauthenticated', retryable: false });
    expect(messageOf(error)).toBe(`ssh storage: connecting to ${user}@127.0.0.1:${server.port} failed: the server does not accept the password`);
  });
});
