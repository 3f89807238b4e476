// What a demo is told in: numbered steps, and the commands that a person types.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../ci/step.mjs';

let number = 0;

/** Says what comes next. */
export function say(text) {
  number += 1;
  console.log(`\n${number}. ${text}`);
}

/** Where a command of this workspace lies after the set-up. */
export const commandPath = (name) => join(ROOT, 'node_modules', '.bin', name);

/** A command as a person types it. */
export const typed = (name, words) => `  $ ${name} ${words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ')}`;

/**
 * Prints a command, runs it, and ends the demo when it fails. Its log, on stderr, is shown only then. Returns what it printed.
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 */
export function run(name, words, { env = process.env } = {}) {
  console.log(typed(name, words));
  const begun = Date.now();
  const { status, error, stdout, stderr } = spawnSync(commandPath(name), words, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  process.stdout.write(stdout);
  if (status !== 0) throw new Error(`${name} ended with ${error?.message ?? status}\n${stderr}`);
  console.log(`  (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
  return stdout;
}
