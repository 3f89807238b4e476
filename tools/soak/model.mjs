#!/usr/bin/env node
// A random engine against plain copies:
//   tools/soak/model.mjs [--steps 1000] [--seed N] [--stored plain|cfb|hidden|gcm]
// By turns it changes a tree, backs it up, lists, verifies, removes and restores, and compares each time with copies that `cp -a` made of the
// tree at each point. How the set is stored is chosen by the seed unless it is said. The seed is printed; a run depends on it alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeTree, differences } from '../checks/trees.mjs';
import { Host } from './host.mjs';
import { keepsXattrs, ModelTree } from './model-tree.mjs';
import { Random } from './random.mjs';

const STORED = ['plain', 'cfb', 'hidden', 'gcm'];
const { values } = parseArgs({ options: { steps: { type: 'string', default: '1000' }, seed: { type: 'string' }, stored: { type: 'string' } } });
const steps = Number(values.steps);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
if ((values.stored !== undefined && !STORED.includes(values.stored)) || !Number.isInteger(steps) || !Number.isInteger(seed)) {
  console.error(`model.mjs: --steps and --seed take whole numbers; --stored takes ${STORED.join(', ')}`);
  process.exit(2);
}
const MOST_POINTS = 14;
/** So much more than the copy may a restored tree take: other block sizes, metadata of the file system. */
const SLACK_BYTES = 1 << 20;

const random = new Random(seed);
const place = mkdtempSync(join(tmpdir(), 'freezer-soak-'));
const stored = values.stored ?? random.pick(STORED);
const hasXattrs = keepsXattrs(place);
const host = new Host(place, stored, describe);
const tree = new ModelTree(host.source, random, hasXattrs);
const tally = {};
let targets = 0;
console.log(`model: seed ${seed}, ${steps} steps, stored: ${stored}${hasXattrs ? '' : ', without extended attributes'}`);
async function run() {
  let now = 'the first backup';
  try {
    mkdirSync(host.source);
    mkdirSync(join(place, 'copies'));
    tree.fill();
    await backup(['--max-level', '3']);
    for (let step = 1; step <= steps; step += 1) {
      const [name, act] = random.pick(ACTIONS);
      now = `step ${step}, ${name}`;
      await act();
      tally[name] = (tally[name] ?? 0) + 1;
    }
    console.log(
      `model: ${Object.entries(tally)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ')}`,
    );
    rmSync(place, { recursive: true, force: true });
  } catch (error) {
    console.error(`model: seed ${seed}, stored ${stored}, ${now}: ${error.message}`);
    console.error(`kept for a look: ${place}`);
    process.exitCode = 1;
  }
}

/** What a tree is, extended attributes with it. */
function describe(root) {
  const lines = describeTree(root);
  if (!hasXattrs) return lines;
  const { stdout } = spawnSync('getfattr', ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '--', '.'], { cwd: root, encoding: 'latin1', maxBuffer: 1 << 28 });
  for (const block of stdout.split('\n\n')) {
    const [first = '', ...facts] = block.split('\n');
    const path = first.replace('# file: ', '').replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    const key = path === '.' ? '' : path.replace(/^\.\//, '');
    if (lines.has(key)) lines.set(key, [lines.get(key), ...facts.filter((fact) => fact !== '')].join(' '));
  }
  return lines;
}

const utc = (t) => `${new Date(t * 1000).toISOString().slice(0, 19)}Z`;
const copyOf = (t) => join(place, 'copies', String(t));

function must(words, options = {}) {
  const [program, ...rest] = words;
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

function same(expected, found, what) {
  const wrong = differences(expected, found);
  if (wrong.length > 0) throw new Error(`${what}: ${wrong.length} differences: ${wrong.slice(0, 4).join(' | ')}`);
}

const bytesOnDisk = (folder) => Number(must(['du', '-s', '-B1', folder]).split('\t')[0]);

async function backup(levels) {
  const before = describe(host.source);
  const { time_stamp: t } = host.backup(levels);
  must(['cp', '-a', '--sparse=always', host.source, copyOf(t)]);
  same(before, describe(copyOf(t)), 'the plain copy');
  const left = await host.leftovers();
  if (left.length > 0) throw new Error(`left over after a backup: ${left.slice(0, 4).join(', ')}`);
}

/** The points as the storage has them; those that are gone are forgotten. */
function points() {
  const found = host.points();
  const seen = new Set(found.map(({ t }) => t));
  for (const t of host.known.keys()) {
    if (seen.has(t)) continue;
    host.known.delete(t);
    rmSync(copyOf(t), { recursive: true, force: true });
  }
  for (const t of seen) if (!host.known.has(t)) throw new Error(`a point ${t} is listed that nobody made`);
  return found;
}

function newTarget() {
  return join(place, `target-${(targets += 1)}`);
}

function restoreWhole(point, words) {
  const target = newTarget();
  host.mustRun(['restore', '--restore-abs-path', target, ...words]);
  expectRestored(point, target, (_, found) => found);
}

function expectRestored(point, target, changed) {
  const expected = describe(copyOf(point.t));
  same(expected, changed(expected, describe(target)), `restored ${point.level}_${point.t}`);
  if (bytesOnDisk(target) > bytesOnDisk(copyOf(point.t)) + SLACK_BYTES) throw new Error(`restored ${point.level}_${point.t}: holes are lost`);
  rmSync(target, { recursive: true });
}

/** GNU tar takes no attribute away from a directory that is there already. Known, and said by the handbook. */
function withoutStrayAttributes(expected, found) {
  const isBare = (line) => line?.startsWith('directory ') && !line.includes(' user.');
  return new Map([...found].map(([path, line]) => [path, isBare(expected.get(path)) && line.startsWith('directory ') ? line.replace(/ user\..*$/, '') : line]));
}

/** Over an older or newer state with changes of its own. */
function restoreOverStrays() {
  const point = random.pick(points());
  const target = newTarget();
  must(['cp', '-a', '--sparse=always', copyOf(random.pick([...host.known.keys()])), target]);
  new ModelTree(target, random, hasXattrs).change(1 + random.below(12));
  host.mustRun(['restore', '--restore-abs-path', target, '--point', String(point.t), '--overwrite', '--delete']);
  expectRestored(point, target, (expected, found) => withoutStrayAttributes(expected, found));
}

/** Into another state, of which nothing may go that no level ever had. Only where a folder is in the way of a file the restore is partial. */
function restoreBeside() {
  const point = random.pick(points());
  const target = newTarget();
  must(['cp', '-a', '--sparse=always', copyOf(random.pick([...host.known.keys()])), target]);
  const before = describe(target);
  const folders = [...before].filter(([, line]) => line.startsWith('directory ')).map(([path]) => path);
  const strays = Array.from({ length: 3 }, (_, at) => [random.pick(folders), `stray ${at}`].filter((part) => part !== '').join('/'));
  for (const stray of strays) writeFileSync(Buffer.from(`${target}/${stray}`, 'latin1'), 'a stray');
  const expected = describe(copyOf(point.t));
  const inTheWay = [...expected].filter(([path, line]) => !line.startsWith('directory ') && folders.includes(path)).map(([path]) => path);
  const words = ['restore', '--restore-abs-path', target, '--point', String(point.t), '--overwrite'];
  const { status, stderr } = host.agent(words);
  if (status !== 0 && !(status === 3 && inTheWay.length > 0))
    throw new Error(`freezer-agent ${words.join(' ')} ended with ${status}: ${stderr.trim().slice(-600)}`);
  const found = withoutStrayAttributes(expected, describe(target));
  const lost = strays.find((stray) => !found.has(stray));
  if (lost !== undefined) throw new Error(`restored ${point.level}_${point.t}: '${lost}' is gone, which no level had`);
  const wanted = [...expected].filter(([path]) => !inTheWay.includes(path)).map(([path, line]) => [path, withoutNames(line)]);
  same(new Map(wanted), new Map(wanted.map(([path]) => [path, withoutNames(found.get(path))])), `restored ${point.level}_${point.t} beside strays`);
  rmSync(target, { recursive: true });
}

/** What may stand in an option as it is. */
const isPlain = (path) => /^[\w'~% ][\w'~% >/.-]*$/.test(path);
/** Of a part: names of a file outside of it do not count. */
const withoutNames = (line) => line?.replace(/^file\(\d+ names\)/, 'file');

function restorePart() {
  const point = random.pick(points());
  const all = describe(copyOf(point.t));
  const path = random.pick([...all.keys()].filter(isPlain));
  const target = newTarget();
  host.mustRun(['restore', '--restore-abs-path', target, '--point', String(point.t), `--path=${path}`]);
  const part = (lines) => new Map([...lines].filter(([key]) => key === path || key.startsWith(`${path}/`)).map(([key, line]) => [key, withoutNames(line)]));
  const found = describe(target);
  same(part(all), part(found), `restored '${path}' of ${point.level}_${point.t}`);
  const strange = [...found.keys()].find((key) => key !== '' && key !== path && !key.startsWith(`${path}/`) && !path.startsWith(`${key}/`));
  if (strange !== undefined) throw new Error(`restored '${path}' of ${point.level}_${point.t}: '${strange}' came with it`);
  rmSync(target, { recursive: true });
}

const jsonLines = (words) =>
  host
    .mustRun(words)
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const bytePath = (entry) => (entry.path_base64 === undefined ? Buffer.from(entry.path) : Buffer.from(entry.path_base64, 'base64')).toString('latin1');
const TYPES = { file: 'file', link: 'file', directory: 'directory', symlink: 'link', fifo: 'other' };

/** The list of a point, by its indexes, is what a walk of the copy finds. */
function show() {
  const point = random.pick(points());
  const entries = jsonLines(['show', '--json', '--point', String(point.t)]);
  const shown = new Map(
    entries.map((entry) => [
      bytePath(entry) === '.' ? '' : bytePath(entry),
      `${TYPES[entry.type]} ${entry.mode.replace(/^0+(?=.)/, '')} ${entry.uid}:${entry.gid} ${entry.mtime_ns}`,
    ]),
  );
  const walked = [...describeTree(copyOf(point.t))].map(([path, line]) => [path, withoutNames(line).split(' ').slice(0, 4).join(' ')]);
  same(new Map(walked), shown, `the list of ${point.level}_${point.t}`);
}

/** A path is found in the points whose copies have it. */
function find() {
  const all = points();
  const path = random.pick([...describeTree(copyOf(random.pick(all).t)).keys()].filter((key) => isPlain(key) && key.includes('/')));
  const [found] = jsonLines(['find', '--json', `--path=${path}`]).filter((one) => bytePath(one) === path);
  const times = all.filter(({ t }) => host.known.get(t).has(path)).map(({ t }) => t);
  const text = [times.length, Math.min(...times), Math.max(...times)].join(' ');
  const count = found?.versions.reduce((sum, version) => sum + version.points, 0);
  const foundText = [count, found?.versions[0].first_point.time_stamp, found?.versions.at(-1).last_point.time_stamp].join(' ');
  if (text !== foundText) throw new Error(`find '${path}': is in ${foundText} instead of ${text} (points, first, last)`);
}

/** Those that the rule keeps stay with what they stand on, and nothing else. */
async function remove(rule, isKept) {
  const before = points();
  host.mustRun(['admin', ...rule]);
  const after = new Set(points().map(({ t }) => t));
  const kept = before.filter((point) => isKept(point, before));
  const isNeeded = ({ t, t0, level }) => kept.some((one) => one.t === t || (one.t0 === t0 && one.level > level && one.t > t));
  const lost = kept.find(({ t }) => !after.has(t));
  if (lost !== undefined) throw new Error(`admin ${rule.join(' ')} removed ${lost.level}_${lost.t}`);
  const idle = before.find((point) => after.has(point.t) && !isNeeded(point));
  if (idle !== undefined) throw new Error(`admin ${rule.join(' ')} left ${idle.level}_${idle.t}, which nothing needs`);
  const left = await host.leftovers();
  if (left.length > 0) throw new Error(`left over after a removal: ${left.slice(0, 4).join(', ')}`);
}

async function removeByNumber() {
  const keep = 1 + random.below(5);
  await remove(['--keep-last', String(keep)], ({ t }, all) => all.filter((other) => other.t > t).length < keep);
}

/** The last one stays, however old it is. */
async function removeByDate() {
  const date = random.pick(points()).t;
  await remove(['--remove-from-date', utc(date)], ({ t }, all) => t > date || all.every((other) => other.t <= t));
}

const LEVELS = [
  [],
  ['--max-level', '1'],
  ['--max-level', '3'],
  ['--max-level', '3'],
  ['--always-level', '1'],
  ['--always-level', '2'],
  ['--incremental'],
  ['--incremental'],
  ['--incremental'],
  ['--always-level', '2', '--restart-always-level', '0.0001'],
];

const ACTIONS = [
  ...Array(7).fill([
    'backups',
    async () => {
      if (host.known.size >= MOST_POINTS) await removeByNumber();
      tree.change(random.below(14));
      await backup(random.pick(LEVELS));
    },
  ]),
  ...Array(2).fill(['restores of the newest', () => restoreWhole(points().at(-1), [])]),
  ...Array(2).fill([
    'restores of a point',
    () => {
      const point = random.pick(points());
      restoreWhole(point, ['--point', String(point.t)]);
    },
  ]),
  ...Array(3).fill(['restores over strays', restoreOverStrays]),
  ['restores beside strays', restoreBeside],
  ...Array(2).fill(['restores of a part', restorePart]),
  ['lists', show],
  ['searches', find],
  [
    'verifications',
    () => host.mustRun(['verify', '--restore-from-date', utc(random.pick(points()).t), '--depth', random.pick(['manifests', 'bytes', 'restore'])]),
  ],
  ['removals', removeByNumber],
  ['removals by date', removeByDate],
];

await run();
