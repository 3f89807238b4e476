import { appendFile, chmod, chown, link, mkdir, open, readdir, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTrees, makeWeirdTree, readTree, type TreeEntry } from '@freezer/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lab } from './harness/lab.ts';
import { ourArguments, ourBackup, ourEnvironment, ourRestore, ours, oursEnds, type Printed } from './harness/our-agent.ts';
import { type Ended, mustRun, runProgram } from './harness/run-program.ts';
import { inTree } from './harness/tree-lines.ts';

jest.setTimeout(300_000);

const NOBODY = 65_534;

let lab: Lab;
beforeEach(async () => {
  lab = await Lab.open();
});
afterEach(() => lab.close());

/** The same run by somebody who is not root. The lab is his. */
async function asNobody(action: string, options: readonly string[]): Promise<Ended> {
  await chmod(lab.root, 0o755);
  for (const folder of [lab.state, lab.store, lab.home]) await mustRun('chown', ['-R', `${NOBODY}:${NOBODY}`, folder]);
  const run = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', process.execPath];
  const withLog = [...options, '--log-file', join(lab.home, 'nobody.log'), '--json'];
  return runProgram('setpriv', [...run, ...ourArguments(lab, action, withLog)], { cwd: lab.home, env: ourEnvironment(lab) });
}

const document = ({ stdout }: Ended): Printed => ({ ...JSON.parse(Buffer.from(stdout, 'latin1').toString('utf8')) });

const CHANGES: readonly ((at: (path: string) => Buffer) => Promise<void>)[] = [
  async (at) => {
    await rename(at('folder-\xfc\n'), at('folder-\xfe\n'));
    await writeFile(at('folder-\xfe\n/\x80'), 'new');
    await rm(at('names/line\nend'));
    await appendFile(at('names/tab\tstop'), 'more');
    await rm(at('names/quote"double'));
    await mkdir(at('names/quote"double'));
    await rmdir(at('links/empty'));
    await symlink('-rf', at('links/empty'));
    await link(at('links/two/original'), at('names/fourth name'));
    const sparse = await open(at('files/sparse'), 'r+');
    await sparse.write('in the hole', 5_000_001);
    await sparse.close();
    await chmod(at('modes/folder-1777'), 0o3700);
  },
  async (at) => {
    await mustRun('sh', ['-ec', 'setfattr -x user.second xattr; setfacl -m u:77:r acl; setcap -r capable; rm null; mknod null c 1 5'], {
      cwd: at('root').toString('utf8'),
    });
    await rename(at('deep'), at('names/deep'));
    await rm(at('links/one'), { recursive: true });
    await rm(at('files/only a hole'));
    await mustRun('touch', ['-d', '@1234567890.000000001', at('times/whole').toString('utf8')]);
    await chown(at('root/owned'), 7, 8);
  },
];

/** What happens to the weird tree between its levels. */
const change = (level: number): Promise<void> | undefined => CHANGES[level - 1]?.((path) => inTree(lab.source, path));

describe('as root', () => {
  it('names, links, holes, times, owners, xattrs, ACLs, capabilities, devices and FIFOs come back: a full and its increments', async () => {
    await makeWeirdTree(lab.source, { asRoot: true });
    const points: { t: number; tree: TreeEntry[] }[] = [{ t: await ourBackup(lab), tree: await readTree(lab.source) }];
    for (const level of [1, 2]) {
      await change(level);
      points.push({ t: await ourBackup(lab), tree: await readTree(lab.source) });
    }
    expect((await lab.levels()).map(({ level }) => level)).toEqual([0, 1, 2]);
    for (const { t, tree } of points) expect(compareTrees(tree, await readTree(await ourRestore(lab, t)))).toEqual([]);
    await oursEnds(lab, 0, 'verify', ['--depth', 'restore']);
  });

  it('the same, encrypted with names hidden, and over what is there', async () => {
    const pass = ['--encrypt-pass-file', lab.passFile];
    await makeWeirdTree(lab.source, { asRoot: true });
    await ourBackup(lab, [...pass, '--encryption', 'aes-256-gcm']);
    await change(1);
    await ourBackup(lab, [...pass, '--encryption', 'aes-256-gcm']);
    const target = await ourRestore(lab, undefined, pass);
    expect(compareTrees(await readTree(lab.source), await readTree(target))).toEqual([]);
    await writeFile(join(target, 'stray'), 'goes');
    await oursEnds(lab, 0, 'restore', ['--restore-abs-path', target, '--overwrite', '--delete', ...pass]);
    expect(compareTrees(await readTree(lab.source), await readTree(target))).toEqual([]);
  });

  it('N2: sockets and what is mounted below are named, and the run is a success', async () => {
    await makeWeirdTree(lab.source, { asRoot: false, socket: true });
    const mounted = join(lab.source, 'mounted');
    await mkdir(mounted);
    await mustRun('mount', ['-t', 'tmpfs', 'none', mounted]);
    try {
      await writeFile(join(mounted, 'inside'), 'not saved');
      const made = await oursEnds(lab, 0, 'backup', ['-F', lab.source]);
      expect(made).toMatchObject({ result: 'success', skipped_total: 2 });
      expect(made['skipped']).toEqual(
        expect.arrayContaining([expect.objectContaining({ path: 'mounted', reason: 'mount' }), expect.objectContaining({ path: 'socket', reason: 'socket' })]),
      );
      const target = await ourRestore(lab);
      expect(await readdir(join(target, 'mounted'))).toEqual([]);
    } finally {
      await mustRun('umount', [mounted]);
    }
    await rm(join(lab.source, 'socket'));
    const target = await ourRestore(lab);
    const differences = compareTrees(await readTree(lab.source), await readTree(target), { without: ['mtime'] });
    // The mode of the mount point is that of what was mounted there.
    expect(differences.filter((line) => !line.startsWith('"mounted"'))).toEqual([]);
  });
});

describe('as another user', () => {
  it('N1: what cannot be read is named with its reason, the run ends with 3, and the rest is saved', async () => {
    for (const name of ['open', 'secret']) await writeFile(join(lab.source, name), name);
    await mkdir(join(lab.source, 'closed'));
    await writeFile(join(lab.source, 'closed', 'inside'), 'x');
    await chmod(join(lab.source, 'secret'), 0o600);
    await chmod(join(lab.source, 'closed'), 0o700);
    const ended = await asNobody('backup', ['-F', lab.source]);
    expect(ended.code).toBe(3);
    expect(document(ended)).toMatchObject({
      result: 'partial',
      skipped_total: 2,
      skipped: expect.arrayContaining([
        expect.objectContaining({ path: 'secret', reason: 'unreadable', detail: 'Permission denied' }),
        expect.objectContaining({ path: 'closed', reason: 'unreadable', detail: 'Permission denied' }),
      ]),
    });
    expect(await readdir(await ourRestore(lab))).toEqual(['open']);
  });

  it('N27: what a restore cannot keep is named, it ends with 3, and contents come back', async () => {
    await makeWeirdTree(lab.source, { asRoot: true });
    await chmod(join(lab.source, 'modes', '0000'), 0o600);
    await ourBackup(lab);
    const target = join(lab.home, 'target');
    await mkdir(target);
    await chown(target, NOBODY, NOBODY);
    const ended = await asNobody('restore', ['--restore-abs-path', target]);
    expect(ended.code).toBe(3);
    expect(document(ended)).toMatchObject({
      result: 'partial',
      problems: expect.arrayContaining([
        expect.objectContaining({ path: 'root/null', detail: expect.stringContaining('Operation not permitted') }),
        expect.objectContaining({ path: '.', detail: expect.stringContaining('belong to other users') }),
      ]),
    });
    const [before, after] = [await readTree(lab.source), await readTree(target)];
    const lost = compareTrees(before, after, { without: ['owner', 'root'] });
    // Below `root/` lies what only root can make.
    expect(lost.filter((line) => !/^"root[/"]/.test(line))).toEqual([]);
  });

  it('a storage that others may not read: the files and folders that we make are for their owner only', async () => {
    await writeFile(join(lab.source, 'a'), 'a');
    await chmod(lab.store, 0o755);
    await ourBackup(lab);
    const open = await mustRun('find', [lab.store, '-mindepth', '1', '-perm', '/077']);
    expect(open).toBe('');
    expect(await ours(lab, 'list')).toMatchObject({ code: 0 });
  });
});
