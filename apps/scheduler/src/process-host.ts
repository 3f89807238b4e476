import { writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import { zoneByName } from '@freezer/settings';
import { complain, isReaderGone, outputFailure } from '@freezer/terminal';
import { announceStart } from './daemonize.ts';
import type { Host } from './host.ts';
import { runCommand } from './run-command.ts';

/** A whole text, also to a pipe whose reader is slow. Fails with `unavailable` on a full disk. */
function print(text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (systemCodeOf(error) === 'EAGAIN') continue;
      if (isReaderGone(error)) return;
      throw new FreezerError('unavailable', outputFailure(error), { cause: error });
    }
  }
}

function loginHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    // A user without an entry, as in containers.
    return homedir();
  }
}

/** Runs a command line in this process. Resolves to its exit code. `folder`: where the program's files lie. */
export async function runProcess(argv: readonly string[], version: string, folder: string): Promise<number> {
  zoneByName(process.env);
  const announce = announceStart(process.env);
  const host: Host = {
    argv,
    version,
    environment: process.env,
    home: homedir(),
    loginHome: loginHome(),
    cwd: process.cwd(),
    hostname: hostname(),
    isRoot: process.getuid?.() === 0,
    platform: process.platform,
    columns: process.stdout.columns || 100,
    now: Date.now,
    script: join(folder, 'main.js'),
    supervisor: [process.execPath, join(folder, 'supervise.js')],
    beside: [dirname(process.argv[1] ?? folder)],
    readFile: (path) => readFile(path, 'utf8'),
    listFolder: (path) => readdir(path),
    print,
    complain,
  };
  try {
    return await runCommand(host, announce);
  } catch (error) {
    announce?.(1, messageOf(error));
    throw error;
  }
}
