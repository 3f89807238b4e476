#!/usr/bin/env node
// Runs every check, as many at a time as there are cores, and names those that failed. `--quick` leaves out what needs a build.
// A single one: `run.mjs layers tarballs`. Started by pnpm, so that its binaries are on the path.
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ROOT } from '../ci/step.mjs';

const node = process.execPath;
const CHECKS = [
  { name: 'biome', quick: true, command: ['biome', 'ci', '--config-path=tools/lint', '--colors=off', '--error-on-warnings', '.'] },
  { name: 'rules', quick: true, command: [node, 'tools/checks/rules.mjs'] },
  { name: 'packages', quick: true, command: [node, 'tools/checks/packages.mjs'] },
  { name: 'layers', quick: true, command: ['depcruise', '--config', 'tools/lint/dependency-cruiser.cjs', 'packages', 'apps'] },
  { name: 'layers-tests', quick: false, command: [node, '--test', 'tools/checks/layers.test.mjs'] },
  { name: 'oxlint', quick: true, command: ['oxlint', '--type-aware', '-c', 'tools/lint/oxlint.json', 'packages', 'apps', 'tools'] },
  { name: 'types', quick: true, command: ['tsc', '-p', 'tools/tsconfig/tests.json'] },
  { name: 'knip', quick: true, command: ['knip', '--config', 'tools/lint/knip.json', '--no-progress', '--no-config-hints'] },
  { name: 'readme', quick: false, command: [node, 'tools/checks/readme.mjs'] },
  { name: 'tarballs', quick: false, command: [node, 'tools/checks/tarballs.mjs'] },
];

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`run.mjs: no check '${unknown[0]}'; allowed: ${CHECKS.map((check) => check.name).join(', ')}`);
  process.exit(2);
}
const chosen = CHECKS.filter((check) => (names.length > 0 ? names.includes(check.name) : check.quick || !process.argv.includes('--quick')));

const failed = [];

function run({ name, command: [program, ...args] }) {
  const begun = Date.now();
  return new Promise((resolve) => {
    execFile(program, args, { cwd: ROOT, maxBuffer: 1 << 28, env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) => {
      if (error) {
        console.log(`${stdout}${stderr}${typeof error.code === 'number' ? '' : error.message}`);
        failed.push(name);
      }
      console.log(`check ${name}: ${error ? 'FAILED' : 'ok'}, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      resolve();
    });
  });
}

// The last ones take longest: they begin first.
const waiting = chosen.toReversed();
async function work() {
  for (let check = waiting.shift(); check; check = waiting.shift()) await run(check);
}
await Promise.all(Array.from({ length: availableParallelism() }, work));

if (failed.length > 0) console.log(`failed checks: ${failed.join(', ')}; one alone: npx -y pnpm@12.21.0 exec node tools/checks/run.mjs ${failed[0]}`);
process.exitCode = failed.length > 0 ? 1 : 0;
