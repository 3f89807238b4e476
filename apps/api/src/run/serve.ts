import { createWatch } from '@freezer/api';
import { messageOf, SYSTEM_CLOCK } from '@freezer/core';
import { type Application, buildApplication } from '../application.ts';
import { chained } from '../http/handler.ts';
import { resolveApi } from '../settings/resolve-api.ts';
import { openStore } from '../store/open-store.ts';
import { Connections } from './connections.ts';
import { httpSteps } from './http-steps.ts';
import { type AnyServer, listen, makeServer, renewCertificate } from './listen.ts';
import type { ServeContext } from './serve-context.ts';
import { tuneV8 } from './tune-v8.ts';

/** Takes what can be changed while the service runs; when anything is wrong, all stays as it is. */
async function reload({ host, log }: ServeContext, server: AnyServer, application: Application): Promise<void> {
  try {
    const resolved = await resolveApi(host.argv, host);
    await application.reload(resolved);
    await renewCertificate(server, resolved.settings);
    log.changeLevel(resolved.settings);
    log.logger.info({}, 'SIGHUP: the level of the log, the policy and the certificate were read anew');
  } catch (error) {
    log.logger.warn({}, `SIGHUP: nothing was changed, because something is wrong: ${messageOf(error)}`);
  }
}

/** Answers requests in this process until the service stops. */
export async function serve(context: ServeContext, onListening: (port: number) => Promise<void>): Promise<void> {
  const { resolved, log, watch, host } = context;
  const { settings } = resolved;
  await using store = await openStore(settings, log.logger);
  const counting = settings.metrics_port === undefined ? undefined : await import('../metrics/metrics.ts');
  const metrics = counting?.countRequests(host.version);
  await using application = await buildApplication({ resolved, host, logger: log.logger, store });
  const { authenticate } = application;
  const steps = httpSteps(resolved, { logger: log.logger, metrics, authenticate, stopping: () => watch.signal.aborted });
  const server = await makeServer(settings, chained(steps, application.handler));
  const connections = new Connections(server);
  tuneV8();
  const port = await listen(server, resolved.bindHost, settings.bind_port);
  host.onHangUp(() => void reload(context, server, application));
  const overseer = createWatch({
    store,
    logger: log.logger,
    clock: SYSTEM_CLOCK,
    runs: { keepDays: settings.run_days, keepCount: settings.run_count },
    onReport: counting?.showReports(),
  });
  const ending = new AbortController();
  const overseeing = overseer.run(ending.signal);
  try {
    await onListening(port);
    const signal = await watch.stopped;
    log.logger.info({}, `${signal}: stopping; requests that have begun have ${settings.graceful_shutdown_timeout} s`);
  } finally {
    await connections.stop(settings.graceful_shutdown_timeout);
    ending.abort();
    await overseeing;
  }
  log.logger.info({}, 'stopped');
}
