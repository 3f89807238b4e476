import { readdir, readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { zoneByName } from '@freezer/settings';
import { complain, isReaderGone, outputFailure } from '@freezer/terminal';
import { runManage } from './run-manage.ts';

/**
 * Standard output, for a command that must come to its end whoever reads it. `print` waits while the reader is slow, so that an export takes
 * no memory, and tells whether anything can still be written.
 */
function openOutput() {
  let failure: unknown;
  process.stdout.on('error', () => undefined);
  const print = (text: string): Promise<boolean> =>
    new Promise((resolve) => {
      if (failure !== undefined) return resolve(false);
      process.stdout.write(text, (error) => {
        failure ??= error ?? undefined;
        resolve(failure === undefined);
      });
    });
  return { print, failure: () => failure };
}

/** Runs a command line of freezer-manage in this process. Resolves to its exit code. */
export async function runManageProcess(argv: readonly string[]): Promise<number> {
  zoneByName(process.env);
  const { print, failure } = openOutput();
  const code = await runManage({
    argv,
    environment: process.env,
    home: homedir(),
    cwd: process.cwd(),
    hostname: hostname(),
    isRoot: process.getuid?.() === 0,
    pid: process.pid,
    readFile: (path) => readFile(path, 'utf8'),
    listFolder: (path) => readdir(path),
    print,
    complain,
  });
  const error = failure();
  if (error === undefined) return code;
  // Who reads no further knows why.
  if (!isReaderGone(error)) complain(`freezer-manage: ${outputFailure(error)}\n`);
  return code === 0 ? 1 : code;
}
