#!/usr/bin/env node
// Runs the fenced `ts` blocks of each package's README, as they stand, against the built packages; a block whose fence says
// `ts no-run` is left out, and named. Types are stripped by swc; each block runs in an empty folder of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { packageFolders } from '../ci/results.mjs';
import { ROOT } from '../ci/step.mjs';

const { transformSync } = createRequire(import.meta.url)('@swc/core');
let failed = 0;
for (const folder of packageFolders()) {
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) continue;
  const blocks = [...readFileSync(readme, 'utf8').matchAll(/^```ts([^\n]*)\n([\s\S]*?)^```$/gm)];
  for (const [index, [, info, code]] of blocks.entries()) {
    const name = `${relative(ROOT, readme)}, ts block ${index + 1}`;
    if (info.trim() === 'no-run') {
      console.log(`${name}: not run`);
      continue;
    }
    if (!runs(folder, name, code)) failed += 1;
  }
}
process.exitCode = failed > 0 ? 1 : 0;

/** Runs one block. It stands in a folder of the package that git ignores while it runs, so that it finds the package by its name. */
function runs(folder, name, code) {
  const inside = join(folder, '.test-results');
  const empty = mkdtempSync(join(tmpdir(), 'freezer-readme-'));
  const file = join(inside, 'readme-block.mjs');
  mkdirSync(inside, { recursive: true });
  try {
    const options = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } };
    writeFileSync(file, transformSync(code, options).code);
    const { status, stdout, stderr, signal } = spawnSync(process.execPath, [file], { cwd: empty, encoding: 'utf8', timeout: 30_000 });
    if (status === 0) return true;
    console.log(`${name}: ${signal ? `ended by ${signal}` : `exit ${status}`}\n${stdout}${stderr}`);
    return false;
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    return false;
  } finally {
    rmSync(file, { force: true });
    rmSync(empty, { recursive: true, force: true });
  }
}
