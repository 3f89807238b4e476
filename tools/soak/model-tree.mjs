import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

const NAMES = [
  'a',
  'b',
  'c',
  'line\nend',
  '-rf',
  'back\\nslash',
  'a -> b',
  "it's",
  ' blank ',
  '*?[x]',
  '\xe4\xff raw',
  '\xc3\xbc',
  '\x80\n',
  '%41',
  '~',
  'x'.repeat(255),
  '\xfe'.repeat(255),
];
/** Below it nothing is renamed but files, so that here hard links may go from folder to folder. */
const FIXED = 'fixed';
const MOST_ENTRIES = 110;
/** Elsewhere the same path is a little longer, and the system takes 4096 bytes. */
const LONGEST = 3000;
const isRoot = process.getuid?.() === 0;

/**
 * A tree that changes as no user would change it. Paths are texts of which each char is one byte.
 * Left out, because it is known: a hard link from one folder to another of which one is renamed comes back as two files.
 */
export class ModelTree {
  #made = 0;

  /** @param {string} root @param {import('./random.mjs').Random} random @param {boolean} hasXattrs */
  constructor(root, random, hasXattrs) {
    this.root = root;
    this.random = random;
    this.hasXattrs = hasXattrs;
  }

  /** Fills an empty or absent folder. */
  fill() {
    for (const folder of ['.', FIXED, `${FIXED}/one`, `${FIXED}/two`, 'a', 'a/b', 'a/b/c']) mkdirSync(this.#at(folder), { recursive: true });
    // No change takes it away: a source that lost all that it held ends with 3, by design.
    writeFileSync(this.#at(`${FIXED}/always here`), 'always');
    this.change(150);
  }

  /** So many changes; one that is not possible in this tree is left. */
  change(count) {
    for (let left = count; left > 0; left -= 1) {
      const [, act] = this.random.pick(CHANGES);
      try {
        act(this);
      } catch (error) {
        if (!['EEXIST', 'ENOENT', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EINVAL', 'ENAMETOOLONG', 'EMLINK', 'ELOOP'].includes(error.code)) throw error;
      }
    }
    const all = this.paths();
    for (const path of all) if (path.length > LONGEST) this.remove(path);
    for (let over = all.length - MOST_ENTRIES; over > 0; over -= 1) this.remove(this.random.pick(all));
  }

  #at(path) {
    return Buffer.from(path === '.' ? this.root : `${this.root}/${path}`, 'latin1');
  }

  at(path) {
    return this.#at(path);
  }

  /** Every path below the root, a folder before what is in it. */
  paths(below = '.') {
    return readdirSync(this.#at(below), { encoding: 'buffer' }).flatMap((name) => {
      const path = below === '.' ? name.toString('latin1') : `${below}/${name.toString('latin1')}`;
      return lstatSync(this.#at(path)).isDirectory() ? [path, ...this.paths(path)] : [path];
    });
  }

  some(accepts) {
    const found = this.paths().filter((path) => accepts(lstatSync(this.#at(path)), path));
    if (found.length === 0) throw Object.assign(new Error('nothing fits'), { code: 'ENOENT' });
    return this.random.pick(found);
  }

  file() {
    return this.some((stat) => stat.isFile());
  }

  /** A folder to put something into; at times the root. */
  folder() {
    return this.random.below(6) === 0 ? '.' : this.some((stat) => stat.isDirectory());
  }

  /** A folder that may go elsewhere. */
  loose() {
    return this.some((stat, path) => stat.isDirectory() && !isFixed(path));
  }

  /** A path for something in a folder; it may be taken. */
  name(folder = this.folder()) {
    const name = this.random.below(5) === 0 ? `n${(this.#made += 1)}` : this.random.pick(NAMES);
    return folder === '.' ? name : `${folder}/${name}`;
  }

  /** Bytes of no, little or some length; at times of whole blocks. */
  content() {
    const size = this.random.pick([0, 1, 511, 512, 513, 4096, 10_240, 100_000]);
    return Buffer.alloc(size, `${this.random.below(1e9)} ${this.#made} `);
  }

  write(path) {
    if (existsSync(this.#at(path)) && !statSync(this.#at(path)).isFile()) return;
    // What is there already is changed in place, under all of its names.
    writeFileSync(this.#at(path), this.content());
  }

  sparse(path) {
    const file = openSync(this.#at(path), 'wx');
    try {
      for (let parts = this.random.below(4); parts > 0; parts -= 1) writeSync(file, `data ${this.random.below(1e9)}`, this.random.below(4_000_000));
      ftruncateSync(file, this.random.below(6_000_000));
    } finally {
      closeSync(file);
    }
  }

  remove(path) {
    if (path === FIXED || /^fixed\/(one|two|always here)$/.test(path)) return;
    rmSync(this.#at(path), { recursive: true, force: true });
  }

  rename(from, to) {
    if (isFixed(to) !== isFixed(from) || `${to}/`.startsWith(`${from}/`)) return;
    renameSync(this.#at(from), this.#at(to));
  }

  /** A link of a file within its folder; below `fixed` into any other. */
  link(path) {
    const folder = isFixed(path) ? this.random.pick([FIXED, `${FIXED}/one`, `${FIXED}/two`]) : parentOf(path);
    linkSync(this.#at(path), this.#at(this.name(folder)));
  }

  swap(one, other) {
    if (`${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`) || isFixed(one) !== isFixed(other)) return;
    const aside = 'aside while two are exchanged';
    renameSync(this.#at(one), this.#at(aside));
    renameSync(this.#at(other), this.#at(one));
    renameSync(this.#at(aside), this.#at(other));
  }

  /** The folder in which another lies goes into that one: a/b becomes b/a. */
  turnInsideOut(path) {
    const outer = parentOf(path);
    if (outer === '.' || isFixed(path)) return;
    const aside = 'aside while two are turned';
    renameSync(this.#at(path), this.#at(aside));
    const inner = `${aside}/${baseOf(outer)}`;
    if (existsSync(this.#at(inner))) renameSync(this.#at(aside), this.#at(path));
    else {
      renameSync(this.#at(outer), this.#at(inner));
      const place = parentOf(outer) === '.' ? baseOf(path) : `${parentOf(outer)}/${baseOf(path)}`;
      renameSync(this.#at(aside), this.#at(existsSync(this.#at(place)) ? outer : place));
    }
  }

  /** Something of another type takes the name of what is there. */
  replace(path) {
    const stat = lstatSync(this.#at(path));
    this.remove(path);
    if (stat.isDirectory()) this.random.pick([() => this.write(path), () => symlinkSync('elsewhere', this.#at(path))])();
    else {
      mkdirSync(this.#at(path));
      this.write(`${path}/inside`);
    }
  }

  /** To the nanosecond, also before 1970. */
  stamp(path) {
    const seconds = this.random.below(2_000_000_000) - (this.random.below(5) === 0 ? 2_100_000_000 : 0);
    run('touch', ['-h', '-d', timeText(BigInt(seconds) * 1_000_000_000n + BigInt(this.random.below(1e9))), this.#at(path)]);
  }

  /** Known, and left out: GNU tar takes no attribute away from a directory of the level below, so only those of `fixed`, which stay, have some. */
  attribute() {
    const path = this.some((stat, name) => stat.isFile() || (stat.isDirectory() && isFixed(name)));
    const value = `0x${this.random.below(256).toString(16).padStart(2, '0')}`;
    if (this.hasXattrs) run('setfattr', ['-n', XATTR, '-v', value, this.#at(path)]);
  }

  pipe(path) {
    lstatSync(this.#at(parentOf(path)));
    if (lstatSync(this.#at(path), { throwIfNoEntry: false }) === undefined) run('mkfifo', [this.#at(path)]);
  }

  run(program, words) {
    run(program, words);
  }
}

const parentOf = (path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.');
const baseOf = (path) => path.slice(path.lastIndexOf('/') + 1);
const isFixed = (path) => path === FIXED || path.startsWith(`${FIXED}/`);
/** Of a file with several names not even the folder may change, but below `fixed`. */
const mayMove = (stat, path) => stat.isFile() && (stat.nlink === 1 || isFixed(path));

/** Node hands on arguments as UTF-8 only: a shell makes the bytes. Nothing else is left to it. */
function run(program, words) {
  const octal = (word) => [...Buffer.from(word)].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`).join('');
  // What a shell takes in loses the line feeds at its end, so a dot stands there.
  const values = words.map((word, at) => `w${at}=$(printf %b '${octal(word)}.'); w${at}=\${w${at}%.}`);
  const script = `${values.join('; ')}; exec ${program} ${words.map((_, at) => `"$w${at}"`).join(' ')}`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { encoding: 'latin1' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}

/** As touch takes it. */
function timeText(ns) {
  const [sign, size] = ns < 0n ? ['-', -ns] : ['', ns];
  return `@${sign}${size / 1_000_000_000n}.${String(size % 1_000_000_000n).padStart(9, '0')}`;
}

const XATTR = 'user.model';
/** Whether the file system and the programs of this host keep extended attributes. */
export function keepsXattrs(folder) {
  return spawnSync('setfattr', ['-n', XATTR, '-v', 'x', folder]).status === 0 && spawnSync('setfattr', ['-x', XATTR, folder]).status === 0;
}

/** What may happen, each as often as it stands here. */
const CHANGES = [
  ...Array(6).fill(['file', (tree) => tree.write(tree.name())]),
  ...Array(3).fill(['folder', (tree) => mkdirSync(tree.at(tree.name()))]),
  ['sparse', (tree) => tree.sparse(tree.name())],
  ['append', (tree) => appendFileSync(tree.at(tree.file()), tree.content())],
  [
    'unseen',
    // Other bytes of the same size, and the time set back.
    (tree) => {
      const path = tree.some((stat) => stat.isFile() && stat.size > 0 && stat.size < 200_000);
      const { size, mtimeNs } = lstatSync(tree.at(path), { bigint: true });
      writeFileSync(tree.at(path), Buffer.alloc(Number(size), `${tree.random.below(1e9)}`));
      tree.run('touch', ['-d', timeText(mtimeNs), tree.at(path)]);
    },
  ],
  ...Array(3).fill(['remove file', (tree) => tree.remove(tree.some((stat) => !stat.isDirectory()))]),
  ['remove folder', (tree) => tree.remove(tree.loose())],
  ...Array(3).fill(['rename folder', (tree) => tree.rename(tree.loose(), tree.name())]),
  ...Array(2).fill(['swap folders', (tree) => tree.swap(tree.loose(), tree.loose())]),
  ...Array(2).fill(['inside out', (tree) => tree.turnInsideOut(tree.loose())]),
  [
    'old name',
    // A folder goes elsewhere, and another one with a file of the same name takes its place.
    (tree) => {
      const path = tree.loose();
      tree.rename(path, tree.name());
      mkdirSync(tree.at(path));
      tree.write(`${path}/a`);
    },
  ],
  ['rename file', (tree) => tree.rename(tree.some(mayMove), tree.name())],
  ['swap files', (tree) => tree.swap(tree.some(mayMove), tree.some(mayMove))],
  ...Array(2).fill(['replace', (tree) => tree.replace(tree.some((_, path) => !isFixed(path)))]),
  ['symlink', (tree) => symlinkSync(tree.at(tree.random.pick(NAMES)).subarray(tree.root.length + 1), tree.at(tree.name()))],
  ...Array(3).fill(['link', (tree) => tree.link(tree.file())]),
  ['mode of file', (tree) => chmodSync(tree.at(tree.file()), (isRoot ? 0 : 0o600) | tree.random.below(0o10000))],
  ['mode of folder', (tree) => chmodSync(tree.at(tree.some((stat) => stat.isDirectory())), 0o700 | tree.random.below(0o10000))],
  [
    'owner',
    (tree) => isRoot && chownSync(tree.at(tree.some((stat) => stat.isFile() || stat.isDirectory())), tree.random.below(70_000), tree.random.below(70_000)),
  ],
  ...Array(2).fill(['time', (tree) => tree.stamp(tree.some(() => true))]),
  ['attribute', (tree) => tree.attribute()],
  ['pipe', (tree) => tree.pipe(tree.name())],
];
