#!/usr/bin/env node
// The shape of each package and app: its files, its README, what package.json and tsconfig.json say of each other, and its tests.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { packageFolders } from '../ci/results.mjs';
import { ROOT } from '../ci/step.mjs';

const REQUIRED_FILES = ['package.json', 'tsconfig.json', 'README.md'];
const README_HEADINGS = [/install/i, /\buse\b|usage|example/i, /error|exit code/i, /limit/i];
const README_LINES = 100;
const CONTRACT_SUITES = /^storage-/;

const problems = [];
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const folders = packageFolders();
const names = new Map(folders.map((folder) => [read(join(folder, 'package.json')).name, folder]));

for (const folder of folders) {
  const place = relative(ROOT, folder);
  const bad = (text) => problems.push(`${place}: ${text}`);
  const isApp = place.startsWith('apps/');
  const missing = [...REQUIRED_FILES, isApp ? 'src/main.ts' : 'src/index.ts'].filter((file) => !existsSync(join(folder, file)));
  for (const file of missing) bad(`${file} is missing`);
  const manifest = read(join(folder, 'package.json'));
  checkManifest(manifest, folder, isApp, bad);
  if (!missing.includes('tsconfig.json')) checkReferences(manifest, folder, isApp, bad);
  if (!missing.includes('README.md')) checkReadme(manifest, readFileSync(join(folder, 'README.md'), 'utf8'), bad);
  checkTests(manifest, folder, bad);
}
for (const problem of problems) console.log(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

function checkManifest(manifest, folder, isApp, bad) {
  const expected = isApp ? `freezer-${basename(folder)}` : `@freezer/${basename(folder)}`;
  if (manifest.name !== expected) bad(`name is '${manifest.name}', expected '${expected}'`);
  if (manifest.type !== 'module') bad("type must be 'module'");
  if (manifest.license !== 'Apache-2.0') bad("license must be 'Apache-2.0'");
  if (manifest.engines?.node !== read(join(ROOT, 'package.json')).engines.node) bad('engines.node differs from that of the root');
  if (!manifest.description) bad('description is missing');
  if (!isApp && manifest.exports?.['.']?.['@freezer/source'] !== './src/index.ts') bad("exports['.'] needs the condition @freezer/source, first");
  for (const group of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, range] of Object.entries(manifest[group] ?? {})) {
      const wanted = names.has(name) ? 'workspace:^' : 'catalog:';
      if (range !== wanted) bad(`${group}.${name} is '${range}', expected '${wanted}'`);
      if (name === '@freezer/testing' && group !== 'devDependencies') bad('@freezer/testing is a devDependency only');
    }
  }
}

// Libraries are resolved from `dependencies`; an app is bundled, so that what it is made of stands in devDependencies.
function checkReferences(manifest, folder, isApp, bad) {
  const declared = { ...manifest.dependencies, ...(isApp ? manifest.devDependencies : {}) };
  const wanted = Object.keys(declared).filter((name) => names.has(name) && name !== '@freezer/testing');
  const references = (read(join(folder, 'tsconfig.json')).references ?? []).map(({ path }) => resolve(folder, path));
  for (const name of wanted) if (!references.includes(names.get(name))) bad(`tsconfig.json lacks a reference to ${name}`);
  for (const path of references) if (!wanted.some((name) => names.get(name) === path)) bad(`tsconfig.json refers to ${basename(path)}, which is no dependency`);
}

function checkReadme(manifest, text, bad) {
  const lines = text.trimEnd().split('\n');
  if (lines[0] !== `# ${manifest.name}`) bad(`README.md must begin with '# ${manifest.name}'`);
  const headings = lines.filter((line) => /^##+ /.test(line));
  for (const heading of README_HEADINGS) if (!headings.some((line) => heading.test(line))) bad(`README.md has no heading like ${heading}`);
  if (lines.length > README_LINES) bad(`README.md has ${lines.length} lines, at most ${README_LINES}`);
  for (const [, target] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g))
    if (!existsSync(join(dirname(join(names.get(manifest.name), 'README.md')), target))) bad(`README.md links to ${target}, which is not there`);
}

function checkTests(manifest, folder, bad) {
  const tests = readdirSync(folder, { recursive: true }).filter((name) => /\.test\.ts$/.test(name) && !/(^|\/)(node_modules|dist)\//.test(name));
  if (tests.length === 0) bad('has no test');
  const kinds = {
    'test:lab': (name) => name.endsWith('.lab.test.ts'),
    'test:e2e': (name) => name.startsWith('e2e/') && name.endsWith('.e2e.test.ts'),
    test: (name) => name.startsWith('src/') && !name.endsWith('.lab.test.ts'),
  };
  // A suite without script would be left out by turbo without a word; a script without suite fails.
  for (const [script, belongs] of Object.entries(kinds)) {
    const has = tests.some(belongs);
    if (has && !manifest.scripts?.[script]) bad(`has suites for '${script}', but package.json has no such script`);
    if (!has && manifest.scripts?.[script]) bad(`script '${script}' has no suite to run`);
  }
  for (const name of tests) if (!Object.values(kinds).some((belongs) => belongs(name))) bad(`${name} is run by no script`);
  if (CONTRACT_SUITES.test(basename(folder)) && !tests.some((name) => /\.contract(\.lab)?\.test\.ts$/.test(name)))
    bad('has no *.contract.test.ts and no *.contract.lab.test.ts: the suite of @freezer/testing is not run on it');
}
