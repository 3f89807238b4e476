import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the workspace. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How pnpm is started on a machine that has Node and git alone. */
export const PNPM = ['npx', '-y', 'pnpm@12.21.0'];

const ENVIRONMENT = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  // Part of turbo's key: a result of another Node is not replayed.
  FREEZER_NODE_VERSION: process.version,
};

/**
 * Runs one command in the workspace's folder, says how long it took, and resolves to whether it ended with 0.
 * @param {string} name what the person who watches is told
 * @param {readonly string[]} command
 */
export function step(name, command) {
  console.log(`\n== ${name}: ${command.join(' ')}`);
  const begun = Date.now();
  const child = spawn(command[0], command.slice(1), { cwd: ROOT, env: ENVIRONMENT, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => {
    const end = (reason) => {
      console.log(`== ${name}: ${reason === undefined ? 'ok' : `FAILED (${reason})`}, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      resolve(reason === undefined);
    };
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => end(code === 0 ? undefined : signal ? `ended by ${signal}` : `exit ${code}`));
  });
}

/** What the lock file says, and nothing newer. */
export const install = () => step('install', [...PNPM, 'install', '--frozen-lockfile']);

/** Turbo finds pnpm only when pnpm starts it. */
export const turbo = (name, ...options) => step(name, [...PNPM, 'exec', 'turbo', 'run', ...options]);

export const build = () => turbo('build', 'build', '--continue', '--output-logs=errors-only');
