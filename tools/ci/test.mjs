#!/usr/bin/env node
// `npm test`: sets up, builds, checks, and runs every test that needs no server and no package of the system.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageFolders, removeResults } from './results.mjs';
import { build, install, PNPM, ROOT, step, turbo } from './step.mjs';

removeResults(['unit', 'e2e', 'lab']);
if (!(await install())) process.exit(1);

// What does not build is told, and the rest goes on: the tests run from the sources.
const failed = [];
if (!(await build())) failed.push('build');
if (!(await step('checks', [...PNPM, 'exec', 'node', 'tools/checks/run.mjs']))) failed.push('checks');
if (!(await turbo('tests', 'test', 'test:e2e', '--continue', '--concurrency=2', '--output-logs=new-only'))) failed.push('tests');

const lab = packageFolders().flatMap((folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.lab.test.ts') && !name.includes('node_modules'))
    .map((name) => relative(ROOT, join(folder, name))),
);
console.log(`\nLeft out, because they need packages of Debian, root or a server (${lab.length} suites):`);
for (const name of lab.sort()) console.log(`  ${name}`);
console.log('One command installs what they need and runs them (as root, on Debian): npm run test:lab\n');

const { status } = spawnSync(process.execPath, ['tools/ci/summary.mjs'], { cwd: ROOT, stdio: 'inherit' });
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : (status ?? 1));
