import { join } from 'node:path';
import { printText } from '@freezer/terminal';
import { SPEAKER } from './speaker.ts';

// Put in by the build.
declare const FREEZER_AGENT_VERSION: string;
declare const CHUNKS_DIGEST: string;

/** Flags of a developer make other code. */
const hasOwnFlags = (): boolean =>
  process.execArgv.length > 0 || (process.env['NODE_OPTIONS'] ?? '') !== '' || (process.env['NODE_DISABLE_COMPILE_CACHE'] ?? '') !== '';

async function main(argv: readonly string[]): Promise<void> {
  // Until the end says otherwise: a run that waits for what never comes ends with 0, when nothing is left that keeps Node going.
  process.exitCode = 1;
  // Called by scripts: loads nothing.
  if (argv.includes('--version')) {
    process.exitCode = await printText(`${FREEZER_AGENT_VERSION}\n`, SPEAKER);
    return;
  }
  const { loadCommand } = await import('./start/load-command.ts');
  const folder = import.meta.dirname;
  const name = `${CHUNKS_DIGEST}-${process.version}-${process.arch}`;
  const cachePath = hasOwnFlags() ? undefined : join(folder, 'code-cache', name);
  await loadCommand({ folder: join(folder, 'chunks'), cachePath }).runCommand(argv, FREEZER_AGENT_VERSION);
}

// No `await`: the build makes this a CommonJS module.
void main(process.argv.slice(2));
