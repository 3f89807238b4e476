import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Lab, type StoredLevel } from './harness/lab.ts';
import { type Options, ourBackup } from './harness/our-agent.ts';
import { expectOneLine, mustAgent, preloading, runAgent } from './safety/agent-runs.ts';
import { exists, remainsOf } from './safety/remains.ts';
import { flipBit, objectPath } from './safety/stored-set.ts';
import { filesBelow } from './safety/whole-listing.ts';

jest.setTimeout(60_000);

const MIB = 1024 * 1024;
const PIECE = 4 * MIB;

interface Variant {
  readonly name: string;
  readonly options: (lab: Lab) => Options;
}

const VARIANTS: readonly Variant[] = [
  { name: 'gzip', options: () => [] },
  { name: 'not compressed', options: () => ['--compression', 'none'] },
  { name: 'cfb', options: (lab) => ['--encrypt-pass-file', lab.passFile] },
  { name: 'gcm, not compressed', options: (lab) => ['--encrypt-pass-file', lab.passFile, '--encryption', 'aes-256-gcm', '--compression', 'none'] },
];

/** Every file below a restored folder is one of the source, and whole. Resolves to their names. */
async function wholeFiles(lab: Lab, target: string): Promise<readonly string[]> {
  const names = await filesBelow(target);
  for (const name of names)
    expect({ name, whole: (await readFile(join(target, name))).equals(await readFile(join(lab.source, name))) }).toEqual({ name, whole: true });
  return names;
}

describe.each(VARIANTS)('$name', ({ options }) => {
  let lab: Lab;
  let level: StoredLevel;
  let copies = 0;

  // Bytes that no compressor makes smaller: file `at` lies at about `at` MiB of the data, 'large' from 6 to 13.
  beforeAll(async () => {
    lab = await Lab.open();
    for (let at = 0; at < 6; at += 1) await writeFile(join(lab.source, `a-${at}`), randomBytes(MIB));
    await writeFile(join(lab.source, 'large'), randomBytes(7 * MIB));
    await writeFile(join(lab.source, 'z-last'), randomBytes(MIB));
    await ourBackup(lab, options(lab));
    level = await lab.newest();
  });
  afterAll(() => lab.close());

  async function damaged(...offsets: readonly number[]): Promise<string> {
    copies += 1;
    const store = join(lab.root, `store-${copies}`);
    await cp(lab.store, store, { recursive: true });
    for (const offset of offsets) await flipBit(objectPath(store, level, 'data'), offset);
    return store;
  }

  it('N34: a flipped bit in the second piece: nothing of that piece is written, and object, level and what was written are named', async () => {
    const store = await damaged(PIECE + 3 * MIB);
    const target = lab.target();
    const ended = await runAgent(lab, 'restore', ['-C', store, '--restore-abs-path', target, ...options(lab)]);
    expect(ended.code).toBe(1);
    const line = expectOneLine(ended);
    expect(line).toContain(`data of 0_${level.t}`);
    expect(line).toMatch(/bytes 4194304 to 8388607|piece 1\b/);
    expect(line).toMatch(/already written: \d+ entries/);
    // Whole or absent; and what lies behind the first 4 MiB is absent altogether.
    const names = await wholeFiles(lab, target);
    expect(names.filter((name) => !/^a-[0-3]$/.test(name))).toEqual([]);
    expect(await remainsOf(lab, store)).toEqual([]);
  });

  it('N7: a file that was cut off in its middle is removed and named', async () => {
    const store = await damaged(2 * PIECE + 2 * MIB);
    const target = lab.target();
    const ended = await runAgent(lab, 'restore', ['-C', store, '--restore-abs-path', target, ...options(lab)]);
    expect(ended.code).toBe(1);
    expect(expectOneLine(ended)).toMatch(/incomplete and removed: large$/);
    expect(await wholeFiles(lab, target)).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5']);
  });

  it('--verify-first reads everything before anything is written', async () => {
    const store = await damaged(-100);
    const target = lab.target();
    const ended = await runAgent(lab, 'restore', ['-C', store, '--restore-abs-path', target, '--verify-first', ...options(lab)]);
    expect({ code: ended.code, written: await exists(target) }).toEqual({ code: 1, written: false });
    expect(expectOneLine(ended)).toContain(`data of 0_${level.t}`);
  });

  it('N20: verify names every damaged piece and goes on', async () => {
    const store = await damaged(17, 3 * PIECE + 5);
    const ended = await runAgent(lab, 'verify', ['-C', store, ...options(lab)]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/bytes 0 to 4194303 \(piece 0\): differ/);
    expect(ended.stdout).toMatch(/bytes 12582912 to \d+ \(piece 3\): differ/);
    expect(ended.stdout.match(/\(piece /g)).toHaveLength(2);
  });

  it('N58: a storage that fails in the middle of a read: the restore fails, and no file looks whole that is not', async () => {
    const target = lab.target();
    const failing = join(lab.root, 'failing-reads.mjs');
    await writeFile(failing, FAILING_READS);
    const env = { ...preloading(failing), FAIL_AFTER: String(2 * PIECE + 2 * MIB) };
    const ended = await runAgent(lab, 'restore', ['--restore-abs-path', target, ...options(lab)], { env });
    expect(ended.code).toBe(1);
    expect(expectOneLine(ended)).toMatch(/input\/output error.*incomplete and removed: large$/i);
    expect(await wholeFiles(lab, target)).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5']);
  });
});

/** Loaded into the agent: once a file was read beyond an offset, its disk is broken. */
const FAILING_READS = `
import { open } from 'node:fs/promises';
const probe = await open(import.meta.filename);
const FileHandle = Object.getPrototypeOf(probe);
await probe.close();
const { read } = FileHandle;
const done = new WeakMap();
FileHandle.read = async function (...words) {
  const found = await read.apply(this, words);
  const sum = (done.get(this) ?? 0) + found.bytesRead;
  done.set(this, sum);
  if (sum > Number(process.env.FAIL_AFTER)) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', errno: -5, syscall: 'read' });
  return found;
};
`;

describe('what verify and restore find in several levels and sets', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
    await writeFile(join(lab.source, 'file'), 'one\n');
    await ourBackup(lab);
    await appendFile(join(lab.source, 'file'), 'two\n');
    await ourBackup(lab);
    await mustAgent(lab, 'backup', ['-F', lab.source, '-N', 'other']);
  });
  afterAll(() => lab.close());

  it('N20: all damaged objects of all levels and sets are named, and the sound set is said to be sound', async () => {
    const [full, increment] = await lab.levels();
    if (full === undefined || increment === undefined) throw new Error('two levels are needed');
    const store = join(lab.root, 'store-damaged');
    await cp(lab.store, store, { recursive: true });
    await flipBit(objectPath(store, full, 'index'), 30);
    await flipBit(objectPath(store, full, 'data'), 30);
    await truncate(objectPath(store, increment, 'pieces'), 5);
    const ended = await runAgent(lab, 'verify', ['-C', store, '--json', '-N', 'set']);
    expect(ended.code).toBe(1);
    const { levels } = JSON.parse(ended.stdout) as { levels: readonly { level: string; problems: readonly string[] }[] };
    expect(levels.map(({ level }) => level)).toEqual([`0_${full.t}`, `1_${increment.t}`]);
    expect(levels[0]?.problems).toHaveLength(2);
    expect(levels[0]?.problems.join()).toMatch(/index of 0_.*data of 0_/);
    expect(levels[1]?.problems.join()).toMatch(/pieces of 1_/);
    expect((await runAgent(lab, 'verify', ['-C', store, '-N', 'other'])).code).toBe(0);
  });

  it('N58: an archive that ends between two of its members is not taken for whole', async () => {
    await mkdir(join(lab.root, 'members'));
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(lab.root, 'members', name), `${name}\n`);
    await mustAgent(lab, 'backup', ['-F', join(lab.root, 'members'), '-N', 'members', '--compression', 'none']);
    const data = objectPath(lab.store, await lab.newest('members'), 'data', 'members');
    const bytes = await readFile(data);
    // Behind the header of each file comes one block with its line.
    const end = bytes.indexOf('b\n') + 512;
    expect(end % 512).toBe(0);
    await writeFile(data, bytes.subarray(0, end));
    const target = lab.target();
    const ended = await runAgent(lab, 'restore', ['-N', 'members', '--restore-abs-path', target]);
    expect({ code: ended.code, written: await exists(target) }).toEqual({ code: 1, written: false });
    expect(expectOneLine(ended)).toMatch(/data of 0_\d+ .*bytes instead of/);
  });
});
