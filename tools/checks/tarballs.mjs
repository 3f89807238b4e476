#!/usr/bin/env node
// What a user gets: packs everything that is published, looks into the tarballs, installs them by npm in an empty folder
// elsewhere, and makes a backup, an increment and both restores with the command that was installed there.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolders } from '../ci/results.mjs';
import { ROOT } from '../ci/step.mjs';
import { describeTree, differences } from './trees.mjs';

const run = promisify(execFile);
const place = mkdtempSync(join(tmpdir(), 'freezer-tarballs-'));
const problems = [];

try {
  const manifests = packageFolders().map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const published = manifests.filter((manifest) => !manifest.private);
  const tarballs = pack(published);
  for (const manifest of published) lookInside(manifest, tarballs.get(manifest.name));
  await lint(published, tarballs);
  if (problems.length === 0) await useInstalled(published, install(published, tarballs));
} catch (error) {
  problems.push(`${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Libraries and apps go to two folders, because the tarballs of `@freezer/agent` and `freezer-agent` have the same name. */
function pack(published) {
  for (const group of ['packages', 'apps']) {
    mkdirSync(join(place, group));
    execFileSync('pnpm', ['--recursive', '--filter', `./${group}/*`, 'pack', '--pack-destination', join(place, group)], { cwd: ROOT, stdio: 'pipe' });
  }
  return new Map(
    published.map(({ name, version }) => {
      const file = join(place, name.startsWith('@') ? 'packages' : 'apps', `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
      if (!existsSync(file)) throw new Error(`${name}: no tarball ${basename(file)} was made`);
      return [name, file];
    }),
  );
}

function lookInside(manifest, tarball) {
  const folder = join(place, 'inside', manifest.name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
  const bad = (text) => problems.push(`${manifest.name}: ${text}`);
  for (const name of ['README.md', 'LICENSE', 'package.json']) if (!existsSync(join(folder, name))) bad(`tarball lacks ${name}`);
  for (const name of readdirSync(folder, { recursive: true })) {
    if (/\.test\.|\.tsbuildinfo$|(^|\/)fixtures\//.test(name)) bad(`tarball holds ${name}`);
    const path = join(folder, name);
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path, 'latin1');
    if (name === 'package.json' && /"(workspace|catalog):/.test(text)) bad('package.json still has a workspace: or catalog: version');
    if (text.includes(ROOT)) bad(`${name} names the folder in which it was built`);
  }
}

/** publint and attw, each on the tarball itself. */
async function lint(published, tarballs) {
  for (const { name, exports } of published) {
    const commands = [['publint', [tarballs.get(name), '--strict']]];
    if (exports) commands.push(['attw', [tarballs.get(name), '--profile', 'esm-only', '--no-color']]);
    for (const [tool, words] of commands) await run(tool, words).catch((error) => problems.push(`${name}: ${tool} says\n${error.stdout}${error.stderr}`));
  }
}

/** Every tarball is named both as dependency and as override, so that nothing of ours comes from a registry. */
function install(published, tarballs) {
  const folder = join(place, 'elsewhere');
  mkdirSync(folder);
  const ours = Object.fromEntries(published.map(({ name }) => [name, `file:${tarballs.get(name)}`]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies: ours, overrides: ours }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error'], { cwd: folder, stdio: 'pipe' });
  return folder;
}

async function useInstalled(published, folder) {
  // @freezer/testing can be imported only where jest runs.
  const libraries = published.filter(({ name, exports }) => exports && name !== '@freezer/testing').map(({ name }) => name);
  await run(process.execPath, ['--input-type=module', '-e', libraries.map((name) => `await import('${name}');`).join('\n')], { cwd: folder });

  const source = join(place, 'source');
  mkdirSync(join(source, 'deep', 'er'), { recursive: true });
  writeFileSync(join(source, 'first'), 'one\n', { mode: 0o640 });
  writeFileSync(join(source, 'deep', 'er', 'zero bytes'), '');
  const pass = join(place, 'pass');
  writeFileSync(pass, 'correct horse battery staple\n', { mode: 0o600 });
  const command = join(folder, 'node_modules', '.bin', 'freezer-agent');
  const set = ['--storage', 'local', '--container', join(place, 'storage'), '--backup-name', 'tarballs', '--hostname', 'elsewhere'];
  const agent = (...words) => run(command, [...words, ...set, '--state-dir', join(place, 'state'), '--encrypt-pass-file', pass], { cwd: place });

  const points = [];
  await agent('backup', '--path-to-backup', source);
  points.push({ tree: describeTree(source), date: [`--restore-from-date=${new Date().toISOString().slice(0, 19)}Z`] });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  rmSync(join(source, 'first'));
  writeFileSync(join(source, 'second'), 'two\n');
  await agent('backup', '--path-to-backup', source, '--incremental');
  points.push({ tree: describeTree(source), date: [] });

  for (const [level, { tree, date }] of points.entries()) {
    const target = join(place, `restored-${level}`);
    mkdirSync(target);
    await agent('restore', '--restore-abs-path', target, ...date);
    for (const difference of differences(tree, describeTree(target))) problems.push(`freezer-agent, installed elsewhere, point ${level}: ${difference}`);
  }
}
