import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TcpProxy } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourArguments, ourBackup, ourEnvironment, ourRestore, ours } from './harness/our-agent.ts';
import { pythonBackup, pythonRestore } from './harness/python-agent.ts';
import { runProgram } from './harness/run-program.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { SshPlace } from './harness/ssh-place.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(120_000);

let lab: Lab;
let place: SshPlace;
beforeEach(async () => {
  lab = await Lab.open();
  place = await SshPlace.open(lab.root);
  await makeSampleTree(lab.source);
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
  await lab.close();
});

const complaintOf = async (options: readonly string[]): Promise<string> => {
  const { code, stderr } = await ours(lab, 'backup', ['-F', lab.source, ...options]);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/\n\s+at |hunter2/);
  return stderr.split('\n').find((line) => line.startsWith('Critical Error: ')) ?? stderr;
};

describe('levels over SSH', () => {
  it.each([
    ['by us, restored by us, over SSH and on the server itself', ourBackup, ourRestore],
    ['by us, restored by Python', ourBackup, pythonRestore],
    ['by Python, restored by us', pythonBackup, ourRestore],
  ])('%s', async (_, backup, restore) => {
    const first = await backup(lab, place.options);
    const before = await treeLines(lab.source);
    await changeSampleTree(lab.source, 1);
    await backup(lab, place.options);
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1]);
    expect(await treeLines(await restore(lab, first, place.options))).toEqual(before);
    expect(await treeLines(await restore(lab, undefined, place.options))).toEqual(await treeLines(lab.source));
    if (restore === ourRestore) expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
  });
});

describe('options of SSH', () => {
  it('--ssh-host, --ssh-port, --ssh-username, --ssh-key and --ssh-known-hosts: a new key is written down', async () => {
    const { port, keyFile, username, knownHostsLine } = place.server;
    const known = join(lab.root, 'known');
    const host = ['--ssh-host', '127.0.0.1', '--ssh-port', `${port}`, '--ssh-username', username];
    await ourBackup(lab, ['--storage', 'ssh', ...host, '--ssh-key', keyFile, '--ssh-known-hosts', known]);
    expect(await readFile(known, 'utf8')).toBe(knownHostsLine);
    await ourBackup(lab, place.options);
    expect(await readFile(join(lab.home, '.ssh', 'known_hosts'), 'utf8')).toBe(knownHostsLine);
  });

  it('--ssh-host-key-policy strict refuses a server that is not known, and a changed key is refused anyhow', async () => {
    const where = `root@127.0.0.1:${place.server.port}`;
    expect(await complaintOf([...place.options, '--ssh-host-key-policy', 'strict'])).toMatch(
      RegExp(`^Critical Error: ssh storage: connecting to ${where} failed: its host key ssh-ed25519 SHA256:\\S+ is not known; `),
    );
    const known = join(lab.root, 'known');
    await using other = await SshPlace.open(lab.root);
    await writeFile(known, `[127.0.0.1]:${place.server.port} ${other.server.hostKey}\n`);
    expect(await complaintOf([...place.options, '--ssh-known-hosts', known])).toMatch(/failed: its host key is now .*, but .*known:1 holds .*ssh-keygen -R/);
    await ourBackup(lab, [...place.options, '--ssh-known-hosts', known, '--ssh-host-key-policy', 'off']);
  });

  it('--ssh-password-file and $SSH_PASSWORD stand for --ssh-password, and no key is shown then', async () => {
    await writeFile(join(lab.root, 'pw'), 'hunter2\n', { mode: 0o600 });
    const refused = /failed: the server does not accept the password$/;
    expect(await complaintOf([...place.options, '--ssh-password-file', join(lab.root, 'pw')])).toMatch(refused);
    expect(await complaintOf([...place.options, '--ssh-password', 'hunter2'])).toMatch(refused);
    const { stderr } = await runProgram(process.execPath, ourArguments(lab, 'backup', ['-F', lab.source, ...place.options]), {
      cwd: lab.root,
      env: { ...ourEnvironment(lab), SSH_PASSWORD: 'hunter2' },
    });
    expect(stderr).toMatch(/the server does not accept the password\n/);
    expect(await readFile(`${lab.root}/ours.log`, 'utf8')).not.toContain('hunter2');
  });

  it('--ssh-agent: its keys are tried where there is no key file', async () => {
    const socket = join(lab.root, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    await new Promise((resolve) => agent.stdout.once('data', resolve));
    try {
      await runProgram('ssh-add', ['-q', place.server.keyFile], { cwd: lab.root, env: { PATH: process.env['PATH'], SSH_AUTH_SOCK: socket } });
      await ourBackup(lab, [...place.options, '--ssh-key', join(lab.root, 'absent'), '--ssh-agent', socket]);
    } finally {
      agent.kill();
      await ended;
    }
  });
});

describe('faults', () => {
  it.each([
    ['nothing listens', ['--ssh-port', '1'], /failed: nothing listens there \(connection refused\)$/],
    ['no such host', ['--ssh-host', 'no-such-host.invalid'], /failed: (no such host name|the name servers do not answer)$/],
    ['no host', ['--ssh-host', ''], /--ssh-host: .*Please provide --ssh-host value\./],
    ['no key', ['--ssh-key', '/absent/key'], /--ssh-key: \/absent\/key does not exist, and there is no --ssh-password-file and no ssh-agent$/],
    ['another key', ['--ssh-key', 'OTHER'], /failed: the server does not accept the key .*user_key$/],
  ])('%s is one line', async (_, options, line) => {
    await using other = await SshPlace.open(lab.root);
    expect(await complaintOf([...place.options, ...options.map((word) => (word === 'OTHER' ? other.server.keyFile : word))])).toMatch(line);
  });

  it('a connection that is cut in the middle of a backup ends it with one line, and nothing is left after the next', async () => {
    await writeFile(join(lab.source, 'large'), Buffer.alloc(20_000_000, 'freezer'));
    const proxy = await TcpProxy.start(place.server.port);
    try {
      proxy.cutAfter(3_000_000);
      const options = [...place.options, '--ssh-port', `${proxy.port}`, '--compression', 'none'];
      expect(await complaintOf(options)).toMatch(/ssh storage: put of '.*' failed: the connection was lost: .* \(root@127\.0\.0\.1:\d+:.*\)/);
      expect(await lab.levels()).toEqual([]);
      await ourBackup(lab, options);
      expect(await treeLines(await ourRestore(lab))).toEqual(await treeLines(lab.source));
    } finally {
      await proxy.stop();
    }
  });
});
