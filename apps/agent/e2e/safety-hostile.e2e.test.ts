import { createHash, createHmac } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab, type StoredLevel } from './harness/lab.ts';
import { type Options, ourBackup, ourRestore } from './harness/our-agent.ts';
import { makeSampleTree } from './harness/sample-tree.ts';
import { treeLines } from './harness/tree-lines.ts';
import { expectOneLine, mustAgent, runAgent } from './safety/agent-runs.ts';
import { plainTar, type TarMember } from './safety/plain-tar.ts';
import { exists } from './safety/remains.ts';
import { objectPath } from './safety/stored-set.ts';
import { filesBelow, wholeListing } from './safety/whole-listing.ts';

jest.setTimeout(60_000);

let lab: Lab;
let pass: Options;
beforeEach(async () => {
  lab = await Lab.open();
  pass = ['--encrypt-pass-file', lab.passFile];
});
afterEach(() => lab.close());

async function expectRefused(why: RegExp, options: Options = pass): Promise<void> {
  const target = lab.target();
  const ended = await runAgent(lab, 'restore', ['--restore-abs-path', target, ...options]);
  expect({ code: ended.code, written: await exists(target), line: expectOneLine(ended) }).toEqual({
    code: 1,
    written: false,
    line: expect.stringMatching(why),
  });
}

const levelFolderOf = (level: Omit<StoredLevel, 'superseded'>, part: 'data' | 'metadata', name?: string): string =>
  dirname(objectPath(lab.store, level, part === 'metadata' ? 'metadata' : 'data', name));

describe('N35: who may write to the storage, and has no passphrase', () => {
  let full: StoredLevel;
  let increment: StoredLevel;
  beforeEach(async () => {
    await makeSampleTree(lab.source);
    await ourBackup(lab, pass);
    await writeFile(join(lab.source, 'a.txt'), 'changed\n');
    await ourBackup(lab, pass);
    const [first, second] = await lab.levels();
    if (first === undefined || second === undefined) throw new Error('two levels are needed');
    [full, increment] = [first, second];
  });

  it('renames a level to make it newer', async () => {
    const later = { ...increment, t: increment.t + 60 };
    for (const part of ['data', 'metadata'] as const) await rename(levelFolderOf(increment, part), levelFolderOf(later, part));
    await expectRefused(/manifest of 1_\d+/);
  });

  it('renames a set', async () => {
    for (const part of ['data', 'metadata']) await rename(join(lab.store, part, 'tar/labhost_set'), join(lab.store, part, 'tar/labhost_victim'));
    await expectRefused(/manifest of 0_\d+ .*belongs to .*labhost_set/, [...pass, '-N', 'victim']);
  });

  it('puts the level of another set of the same passphrase in place of a level', async () => {
    await writeFile(join(lab.source, 'a.txt'), 'of the other set\n');
    await mustAgent(lab, 'backup', ['-F', lab.source, '-N', 'other', ...pass]);
    const other = await lab.newest('other');
    for (const part of ['data', 'metadata'] as const) {
      await rm(levelFolderOf(full, part), { recursive: true });
      await cp(levelFolderOf(other, part, 'other'), levelFolderOf(full, part), { recursive: true });
    }
    await expectRefused(/manifest of 0_\d+/);
  });

  it('plays back an older state of the storage: the host says that its newest point is gone', async () => {
    for (const part of ['data', 'metadata'] as const) await rm(levelFolderOf(increment, part), { recursive: true });
    await lab.tick();
    await mustAgent(lab, 'backup', ['-F', lab.source, '--incremental', ...pass]);
    expect(await readFile(join(lab.root, 'ours.log'), 'utf8')).toMatch(/ERROR .*the last point that this host made is gone.*1_\d+/);
  });

  it('writes a manifest of his own, with digests that are right, and no passphrase', async () => {
    const path = objectPath(lab.store, increment, 'manifest');
    const [line = ''] = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, `${line}\nsha256 ${createHash('sha256').update(line).digest('hex')}\n`);
    await expectRefused(/1_\d+ .*manifest without a passphrase/);
    await writeFile(path, `${line}\nhmac-sha256 ${createHmac('sha256', 'guessed').update(line).digest('hex')}\n`);
    await expectRefused(/manifest of 1_\d+/);
  });

  it('takes all manifests away and puts data of his own there: refused where authenticity is required', async () => {
    for (const level of [full, increment]) await rm(objectPath(lab.store, level, 'manifest'));
    await expectRefused(/0_\d+ .*has no manifest, and --require-authenticated/, [...pass, '--require-authenticated']);
  });
});

/** Puts an archive onto the storage as Python Freezer does: without manifest, so that nothing but the archive says what is in it. */
async function plantArchive(members: readonly TarMember[]): Promise<void> {
  const level = { t0: 1_767_614_400, level: 0, t: 1_767_614_400 };
  for (const part of ['data', 'metadata'] as const) await mkdir(levelFolderOf(level, part), { recursive: true });
  await writeFile(objectPath(lab.store, level, 'data'), gzipSync(plainTar(members)));
  await writeFile(objectPath(lab.store, level, 'engine_metadata'), '');
  await writeFile(objectPath(lab.store, level, 'metadata'), JSON.stringify({ engine_name: 'tar', compression: 'gzip', encryption: false }));
}

describe.each(['empty', 'not empty'])('N50: an archive that wants to write outside of the target, which is %s', (state) => {
  const options = state === 'empty' ? [] : ['--overwrite'];

  it.each([
    ['by ..', (outside: string): TarMember[] => [{ name: `../${outside.split('/').at(-1)}/victim`, body: 'overwritten' }]],
    ['by .. inside of a path', (outside: string): TarMember[] => [{ name: `./folder/../../${outside.split('/').at(-1)}/victim`, body: 'overwritten' }]],
    ['by an absolute path', (outside: string): TarMember[] => [{ name: `${outside}/victim`, body: 'overwritten' }]],
    [
      'through a symbolic link of its own',
      (outside: string): TarMember[] => [
        { name: './way', type: '2', linkTarget: outside },
        { name: './way/victim', body: 'overwritten' },
      ],
    ],
    [
      'through a symbolic link that climbs',
      (outside: string): TarMember[] => [
        { name: './way', type: '2', linkTarget: `../${outside.split('/').at(-1)}` },
        { name: './way/victim', body: 'overwritten' },
      ],
    ],
    [
      'through a hard link',
      (outside: string): TarMember[] => [
        { name: './way', type: '1', linkTarget: `${outside}/victim` },
        { name: './way', body: 'overwritten' },
      ],
    ],
  ] satisfies [string, (outside: string) => TarMember[]][])('%s', async (_, members) => {
    const outside = join(lab.root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'victim'), 'untouched');
    await plantArchive([...members(outside), { name: './plain', body: 'plain\n' }]);
    const target = lab.target();
    if (state !== 'empty') {
      await mkdir(target);
      await writeFile(join(target, 'stray'), 'stray\n');
    }
    const before = await wholeListing(outside);
    const ended = await runAgent(lab, 'restore', ['--restore-abs-path', target, ...options]);
    expect([0, 1, 3]).toContain(ended.code);
    // Its count of links may change, should tar link to it; nothing else.
    expect((await wholeListing(outside)).map(withoutLinkCount)).toEqual(before.map(withoutLinkCount));
    expect((await readdir(lab.root)).filter((name) => name.includes('victim'))).toEqual([]);
  });

  it('through a symbolic link that somebody put into the target', async () => {
    if (state === 'empty') return;
    const outside = join(lab.root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'victim'), 'untouched');
    await mkdir(join(lab.source, 'way'));
    await writeFile(join(lab.source, 'way/victim'), 'from the backup\n');
    await writeFile(join(lab.source, 'other'), 'other\n');
    await mustAgent(lab, 'backup', ['-F', lab.source]);
    await rm(join(lab.source, 'way/victim'));
    await lab.tick();
    await mustAgent(lab, 'backup', ['-F', lab.source, '--incremental']);
    const first = (await lab.levels())[0];
    for (const t of [first?.t, undefined]) {
      const target = lab.target();
      await mkdir(target);
      await symlink(outside, join(target, 'way'));
      const before = await wholeListing(outside);
      const date = t === undefined ? [] : ['--restore-from-date', new Date(t * 1000).toISOString()];
      await mustAgent(lab, 'restore', ['--restore-abs-path', target, '--overwrite', ...date]);
      expect(await wholeListing(outside)).toEqual(before);
      expect(await filesBelow(target)).toEqual(t === undefined ? ['other'] : ['other', 'way/victim']);
    }
  });
});

const withoutLinkCount = (line: string): string => line.replace(/^(\S* \d+ \d+) \d+ (\d+) \d+/, '$1 $2');

describe('N48: what a shell would run is data', () => {
  const BAIT = '"; touch pwned; "';
  const MORE = ['$(touch pwned)', '`touch pwned`', "'; touch pwned; '", '| touch pwned', '\n touch pwned'];

  it('in paths, excludes, names and passphrases', async () => {
    for (const text of [BAIT, ...MORE]) {
      const source = join(lab.root, `source ${text}`.replaceAll('/', ''));
      await mkdir(source);
      await writeFile(join(source, `file ${text}`), 'file\n');
      await writeFile(join(source, `left out ${text}`), 'left out\n');
      const passFile = await lab.otherPassFile(`${text.trim()} and some more\n`);
      const name = text.replaceAll('\n', '');
      const set = ['-N', name, '--encrypt-pass-file', passFile];
      await mustAgent(lab, 'backup', ['-F', source, '--exclude', `left out ${text}`.replaceAll(/[[*?\\]/g, '?'), '--compression', 'xz', ...set]);
      const target = `${lab.target()} ${text}`;
      await mustAgent(lab, 'restore', ['--restore-abs-path', target, ...set]);
      expect(await filesBelow(target)).toEqual([`file ${text}`]);
    }
    expect(await filesBelowNamed('pwned')).toEqual([]);
  });

  const filesBelowNamed = async (name: string): Promise<readonly string[]> => (await filesBelow(lab.root)).filter((path) => path.split('/').at(-1) === name);

  it('options of tar in names of files and in patterns are names and patterns', async () => {
    for (const name of ['--checkpoint=1', '--checkpoint-action=exec=touch pwned', '-rf', '--to-command=touch pwned', '@file', '-T'])
      await writeFile(join(lab.source, name), name);
    await mustAgent(lab, 'backup', ['-F', lab.source, '--exclude=--to-command=touch pwned']);
    const restored = await filesBelow(await ourRestore(lab));
    expect(restored).toEqual((await filesBelow(lab.source)).filter((name) => name !== '--to-command=touch pwned'));
    expect(await treeLines(lab.source)).toHaveLength(6);
  });
});
