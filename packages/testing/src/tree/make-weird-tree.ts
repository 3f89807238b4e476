import { execFile } from 'node:child_process';
import { chmod, chown, link, mkdir, open, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What can be made depends on who makes it. */
export interface WeirdTreeOptions {
  /** Device nodes, foreign owners, ACLs, extended attributes, a capability: needs root and the programs mknod, setfattr, setfacl, setcap. */
  readonly asRoot: boolean;
  /** A socket, which no tar can hold. Default: false. */
  readonly socket?: boolean;
}

const NAMES = [
  'line\nend',
  'tab\tstop',
  '-rf',
  '--checkpoint=1',
  "quote'single",
  'quote"double',
  'back\\slash',
  'back\\nslash',
  'space at the end ',
  ' space first',
  'a -> b',
  'link to c',
  '*?[x]',
  '$(id)',
  '%d%s',
  '#hash',
  'ünïcödé-✓',
  '~tilde',
  'x'.repeat(255),
];
const RAW_NAMES = [Buffer.from([0xff, 0xfe, 0x2d]), Buffer.from('latin-\xe4\xf6', 'latin1'), Buffer.from([0x80, 0x0a, 0x81])];

/** Fills a directory (made when absent) with whatever names, types, times and links a file system allows. */
export async function makeWeirdTree(root: string, { asRoot, socket = false }: WeirdTreeOptions): Promise<void> {
  await mkdir(root, { recursive: true });
  await makeNames(root);
  await makeLinks(root);
  await makeFiles(root);
  await makeDeepPath(root);
  await run('mkfifo', [`${root}/fifo`]);
  if (socket) await makeSocket(root);
  if (asRoot) await makePrivileged(root);
  await makeModes(root, asRoot);
  await makeTimes(root);
}

async function makeNames(root: string): Promise<void> {
  await mkdir(`${root}/names`);
  for (const [index, name] of NAMES.entries()) await writeFile(`${root}/names/${name}`, `bytes of name ${index}\n`);
  for (const name of RAW_NAMES) await writeFile(Buffer.concat([Buffer.from(`${root}/names/`), name]), name);
  await mkdir(Buffer.concat([Buffer.from(`${root}/`), Buffer.from('folder-\xfc\n', 'latin1')]));
  await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from('folder-\xfc\n/inside', 'latin1')]), 'inside');
}

async function makeLinks(root: string): Promise<void> {
  for (const folder of ['links', 'links/one', 'links/two', 'links/empty']) await mkdir(`${root}/${folder}`);
  await writeFile(`${root}/links/two/original`, 'three names, one inode');
  await link(`${root}/links/two/original`, `${root}/links/one/another`);
  await link(`${root}/links/two/original`, `${root}/links/a name -> of it`);
  await symlink('two/original', `${root}/links/c -> d`);
  await symlink('target -> with arrow', `${root}/links/arrow`);
  await symlink('nowhere/at all', `${root}/links/dangling`);
  await symlink('loop-b', `${root}/links/loop-a`);
  await symlink('loop-a', `${root}/links/loop-b`);
  await symlink('..', `${root}/links/up`);
  await symlink(Buffer.from('raw-\xe9\n', 'latin1'), `${root}/links/raw`);
  await symlink(`/${'deep/'.repeat(60)}end`, `${root}/links/long`);
}

async function makeFiles(root: string): Promise<void> {
  for (const folder of ['files', 'files/empty-folder']) await mkdir(`${root}/${folder}`);
  await writeFile(`${root}/files/empty`, '');
  await writeFile(`${root}/files/one byte`, '\0');
  await writeFile(`${root}/files/block`, Buffer.alloc(512, 1));
  await writeFile(`${root}/files/zeros`, Buffer.alloc(100_000));
  await makeSparse(`${root}/files/sparse`, [0, 3_000_000, 9_999_000]);
  await makeSparse(`${root}/files/sparse-end`, [20_000_000]);
  const hole = await open(`${root}/files/only a hole`, 'w');
  await hole.truncate(5_000_000);
  await hole.close();
}

async function makeSparse(file: string, offsets: readonly number[]): Promise<void> {
  const handle = await open(file, 'w');
  for (const offset of offsets) await handle.write(`data at ${offset}`, offset);
  await handle.close();
}

/** 60 folders, more than 1024 bytes of path. */
async function makeDeepPath(root: string): Promise<void> {
  const deep = `${root}/deep/${Array.from({ length: 60 }, (_, index) => `folder-of-level-${String(index).padStart(3, '0')}`).join('/')}`;
  await mkdir(deep, { recursive: true });
  await writeFile(`${deep}/bottom`, 'the bottom');
}

/** A process that dies at once leaves its socket behind. */
async function makeSocket(root: string): Promise<void> {
  const program = "require('node:net').createServer().listen('socket', () => process.kill(process.pid, 'SIGKILL'))";
  await run(process.execPath, ['-e', program], { cwd: root }).catch((error: { signal?: string }) => {
    if (error.signal !== 'SIGKILL') throw new TypeError('the socket could not be made', { cause: error });
  });
}

async function makeModes(root: string, asRoot: boolean): Promise<void> {
  await mkdir(`${root}/modes`);
  // Only root reads what nobody may read.
  for (const mode of [...(asRoot ? [0o000] : []), 0o400, 0o644, 0o755, 0o4755, 0o2755, 0o1644, 0o6711]) {
    const file = `${root}/modes/${mode.toString(8).padStart(4, '0')}`;
    await writeFile(file, 'x');
    await chmod(file, mode);
  }
  for (const mode of [0o1777, 0o2775, 0o500, 0o700]) {
    await mkdir(`${root}/modes/folder-${mode.toString(8)}`);
    await chmod(`${root}/modes/folder-${mode.toString(8)}`, mode);
  }
}

async function makePrivileged(root: string): Promise<void> {
  const at = `${root}/root`;
  for (const folder of [at, `${at}/default-acl`]) await mkdir(folder);
  await run('mknod', [`${at}/null`, 'c', '1', '3']);
  await run('mknod', [`${at}/block`, 'b', '259', '70000']);
  for (const name of ['xattr', 'trusted', 'acl', 'capable', 'owned', 'setuid-owned']) await writeFile(`${at}/${name}`, name);
  await run('setfattr', ['-n', 'user.comment', '-v', '0x00ff0a22', `${at}/xattr`]);
  await run('setfattr', ['-n', 'user.second', '-v', 'text', `${at}/xattr`]);
  await run('setfattr', ['-n', 'user.folder', '-v', 'of a folder', at]);
  await run('setfattr', ['-n', 'trusted.freezer', '-v', '0x01', `${at}/trusted`]);
  await run('setfacl', ['-m', 'u:1234:rw,g:4321:r', `${at}/acl`]);
  await run('setfacl', ['-m', 'u:1234:rwx', '-m', 'd:u:1234:rwx,d:g:4321:rx', `${at}/default-acl`]);
  await chown(`${at}/owned`, 12_345, 54_321);
  await chown(`${at}/setuid-owned`, 12_345, 54_321);
  await chmod(`${at}/setuid-owned`, 0o4711);
  await run('setcap', ['cap_net_raw+ep', `${at}/capable`]);
}

/** Last, because everything made in a folder changes its time. */
async function makeTimes(root: string): Promise<void> {
  await mkdir(`${root}/times/folder`, { recursive: true });
  const times: readonly (readonly [string, string])[] = [
    ['nanoseconds', '@1700000000.123456789'],
    ['whole', '@1700000001'],
    ['before-1970', '@-86400.5'],
    ['long-ago', '@-1000000000.000000001'],
    ['far', '@4000000000.999999999'],
  ];
  for (const [name, time] of times) {
    await writeFile(`${root}/times/${name}`, name);
    await run('touch', ['-d', time, `${root}/times/${name}`]);
  }
  await symlink('whole', `${root}/times/link`);
  await run('touch', ['-h', '-d', '@1600000000.987654321', `${root}/times/link`]);
  await run('touch', ['-d', '@1500000000.000000007', `${root}/times/folder`]);
  for (const folder of ['times', 'links', 'files', 'names']) await utimes(path.join(root, folder), 1_650_000_000, 1_650_000_000.5);
}
