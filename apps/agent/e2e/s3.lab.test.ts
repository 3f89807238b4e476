import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { S3Server, TcpProxy } from '@freezer/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { dateOf, Lab } from './harness/lab.ts';
import { ourArguments, ourEnvironment, ours, oursEnds, startOurs } from './harness/our-agent.ts';
import { runProgram } from './harness/run-program.ts';
import { changeSampleTree, makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';

jest.setTimeout(240_000);

const base = mkdtempSync(join(tmpdir(), 'freezer-s3-e2e-'));
let moto: S3Server;
let swift: S3Server;
let lab: Lab;
let bucket: string;
let round = 0;
/** Of the newest level. */
let newest = 0;

beforeAll(async () => {
  moto = await S3Server.startMoto(`${base}/moto`);
  swift = await S3Server.startSwift();
}, 300_000);
afterAll(() => {
  moto.stop();
  swift.stop();
  rmSync(base, { recursive: true, force: true });
});
beforeEach(async () => {
  round += 1;
  bucket = `e2e-${round}`;
  lab = await Lab.open();
  await makeSampleTree(lab.source);
});
afterEach(async () => {
  await lab.close();
});

const optionsOf = ({ endpoint, accessKey, secretKey }: S3Server, container = `${bucket}/some prefix`): readonly string[] => [
  ...['--storage', 's3', '-C', container, '--endpoint', endpoint, '--access-key', accessKey, '--secret-key', secretKey],
];

/** A level of the lab's source; resolves to its time. Levels are told apart by whole seconds. */
async function backup(options: readonly string[], kind: readonly string[] = ['--incremental']): Promise<number> {
  await wait(Math.max(0, (newest + 1) * 1000 - Date.now()));
  const printed = await oursEnds(lab, 0, 'backup', ['-F', lab.source, ...kind, ...options]);
  newest = Number(printed['time_stamp']);
  return newest;
}

async function restored(options: readonly string[], t?: number): Promise<readonly string[]> {
  const target = lab.target();
  await oursEnds(lab, 0, 'restore', ['--restore-abs-path', target, ...(t === undefined ? [] : ['--restore-from-date', dateOf(t)]), ...options]);
  return await treeLines(target);
}

const complaintOf = async (options: readonly string[], action = 'backup'): Promise<string> => {
  const { code, stderr } = await ours(lab, action, ['-F', lab.source, ...options]);
  expect(code).not.toBe(0);
  expect(stderr).not.toMatch(/\n\s+at |hunter2/);
  return stderr.split('\n').find((line) => line.startsWith('Critical Error: ')) ?? stderr;
};

const points = async (options: readonly string[]): Promise<number> => JSON.stringify(await oursEnds(lab, 0, 'list', options)).split('"level"').length - 1;

describe('three levels in S3', () => {
  it.each([
    ['moto, encrypted, in parts of 5 MiB', () => moto, ['--max-segment-size', '5M', '--encrypt-pass-file']],
    ["Swift's S3, in parts of 5 MiB", () => swift, ['--max-segment-size', '5M']],
  ])('%s: each restored, verified, counted, thinned out', async (_, serverOf, more) => {
    const secret = more.filter((word) => word === '--encrypt-pass-file').flatMap((word) => [word, lab.passFile]);
    const plain = more.filter((word) => word !== '--encrypt-pass-file');
    const place = optionsOf(serverOf());
    const options = [...place, ...secret];
    await writeFile(join(lab.source, 'large'), Buffer.alloc(12_000_000, 'freezer'));
    const trees: (readonly string[])[] = [];
    const times: number[] = [];
    for (let level = 0; level < 3; level += 1) {
      if (level > 0) await changeSampleTree(lab.source, level);
      times.push(await backup([...options, ...plain, '--compression', 'none']));
      trees.push(await treeLines(lab.source));
    }
    for (const [level, t] of times.entries()) expect(await restored(options, t)).toEqual(trees[level]);
    await oursEnds(lab, 0, 'verify', options);
    expect(JSON.stringify(await oursEnds(lab, 0, 'info', options))).toContain(`${bucket}/some prefix`);
    await backup(options, []);
    const before = await points(options);
    await oursEnds(lab, 0, 'admin', [...options, '--keep-last', '1']);
    expect(await points(options)).toBeLessThan(before);
    expect(await restored(options)).toEqual(trees[2]);
  });
});

describe('options of S3', () => {
  it.each([
    ['ACCESS_KEY', 'SECRET_KEY', 'ENDPOINT'],
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_ENDPOINT_URL'],
  ])('$%s, $%s and $%s stand for --access-key, --secret-key and --endpoint', async (accessKey, secretKey, endpoint) => {
    const words = ourArguments(lab, 'backup', ['-F', lab.source, '--storage', 's3', '-C', bucket]);
    const env = { ...ourEnvironment(lab), [accessKey]: swift.accessKey, [secretKey]: swift.secretKey, [endpoint]: swift.endpoint };
    expect(await runProgram(process.execPath, words, { cwd: lab.root, env })).toMatchObject({ code: 0 });
    for (const missing of [accessKey, secretKey, endpoint]) {
      const { code, stderr } = await runProgram(process.execPath, words, { cwd: lab.root, env: { ...env, [missing]: '' } });
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/No (access key|secret key|endpoint) found for S3 compatible storage/) });
    }
    expect(await complaintOf([...optionsOf(swift, bucket), '--secret-key', 'hunter2'])).toMatch(/failed: the secret key does not fit the access key \(/);
  });

  it('--s3-region must be that of the server, --s3-path-style and --s3-session-token reach it', async () => {
    expect(await complaintOf([...optionsOf(swift), '--s3-region', 'mars-1'])).toMatch(/failed: the bucket lies in another region, us-east-1: --s3-region/);
    await backup([...optionsOf(swift), '--s3-region', 'us-east-1']);
    await backup([...optionsOf(moto), '--s3-path-style', '--s3-session-token', 'token']);
    expect(await complaintOf([...optionsOf(moto), '--s3-path-style', 'false', '--endpoint', 'http://s3.invalid:1'])).toMatch(
      /failed: (no such host name|the name servers)/,
    );
  });

  it('--s3-object-lock and --s3-object-lock-days: what is locked is named by a removal, and stays; --s3-storage-class', async () => {
    const options = [...optionsOf(moto), '--s3-storage-class', 'STANDARD_IA'];
    const locked = [...options, '--s3-object-lock', 'governance', '--s3-object-lock-days', '2'];
    const t = await backup(locked);
    const tree = await treeLines(lab.source);
    await backup(locked, []);
    const { code, stderr } = await ours(lab, 'admin', [...options, '--keep-last', '1']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/the server keeps what is locked: '.*' until \S+Z \(GOVERNANCE\)/);
    expect(await restored(options, t)).toEqual(tree);
    expect(await complaintOf([...options, '--s3-object-lock', 'governance'])).toMatch(/s3-object-lock.* go together/);
  });

  it('--s3-cacert: a file that is not there is one line', async () => {
    const options = [...optionsOf(swift), '--endpoint', swift.endpoint.replace('http:', 'https:')];
    expect(await complaintOf([...options, '--s3-cacert', '/absent'])).toMatch(/\/absent cannot be read: ENOENT/);
    expect(await complaintOf(options)).toMatch(/failed: it does not speak TLS there/);
  });
});

describe('faults', () => {
  it('a connection that is cut in the middle is made again, by a backup and by a restore', async () => {
    await writeFile(join(lab.source, 'large'), Buffer.alloc(20_000_000, 'freezer'));
    const proxy = await TcpProxy.start(moto.port);
    try {
      const options = [...optionsOf(moto), '--endpoint', `http://127.0.0.1:${proxy.port}`];
      proxy.cutAfter(9_000_000);
      await backup([...options, '--compression', 'none', '--max-segment-size', '5M']);
      proxy.cutAfter(9_000_000);
      expect(await restored(options)).toEqual(await treeLines(lab.source));
    } finally {
      await proxy.stop();
    }
  });

  it('SIGKILL at three moments: the next run succeeds, each point restores, nothing is left over', async () => {
    await writeFile(join(lab.source, 'large'), Buffer.alloc(16_000_000, 'freezer'));
    const options = [...optionsOf(moto), '--compression', 'none', '--max-segment-size', '5M'];
    await backup(options);
    for (const delay of [700, 1100, 1600]) {
      await changeSampleTree(lab.source, delay);
      const { child, ended } = startOurs(lab, 'backup', ['-F', lab.source, ...options]);
      await wait(delay);
      child.kill('SIGKILL');
      await ended;
      await backup(options);
      expect(await restored(options)).toEqual(await treeLines(lab.source));
    }
    await oursEnds(lab, 0, 'verify', options);
    const listed = await (await fetch(`${moto.endpoint}/${bucket}?uploads`)).text();
    expect(listed).toContain('ListMultipartUploadsResult');
    expect(listed).not.toContain('<Upload>');
    expect(await (await fetch(`${moto.endpoint}/${bucket}?list-type=2`)).text()).not.toContain('.freezer-tmp');
  });
});
