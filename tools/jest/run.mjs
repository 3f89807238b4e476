#!/usr/bin/env node
// Runs one kind of test of the package in the working folder: run.mjs unit | e2e | lab [jest options].
// The result is kept in .test-results/<kind>.json, which the last line of a CI run adds up.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const SELECTION = {
  unit: ['--testMatch', '<rootDir>/src/**/*.test.ts', '--testPathIgnorePatterns', '\\.lab\\.test\\.ts$'],
  e2e: ['--testMatch', '<rootDir>/e2e/**/*.e2e.test.ts', '--maxWorkers=2'],
  lab: ['--testMatch', '<rootDir>/{src,e2e}/**/*.lab.test.ts', '--runInBand'],
};
const [kind, ...rest] = process.argv.slice(2);
const selection = SELECTION[kind];
if (!selection) {
  console.error(`run.mjs: '${kind}' is no kind of test; allowed: ${Object.keys(SELECTION).join(', ')}`);
  process.exit(2);
}
mkdirSync('.test-results', { recursive: true });
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const config = fileURLToPath(new URL('./preset.mjs', import.meta.url));
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    jest,
    '--config',
    config,
    '--rootDir',
    process.cwd(),
    ...selection,
    '--json',
    '--outputFile',
    `.test-results/${kind}.json`,
    ...rest,
  ],
  { stdio: ['inherit', 'ignore', 'inherit'] },
);
process.exit(status ?? 1);
