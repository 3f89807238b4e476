import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FreezerError, type Logger, messageOf } from '@freezer/core';
import { type OpenedLog, openLogger } from '@freezer/log';
import {
  checkSettings,
  createNotifier,
  findAgent,
  type HeldPidFile,
  isHealthy,
  isHeld,
  openInstance,
  placesOf,
  type ResolvedScheduler,
  readPidFile,
  resolveScheduler,
  SCHEDULER_TABLE,
  type SchedulerPlaces,
  type SchedulerSettings,
  takePidFile,
} from '@freezer/scheduler';
import { assemble, type RunningScheduler } from '../assemble.ts';
import { connectApi } from '../connect.ts';
import { type Announce, startDetached } from '../daemonize.ts';
import { EXIT } from '../exit-code.ts';
import type { Host } from '../host.ts';
import { createMetrics, serveMetrics } from '../metrics.ts';
import { trialFolders } from '../trial-folders.ts';

/** Of a background process that was given no place for its log. */
const LOG_MIB = 20;

/** `start`: in the background, unless --no-daemon is given or this is the process in the background. */
export async function startCommand(resolved: ResolvedScheduler, host: Host, announce: Announce | undefined): Promise<number> {
  const { settings } = resolved;
  const foreground = settings['scheduler.no_daemon'] && !settings.daemon;
  const places = placesOf(settings, host);
  if (foreground || announce) return runHere(resolved, { host, places, announce });
  const holder = await readPidFile(places.pidFile);
  if (holder?.alive) {
    host.print(`Freezer Scheduler is already running with pid: ${holder.mark.pid}\n`);
    return EXIT.done;
  }
  const { code, message } = await startDetached(
    host.script,
    host.argv.map((word) => (word === 'restart' ? 'start' : word)),
  );
  if (code === EXIT.done) host.print(`Freezer Scheduler is running with pid: ${message}\n`);
  else host.complain(`freezer-scheduler: ${message}\n`);
  return code;
}

interface Here {
  readonly host: Host;
  readonly places: SchedulerPlaces;
  readonly announce: Announce | undefined;
}

async function runHere(resolved: ResolvedScheduler, { host, places, announce }: Here): Promise<number> {
  process.umask(0o077);
  await mkdir(places.instance, { recursive: true, mode: 0o700 });
  const log = await openLogger(logSettings(resolved.settings, places, announce !== undefined), {
    ...host,
    now: () => new Date(host.now()),
    pid: process.pid,
    program: 'freezer-scheduler',
    secretKeys: SCHEDULER_TABLE.secretKeys(),
    readFile: host.readFile,
  });
  try {
    if (!announce) host.print('Freezer Scheduler running in no-daemon mode\n');
    return await guarded(resolved, { host, places, announce, log });
  } catch (error) {
    log.logger.error({}, `Critical Error: ${messageOf(error)}`);
    throw error;
  } finally {
    await log.close();
  }
}

/** A process in the background has no standard error; what it has to say must not be lost. */
function logSettings(settings: SchedulerSettings, { instance }: SchedulerPlaces, detached: boolean): SchedulerSettings {
  const { log_file: file, log_dir: folder, use_syslog: syslog, use_journal: journal, log_config_append: config } = settings;
  if (!detached || file || folder || syslog || journal || config) return settings;
  return { ...settings, log_file: join(instance, 'scheduler.log'), log_rotation_type: 'size', max_logfile_size_mb: LOG_MIB, max_logfile_count: 3 };
}

async function guarded(resolved: ResolvedScheduler, { host, places, announce, log }: Here & { readonly log: OpenedLog }): Promise<number> {
  const { logger } = log;
  const { settings } = resolved;
  for (const warning of resolved.warnings) logger.warn({}, warning);
  if (settings['scheduler.no_api'] && host.platform === 'win32') throw new FreezerError('unsupported', '--no-api is not supported on Windows');
  const agent = await findAgent({ path: settings['scheduler.agent_path'], environment: host.environment, beside: host.beside });
  const instance = await openInstance(places.instance);
  const pidFile = await ownPidFile(places.pidFile, announce !== undefined, logger);
  const { meter, registry } = createMetrics();
  const notifier = createNotifier(host.environment, logger);
  // What is relative was resolved; a process in the background holds no folder.
  if (announce) process.chdir('/');
  let running: RunningScheduler | undefined;
  let metrics: Awaited<ReturnType<typeof serveMetrics>> | undefined;
  try {
    const connect = settings['scheduler.no_api']
      ? undefined
      : (current: SchedulerSettings) => connectOrFail(current, { host, places, logger, instance: instance.uuid });
    const healthy = (): boolean => running !== undefined && isHealthy(running.scheduler.status, host.now() / 1000);
    const listen = settings['scheduler.metrics_listen'];
    // Before any job: with an address that cannot be had, nothing has begun that would have to end.
    metrics = listen ? await serveMetrics(listen, registry, healthy) : undefined;
    if (metrics) logger.info({ address: metrics.address }, 'metrics are served');
    const assembled = assemble({ settings, places, host, instance, agent, connect, supervisor: host.supervisor, meter, logger });
    const stopped = untilStopped(assembled, { host, logger, log, stopping: () => notifier.tell('STOPPING=1') });
    const begun = async (scheduler: RunningScheduler): Promise<void> => {
      running = scheduler;
      if (!(await begins(scheduler))) return;
      const { status } = scheduler.scheduler;
      logger.info({ agent: agent.path, mode: status.mode, jobs: status.jobs }, 'the scheduler runs');
      announce?.(EXIT.done, String(process.pid));
      notifier.tell('--ready');
      notifier.watch(() => true);
    };
    await Promise.all([stopped, assembled.then(begun)]);
    await running?.close();
    return EXIT.done;
  } finally {
    notifier.close();
    await metrics?.close();
    await pidFile?.release();
    await instance.release();
  }
}

interface ConnectNeeds {
  readonly host: Host;
  readonly places: SchedulerPlaces;
  readonly logger: Logger;
  readonly instance: string;
}

async function connectOrFail(settings: SchedulerSettings, { host, places, logger, instance }: ConnectNeeds) {
  try {
    const folders = trialFolders(settings['scheduler.state_dir'], places.stateRoot);
    return await connectApi({ settings, environment: host.environment, trialFolders: folders, logger, instance });
  } catch (error) {
    // As with Freezer, an API that cannot be built is exit 1.
    throw new FreezerError('unexpected', messageOf(error), { cause: error });
  }
}

/** What no waiting puts right. */
const NO_ACCESS: ReadonlySet<string> = new Set(['unauthenticated', 'invalid', 'not_found']);

/** Whether it works now. With an account that Keystone does not know there is no use in staying; while Keystone is away there is. */
async function begins({ scheduler, close }: RunningScheduler): Promise<boolean> {
  if (!(await scheduler.begin())) return false;
  const { lastFailure, status } = scheduler;
  if (!FreezerError.is(lastFailure) || !NO_ACCESS.has(lastFailure.code) || status.jobs > 0) return true;
  await scheduler.end();
  await close();
  throw new FreezerError('unexpected', messageOf(lastFailure), { cause: lastFailure });
}

/** Several schedulers of one user may run in the foreground; the pid file is that of the first. */
async function ownPidFile(path: string, detached: boolean, logger: Logger): Promise<HeldPidFile | undefined> {
  let taken: Awaited<ReturnType<typeof takePidFile>>;
  try {
    taken = await takePidFile(path);
  } catch (error) {
    if (detached) throw error;
    logger.warn({ error: messageOf(error) }, 'there is no pid file; stop and reload find this scheduler by its settings');
    return undefined;
  }
  if (isHeld(taken)) return taken;
  if (detached) throw new FreezerError('already_exists', `the scheduler is already running with pid ${taken.mark.pid}`);
  logger.warn({ pid: taken.mark.pid }, 'another scheduler of this user has the pid file');
  return undefined;
}

/** By itself Node opens a port for a debugger when it hears SIGUSR1, through which anybody of this host could run code. */
const ignore = (): void => undefined;

interface Signals {
  readonly host: Host;
  readonly logger: Logger;
  readonly log: OpenedLog;
  readonly stopping: () => void;
}

/** Resolves when a signal has ended the scheduler. SIGHUP makes it read its settings anew. What is asked before there is one waits for it. */
async function untilStopped(assembled: Promise<RunningScheduler>, { host, logger, log, stopping }: Signals): Promise<void> {
  let reloading = Promise.resolve();
  const hangUp = (): void => {
    reloading = reloading.then(async () => {
      try {
        const { settings, warnings } = await resolveScheduler(host);
        checkSettings(settings);
        for (const warning of warnings) logger.warn({}, warning);
        log.changeLevel(settings);
        await (await assembled).reload(settings);
        logger.info({}, 'settings and jobs were read anew');
      } catch (error) {
        logger.error({ error: messageOf(error) }, 'the settings are wrong; all stays as it was');
      }
    });
  };
  process.on('SIGHUP', hangUp);
  process.on('SIGUSR1', ignore);
  try {
    await new Promise<void>((resolve, reject) => {
      const end = (signal: NodeJS.Signals): void => {
        logger.info({ signal }, 'the scheduler ends');
        stopping();
        assembled.then(({ scheduler }) => scheduler.end()).then(resolve, reject);
      };
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
    });
  } finally {
    process.off('SIGHUP', hangUp);
    process.off('SIGUSR1', ignore);
    await reloading;
  }
}
