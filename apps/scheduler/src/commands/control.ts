import { setTimeout as sleep } from 'node:timers/promises';
import { FreezerError } from '@freezer/core';
import {
  isAlive,
  isHealthy,
  killAgents,
  type PidHolder,
  type ProcessMark,
  placesOf,
  readPidFile,
  readStatus,
  type SchedulerSettings,
  type SchedulerStatus,
  signalProcess,
} from '@freezer/scheduler';
import { formatJson } from '@freezer/terminal';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';

const LOOK_MS = 100;
const FORCED_MS = 5000;
/** Longer than the last writes of a scheduler, and its good-bye, may take with an API that does not answer. */
const ENDING_MS = 15_000;

interface Found {
  /** Undefined: nobody runs. */
  readonly mark: ProcessMark | undefined;
  /** A pid file whose process has ended. */
  readonly stale: boolean;
  readonly status: SchedulerStatus | undefined;
}

/**
 * The scheduler that the command means: that of the pid file, or with a client id or job directory of its own the one that works for those.
 * Asks no API.
 */
async function find(settings: SchedulerSettings, host: Host): Promise<Found> {
  const { instance, pidFile } = placesOf(settings, host);
  const holder = await readPidFile(pidFile);
  const status = await readStatus(instance);
  const own = status && isAlive(status.process) ? status.process : undefined;
  const mark = own ?? (holder?.alive === true ? holder.mark : undefined);
  const fits = own !== undefined || status === undefined || mark?.pid === status.process.pid;
  return { mark, stale: mark === undefined && isStale(holder), status: fits ? status : undefined };
}

const isStale = (holder: PidHolder | undefined): boolean => holder !== undefined && !holder.alive;

const iso = (seconds: number | null): string | null => (seconds === null ? null : new Date(seconds * 1000).toISOString());

/** `status`: as the Linux Standard Base wants exit codes. */
export async function statusCommand(settings: SchedulerSettings, host: Host): Promise<number> {
  const { mark, stale, status } = await find(settings, host);
  const healthy = mark !== undefined && (status === undefined || isHealthy(status, host.now() / 1000));
  const code = mark === undefined ? (stale ? EXIT.failed : EXIT.notRunning) : healthy ? EXIT.done : EXIT.failed;
  if (settings.json) host.print(formatJson(jsonOf(mark, healthy, status, host)));
  else if (mark === undefined) host.print(stale ? 'Not Running (a pid file was left)\n' : 'Not Running\n');
  else host.print(`Running with pid: ${mark.pid}\n${healthy ? '' : `The last poll that went well is too old: ${status?.last_poll_error || 'none yet'}\n`}`);
  return code;
}

function jsonOf(mark: ProcessMark | undefined, healthy: boolean, status: SchedulerStatus | undefined, host: Host): object {
  if (mark === undefined) return { running: false, pid: null };
  if (!status) return { running: true, healthy, pid: mark.pid };
  return {
    running: true,
    healthy,
    state: status.state,
    pid: mark.pid,
    version: status.version,
    uptime: Math.max(0, Math.round(host.now() / 1000 - status.started_at)),
    client_id: status.client_id,
    mode: status.mode,
    source: status.source,
    last_poll_at: iso(status.last_poll_at),
    last_good_poll_at: iso(status.last_good_poll_at),
    last_poll_error: status.last_poll_error,
    jobs: status.jobs,
    running_jobs: status.running,
    queued_jobs: status.queued,
    undelivered: status.undelivered,
    next_run_at: iso(status.next_run_at),
  };
}

/** `stop`: asks the scheduler to end and waits for it. Exit 0 also when none runs, as with Freezer. */
export async function stopCommand(settings: SchedulerSettings, host: Host): Promise<number> {
  const { mark } = await find(settings, host);
  if (mark === undefined) {
    host.print('Not Running\n');
    return EXIT.done;
  }
  const seconds = settings.timeout ?? settings['scheduler.stop_timeout'] + settings['scheduler.kill_grace'] + 15;
  if (!signalProcess(mark.pid, 'SIGTERM') && isAlive(mark))
    throw new FreezerError('permission_denied', `process ${mark.pid} is of another user and cannot be stopped`);
  if (await ends(mark, seconds * 1000)) return EXIT.done;
  if (!settings.force)
    throw new FreezerError('timeout', `the scheduler (pid ${mark.pid}) did not end within ${seconds} s; --force ends it and its agents at once`);
  // The second SIGTERM asks the agents to end, too.
  signalProcess(mark.pid, 'SIGTERM');
  if (await ends(mark, FORCED_MS)) return EXIT.done;
  // They get no grace; a scheduler that is well then keeps how they ended, and ends itself.
  const { instance } = placesOf(settings, host);
  await killAgents(instance);
  if (await ends(mark, ENDING_MS)) return EXIT.done;
  signalProcess(mark.pid, 'SIGKILL');
  await killAgents(instance);
  return (await ends(mark, FORCED_MS)) ? EXIT.done : EXIT.failed;
}

async function ends(mark: ProcessMark, milliseconds: number): Promise<boolean> {
  const until = Date.now() + milliseconds;
  while (isAlive(mark) && Date.now() < until) await sleep(LOOK_MS);
  return !isAlive(mark);
}

/** `reload`: SIGHUP. */
export async function reloadCommand(settings: SchedulerSettings, host: Host): Promise<number> {
  const { mark } = await find(settings, host);
  if (mark === undefined) host.print('Not Running\n');
  else if (!signalProcess(mark.pid, 'SIGHUP') && isAlive(mark))
    throw new FreezerError('permission_denied', `process ${mark.pid} is of another user and cannot be asked`);
  return EXIT.done;
}
