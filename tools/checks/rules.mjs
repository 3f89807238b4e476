#!/usr/bin/env node
// Rules of the house that no linter has: what must not stand in a line, and where it may.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../ci/step.mjs';

const TEST = /\.test\.ts$|\/e2e\//;
const source = (path) => /^(packages|apps)\/.*\.ts$/.test(path) && !TEST.test(path);
const anyTypeScript = (path) => /^(packages|apps)\/.*\.ts$/.test(path);
const library = (path) => source(path) && path.startsWith('packages/');

const RULES = [
  {
    pattern: /\bprocess\.(env|argv)\b/,
    where: (path) => library(path) && !/^packages\/(subprocess|testing)\//.test(path),
    say: 'process.env and process.argv belong to apps: take a value as an argument',
  },
  { pattern: /\bprocess\.exit\(/, where: library, say: 'only an app ends the process' },
  { pattern: /^import (?!type )(?!\* as z from 'zod').*from 'zod'/, where: anyTypeScript, say: "write: import * as z from 'zod'" },
  { pattern: /\binstanceof Error\b/, where: anyTypeScript, say: 'jest has two realms: use FreezerError.is, messageOf, systemCodeOf' },
  { pattern: /\bas unknown as\b|@ts-ignore|@ts-nocheck|\bas any\b/, where: anyTypeScript, say: 'a type is not forced' },
  { pattern: /\bshell: *true\b|\bexecSync\(|(?<!\.)\bexec\(["'`]/, where: source, say: 'no shell anywhere: a program is started by its argument list' },
  { pattern: /catch *(\([^)]*\))? *\{ *\}/, where: anyTypeScript, say: 'an error is not swallowed' },
  { pattern: /\b(it|test|describe)\.only\(/, where: anyTypeScript, say: 'a test that runs alone hides the others' },
  { pattern: /\b(TODO|FIXME|XXX)\b/, where: anyTypeScript, say: 'unfinished by its own words' },
  { pattern: /^import .* from '\.{1,2}\/[^']*(?<!\.ts|\.json)'/, where: anyTypeScript, say: "relative imports end in '.ts'" },
  {
    pattern: /(from|import\() ?'(\.\.\/)+([a-z-]+\/src|packages|apps)\//,
    where: anyTypeScript,
    say: 'a package is entered by its name, through what its package.json exports',
  },
  { pattern: /^export \* from/, where: source, say: 'exports are named one by one' },
];

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'packages', 'apps'], { cwd: ROOT, encoding: 'utf8' });
let found = 0;
for (const path of files.split('\n').filter(anyTypeScript)) {
  const rules = RULES.filter((rule) => rule.where(path));
  let text;
  try {
    text = readFileSync(join(ROOT, path), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') continue; // removed, and not yet in the index
    throw error;
  }
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(\/\/|\*|\/\*)/.test(line) && !/TODO|FIXME|XXX|@ts-/.test(line)) continue;
    for (const rule of rules) {
      if (!rule.pattern.test(line)) continue;
      console.log(`${path}:${index + 1}: ${rule.say}\n    ${line.trim()}`);
      found += 1;
    }
  }
}
process.exitCode = found > 0 ? 1 : 0;
