import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { messageOf, systemCodeOf } from '@freezer/core';
import { runManage } from './run-manage.ts';

/** Waits while the reader is slow, so that an export takes no memory. */
async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Runs a command line of freezer-manage in this process. Resolves to its exit code. */
export function runManageProcess(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', (error) => {
    // Who reads no further knows why.
    if (systemCodeOf(error) !== 'EPIPE') writeSync(2, `freezer-manage: standard output cannot be written (${systemCodeOf(error) ?? messageOf(error)})\n`);
    process.exit(1);
  });
  return runManage({
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
    complain: (line) => void writeSync(2, line),
  });
}
