import cluster from 'node:cluster';
import { writeSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { zoneByName } from '@freezer/settings';
import { complain } from '@freezer/terminal';
import type { ApiHost, StopSignal } from './api-host.ts';
import { runApi } from './run-api.ts';

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM'];

/**
 * In a worker only the first counts: a terminal, or a service manager, signals it besides the process that started it.
 */
function onStop(stop: (signal: StopSignal) => void): void {
  let heard = false;
  const hear = (signal: StopSignal): void => {
    if (heard && cluster.isWorker) return;
    heard = true;
    stop(signal);
  };
  for (const signal of SIGNALS) process.on(signal, hear);
}

/** Nobody may read it; the service runs all the same. */
function print(line: string): void {
  try {
    writeSync(1, line);
  } catch {
    return;
  }
}

/** Runs the service in this process. Resolves to its exit code. */
export async function runProcess(argv: readonly string[], version: string): Promise<number> {
  zoneByName(process.env);
  const host: ApiHost = {
    argv,
    version,
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
    onStop,
    onHangUp: (hangUp) => void process.on('SIGHUP', hangUp),
    exitNow: (code) => process.exit(code),
  };
  const code = await runApi(host);
  // The channel to the process that started a worker would keep it alive; when that is gone, Node ends the worker by itself.
  if (cluster.isWorker) process.exit(code);
  return code;
}
