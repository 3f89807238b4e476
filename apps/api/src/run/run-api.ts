import cluster from 'node:cluster';
import { FreezerError, messageOf } from '@freezer/core';
import { type OpenedLog, openLogger } from '@freezer/log';
import { printable } from '@freezer/terminal';
import { bucketRules, countForWorkers } from '../limits/limiter.ts';
import { API_TABLE } from '../settings/api-table.ts';
import { type ResolvedApi, resolveApi } from '../settings/resolve-api.ts';
import { prepareStore } from '../store/prepare-store.ts';
import { trialToken, writeTrialFile } from '../trial/trial-file.ts';
import { runPrimary } from '../workers/run-primary.ts';
import type { ApiHost } from './api-host.ts';
import { exitCodeOf } from './exit-code.ts';
import { urlOf } from './listen.ts';
import { serve } from './serve.ts';
import type { ServeContext } from './serve-context.ts';
import { StopWatch } from './stop-watch.ts';

const PROGRAM = 'freezer-api';

/** Once the port is known: for people, and for the commands that look for a trial. */
async function announce({ host, resolved, log }: ServeContext, port: number): Promise<void> {
  const { settings, auth, bindHost } = resolved;
  const url = urlOf(settings['ssl.cert_file'] !== undefined, bindHost, port);
  if (auth === 'none') {
    await writeTrialFile(settings.state_dir, { url, token: await trialToken(settings.state_dir) });
    log.logger.warn({}, `auth = none: for trials on this host; the token for writes is in ${settings.state_dir}/api-trial.json`);
  }
  log.logger.info({ version: host.version, auth }, `listening on ${url}`);
  host.print(`${PROGRAM} listens on ${url}\n`);
}

async function runWorkers(context: ServeContext): Promise<number> {
  const { resolved, log, watch, host } = context;
  const { settings } = resolved;
  const rules = bucketRules(settings);
  if (rules) countForWorkers(rules);
  // Once for all, before there are several of them.
  await prepareStore(context);
  const metrics = await metricsServer(context);
  let port = settings.bind_port;
  cluster.on('listening', (_worker, address) => {
    port = address.port;
  });
  const onReady = (): void => {
    announce(context, port).catch((error: unknown) => log.logger.error({}, messageOf(error)));
  };
  const code = await runPrimary({ workers: settings.workers, logger: log.logger, stopped: watch.stopped, onHangUp: host.onHangUp, onReady });
  metrics?.close();
  return code;
}

/** The numbers of the service, where they are asked for; a worker's are told by the process that started it. */
async function metricsServer({ resolved: { settings }, log, host }: ServeContext) {
  const { metrics_port: port, metrics_host: address } = settings;
  if (port === undefined) return undefined;
  const { serveMetrics } = await import('../metrics/metrics.ts');
  const server = await serveMetrics({ host: address, port, workers: settings.workers > 1 });
  const bound = server.address();
  const at = urlOf(false, address, typeof bound === 'object' && bound !== null ? bound.port : port);
  log.logger.info({}, `metrics at ${at}/metrics`);
  host.print(`metrics at ${at}/metrics\n`);
  return server;
}

async function runAlone(context: ServeContext): Promise<number> {
  await prepareStore(context);
  const metrics = await metricsServer(context);
  try {
    await serve(context, (port) => announce(context, port));
    return 0;
  } finally {
    metrics?.close();
  }
}

async function runResolved(resolved: ResolvedApi, host: ApiHost, watch: StopWatch): Promise<number> {
  let log: OpenedLog | undefined;
  try {
    log = await openLogger(resolved.settings, { ...host, program: PROGRAM, now: () => new Date(), secretKeys: API_TABLE.secretKeys() });
    const context: ServeContext = { resolved, host, log, watch };
    if (cluster.isWorker) {
      await serve(context, () => Promise.resolve());
      return 0;
    }
    for (const warning of resolved.warnings) log.logger.warn({}, warning);
    return await (resolved.settings.workers > 1 ? runWorkers(context) : runAlone(context));
  } catch (error) {
    if (!log?.onStandardError) log?.logger.error({}, messageOf(error));
    throw error;
  } finally {
    await log?.close();
  }
}

/** Runs the service until a signal stops it. Resolves to the exit code; never rejects. */
export async function runApi(host: ApiHost): Promise<number> {
  const watch = new StopWatch(host);
  try {
    return await runResolved(await resolveApi(host.argv, host), host, watch);
  } catch (error) {
    // Nobody waits for a service that was told to stop, nor for a store that it still asks.
    if (watch.signal.aborted && FreezerError.is(error, 'aborted')) return host.exitNow(0);
    host.complain(`${PROGRAM}: ${printable(messageOf(error))}\n`);
    return exitCodeOf(error);
  }
}
