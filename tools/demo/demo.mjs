#!/usr/bin/env node
// `npm run demo`: the main job on real input, step by step, with the commands that a person types; then the same by a job of the service. Everything lies in one temporary
// folder, which is removed at the end; `npm run demo -- --keep` leaves it.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeTree, differences } from '../checks/trees.mjs';
import { ROOT } from '../ci/step.mjs';
import { demonstrateService } from './service.mjs';
import { run, say } from './steps.mjs';

const place = mkdtempSync(join(tmpdir(), 'freezer-demo-'));
const source = join(place, 'source');
const storage = join(place, 'storage');
const passFile = join(place, 'pass-file');
const where = ['--storage', 'local', '--container', storage, '--backup-name', 'demo', '--state-dir', join(place, 'state')];
const secret = ['--encrypt-pass-file', passFile];

try {
  main();
  await byAService();
} finally {
  if (process.argv.includes('--keep')) console.log(`\nEverything is in ${place}`);
  else rmSync(place, { recursive: true, force: true });
}

function main() {
  say('Real input: a copy of the tracked files of this repository and of what it has installed');
  copyInput();
  const first = describeTree(source);
  console.log(`  ${first.size} files, directories and links in ${source}`);

  say('A pass file: 32 random bytes. Whoever loses it loses the backup');
  console.log(`  $ (umask 077; head -c 32 /dev/urandom | base64 > ${passFile})`);
  writeFileSync(passFile, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });

  say('A full backup, encrypted');
  agent(['backup', '--path-to-backup', source, ...where, ...secret]);
  const dateOfFirst = `${new Date().toISOString().slice(0, 19)}Z`;
  // The date of a point is in whole seconds: the next one shall lie in another.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);

  say('Real changes: a file edited, one added, one made private, a folder renamed, a folder deleted');
  change();
  const second = describeTree(source);

  say('An increment: only what changed is saved');
  agent(['backup', '--path-to-backup', source, '--incremental', ...where, ...secret]);

  say('What is there now');
  agent(['list', ...where, ...secret]);

  say('Verification: every byte is read, decrypted and compared with its digest; nothing is written');
  agent(['verify', ...where, ...secret]);

  say(`Restore of the first point, as it was at ${dateOfFirst}`);
  restore('before', first, ['--restore-from-date', dateOfFirst]);

  say('Restore of the newest point');
  restore('now', second, []);
  console.log('\nBoth points came back equal: names, contents, modes, owners, times to the nanosecond, links.');
}

function agent(words) {
  run('freezer-agent', words);
}

async function byAService() {
  const folder = join(source, 'repository');
  const expected = describeTree(folder);
  const target = await demonstrateService(join(place, 'service'), folder);
  compare(expected, target);
  console.log('\nWhat the job saved came back equal.');
}

function copyInput() {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 });
  for (const name of tracked.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)))) {
    mkdirSync(join(source, 'repository', dirname(name)), { recursive: true });
    cpSync(join(ROOT, name), join(source, 'repository', name), { preserveTimestamps: true, verbatimSymlinks: true });
  }
  execFileSync('cp', ['-a', join(ROOT, 'node_modules', '.pnpm'), join(source, 'installed')]);
}

function change() {
  appendFileSync(join(source, 'repository', 'README.md'), 'changed\n');
  writeFileSync(join(source, 'repository', 'a new file, with blanks'), 'new\n');
  chmodSync(join(source, 'repository', 'package.json'), 0o600);
  renameSync(join(source, 'repository', 'tools'), join(source, 'repository', 'instruments'));
  const [deleted] = readdirSync(join(source, 'installed')).filter((name) => name.startsWith('typescript@'));
  rmSync(join(source, 'installed', deleted ?? 'node_modules'), { recursive: true });
}

function restore(name, expected, date) {
  const target = join(place, name);
  agent(['restore', '--restore-abs-path', target, ...date, ...where, ...secret]);
  compare(expected, target);
}

function compare(expected, target) {
  const found = differences(expected, describeTree(target));
  for (const line of found.slice(0, 20)) console.log(`  DIFFERENT ${line}`);
  if (found.length > 0) throw new Error(`${found.length} differences between what was saved and what was restored`);
  console.log(`  compared: ${expected.size} entries, no difference`);
}
