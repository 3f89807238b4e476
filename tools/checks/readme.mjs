#!/usr/bin/env node
// Type-checks and runs the fenced `ts` blocks of each package's README, as they stand, against the built packages; a block whose fence
// says `ts no-run` is only type-checked, and named. Each runs in an empty folder of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packageFolders } from '../ci/results.mjs';
import { ROOT } from '../ci/step.mjs';

const { transformSync } = createRequire(import.meta.url)('@swc/core');
const blocks = packageFolders().flatMap(blocksOf);
const failed = [];
try {
  for (const block of blocks) {
    mkdirSync(join(block.folder, '.test-results'), { recursive: true });
    writeFileSync(block.file, block.code);
  }
  if (blocks.length > 0 && !succeeds('types of the ts blocks (readme-N.ts is block N)', 'tsc', ['-p', 'tools/tsconfig/readme.json'], ROOT))
    failed.push('types');
  for (const block of blocks) if (!runs(block)) failed.push(block.name);
} finally {
  for (const { file } of blocks) for (const path of [file, file.replace(/\.ts$/, '.mjs')]) rmSync(path, { force: true });
}
process.exitCode = failed.length > 0 ? 1 : 0;

/** They are written into a folder of the package that git ignores, so that each finds the package by its name. */
function blocksOf(folder) {
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) return [];
  return [...readFileSync(readme, 'utf8').matchAll(/^```ts([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, info, code], index) => ({
    name: `${relative(ROOT, readme)}, ts block ${index + 1}`,
    file: join(folder, '.test-results', `readme-${index + 1}.ts`),
    run: info.trim() !== 'no-run',
    folder,
    code,
  }));
}

function runs({ name, file, run, code }) {
  if (!run) {
    console.log(`${name}: not run`);
    return true;
  }
  const empty = mkdtempSync(join(tmpdir(), 'freezer-readme-'));
  const stripped = file.replace(/\.ts$/, '.mjs');
  try {
    writeFileSync(stripped, transformSync(code, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } }).code);
    return succeeds(name, process.execPath, [stripped], empty);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

function succeeds(name, command, words, cwd) {
  const { status, stdout, stderr, signal, error } = spawnSync(command, words, { cwd, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) console.log(`${name}: ${error?.message ?? (signal ? `ended by ${signal}` : `exit ${status}`)}\n${stdout}${stderr}`);
  return status === 0;
}
