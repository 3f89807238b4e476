import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FtpProxy } from '@freezer/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FtpPlace } from './harness/ftp-place.ts';
import { Lab } from './harness/lab.ts';
import { ourArguments, ourBackup, ourEnvironment, ourRestore, ours, oursEnds, startOurs } from './harness/our-agent.ts';
import { pythonSucceeds } from './harness/python-agent.ts';
import { runProgram } from './harness/run-program.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(180_000);

let lab: Lab;
let place: FtpPlace;
beforeAll(async () => {
  place = await FtpPlace.open();
});
afterAll(() => {
  place[Symbol.dispose]();
});
beforeEach(async () => {
  lab = await Lab.open();
  place.share(lab);
  await makeSampleTree(lab.source);
});
afterEach(async () => {
  await lab.close();
});

const complaintOf = async (options: readonly string[]): Promise<string> => {
  const { code, stderr } = await ours(lab, 'backup', ['-F', lab.source, ...options]);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/\n\s+at |hunter2/);
  return stderr.split('\n').find((line) => line.startsWith('Critical Error: ')) ?? stderr;
};

describe('three levels over FTP', () => {
  it.each([
    ['in clear text', () => place.options, []],
    ['in clear text, on a server that knows MLSD', () => [...place.options, '--ftp-port', `${place.servers.facts.facts_port}`], []],
    ['with TLS, encrypted', () => place.tlsOptions, ['--encrypt-pass-file']],
    ['with TLS from the first byte', () => [...place.tlsOptions, '--ftp-tls', 'implicit', '--ftp-port', `${place.servers.facts.implicit_port}`], []],
  ])('%s: restored over FTP and on the server itself, verified, counted, thinned out', async (_, optionsOf, secret) => {
    const options = [...optionsOf(), ...secret.flatMap((name) => [name, lab.passFile])];
    const trees: (readonly string[])[] = [];
    const times: number[] = [];
    for (let level = 0; level < 3; level += 1) {
      if (level > 0) await changeSampleTree(lab.source, level);
      times.push(await ourBackup(lab, options));
      trees.push(await treeLines(lab.source));
    }
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 2]);
    for (const [level, t] of times.entries()) expect(await treeLines(await ourRestore(lab, t, options))).toEqual(trees[level]);
    const here = secret.flatMap((name) => [name, lab.passFile]);
    expect(await treeLines(await ourRestore(lab, undefined, here))).toEqual(trees[2]);
    await oursEnds(lab, 0, 'verify', options);
    expect(JSON.stringify(await oursEnds(lab, 0, 'info', options))).toContain(lab.store);
    await oursEnds(lab, 0, 'backup', ['-F', lab.source, ...options]);
    await oursEnds(lab, 0, 'admin', [...options, '--keep-last', '1']);
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0]);
    expect((await readdir(lab.store)).filter((name) => name === '.freezer-tmp')).toEqual([]);
  });
});

describe('with the Python agent, which can save by FTP and not restore', () => {
  it('a full of Python is continued and restored by us', async () => {
    await lab.tick();
    await pythonSucceeds(lab, 'backup', ['--nosync', '-F', lab.source, '--no-incremental', 'true', ...place.options]);
    const before = await treeLines(lab.source);
    const { t } = await lab.newest();
    await changeSampleTree(lab.source, 1);
    await ourBackup(lab, place.options);
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1]);
    expect(await treeLines(await ourRestore(lab, t, place.options))).toEqual(before);
    expect(await treeLines(await ourRestore(lab, undefined, place.options))).toEqual(await treeLines(lab.source));
  });
});

describe('options of FTP', () => {
  it('--ftp-host, --ftp-port, --ftp-username, --ftp-password, --ftp-password-file and $FTP_PASSWORD', async () => {
    const { port, username, password } = place.servers.facts;
    const host = ['--storage', 'ftp', '--ftp-host', '127.0.0.1', '--ftp-port', `${port}`, '--ftp-username', username];
    await ourBackup(lab, [...host, '--ftp-password', password]);
    await writeFile(join(lab.root, 'pw'), `${password}\nsecond line\n`, { mode: 0o600 });
    await ourBackup(lab, [...host, '--ftp-password-file', join(lab.root, 'pw')]);
    const env = { ...ourEnvironment(lab), FTP_PASSWORD: password };
    expect(await runProgram(process.execPath, ourArguments(lab, 'info', host), { cwd: lab.root, env })).toMatchObject({ code: 0 });
    expect(await complaintOf([...host, '--ftp-password', 'hunter2'])).toMatch(
      /failed: the server does not accept user and password \(530 Login incorrect\.\)$/,
    );
    expect(await complaintOf(host)).toMatch(/Please provide --ftp-password value/);
    expect(await complaintOf([...host, '--ftp-host', ''])).toMatch(/Please provide --ftp-host value\./);
  });

  it('--ftp-cacert says whom to trust, --insecure trusts any, --ftp-tls how it begins', async () => {
    const bare = [...place.options, '--storage', 'ftps'];
    expect(await complaintOf(bare)).toMatch(/failed: its certificate is not trusted: .*--ftp-cacert names one/);
    await ourBackup(lab, [...bare, '--ftp-cacert', place.servers.facts.cacert]);
    await ourBackup(lab, [...bare, '--insecure']);
    const implicit = [...bare, '--insecure', '--ftp-port', `${place.servers.facts.implicit_port}`];
    await ourBackup(lab, [...implicit, '--ftp-tls', 'implicit']);
    expect(await complaintOf([...bare, '--insecure', '--ftp-tls', 'implicit'])).toMatch(/^Critical Error: ftp storage: connecting to /);
  });

  // Both sides wait for the other, the client for half a minute.
  it('--ftp-tls explicit where TLS begins with the first byte is one line that says so', async () => {
    const implicitPort = ['--ftp-port', `${place.servers.facts.implicit_port}`];
    const [explicit, clear] = await Promise.all([
      complaintOf([...place.tlsOptions, '--ftp-tls', 'explicit', ...implicitPort]),
      complaintOf([...place.options, ...implicitPort]),
    ]);
    expect(explicit).toMatch(/failed: the server said nothing within 30 s; does it want TLS from the first byte\? --ftp-tls implicit$/);
    expect(clear).toMatch(/failed: the server said nothing within 30 s; does it want TLS from the first byte\? --storage ftps --ftp-tls implicit$/);
  });

  it('--ftp-certfile and --ftp-keyfile show a client certificate, and go together', async () => {
    const mine = place.servers.facts.cacert.replace(/ca\.pem$/, 'both.pem');
    await ourBackup(lab, [...place.tlsOptions, '--ftp-certfile', mine, '--ftp-keyfile', mine]);
    expect(await complaintOf([...place.tlsOptions, '--ftp-certfile', '/absent', '--ftp-keyfile', mine])).toMatch(/\/absent cannot be read: ENOENT/);
    expect(await complaintOf([...place.tlsOptions, '--ftp-certfile', mine])).toMatch(/go together/);
  });
});

describe('faults', () => {
  it.each([
    ['nothing listens', ['--ftp-port', '1'], /failed: nothing listens there \(connection refused\)$/],
    ['no such host', ['--ftp-host', 'no-such-host.invalid'], /failed: (no such host name|the name servers do not answer)$/],
  ])('%s is one line', async (_, options, line) => {
    expect(await complaintOf([...place.options, ...options])).toMatch(line);
  });

  it('a connection that is cut in the middle of a backup ends it with one line, and one of a restore is resumed', async () => {
    await writeFile(join(lab.source, 'large'), Buffer.alloc(20_000_000, 'freezer'));
    const proxy = await FtpProxy.start(place.servers.facts.port);
    try {
      const options = [...place.options, '--ftp-port', `${proxy.port}`, '--compression', 'none'];
      await ourBackup(lab, options);
      const before = await treeLines(lab.source);
      await writeFile(join(lab.source, 'larger'), Buffer.alloc(30_000_000, 'freezer'));
      const cut = ours(lab, 'backup', ['-F', lab.source, ...options]);
      // What is staged for the second backup is cut off at its first large transfer.
      for (let look = 0; look < 2000 && !(await isStaging()); look += 1) await wait(5);
      proxy.cut();
      const { code, stderr } = await cut;
      if (code !== 0) expect(stderr).toMatch(/Critical Error: ftp storage: .* failed: /);
      proxy.cutNextAfter(5_000_000);
      const [full] = await lab.levels();
      expect(await treeLines(await ourRestore(lab, full?.t, options))).toEqual(before);
      await ourBackup(lab, options);
      expect(await treeLines(await ourRestore(lab, undefined, options))).toEqual(await treeLines(lab.source));
    } finally {
      await proxy.stop();
    }
  });

  it('SIGKILL at three moments: the next run succeeds, each point restores, nothing is left over', async () => {
    await writeFile(join(lab.source, 'large'), Buffer.alloc(8_000_000, 'freezer'));
    await ourBackup(lab, place.options);
    for (const delay of [150, 500, 900]) {
      await changeSampleTree(lab.source, delay);
      const { child, ended } = startOurs(lab, 'backup', ['-F', lab.source, ...place.options]);
      await wait(delay);
      child.kill('SIGKILL');
      await ended;
      await lab.tick();
      await ourBackup(lab, place.options);
      expect(await treeLines(await ourRestore(lab, undefined, place.options))).toEqual(await treeLines(lab.source));
    }
    expect((await readdir(lab.store)).filter((name) => name === '.freezer-tmp')).toEqual([]);
    await oursEnds(lab, 0, 'verify', place.options);
  });
});

async function isStaging(): Promise<boolean> {
  return await readdir(join(lab.store, '.freezer-tmp')).then(
    (names) => names.length > 0,
    () => false,
  );
}
