import { createServer, type Server } from 'node:http';
import { FreezerError, systemCodeOf } from '@freezer/core';
import type { Meter } from '@freezer/scheduler';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const PREFIX = 'freezer_scheduler_';
const DURATIONS = [1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600];

/** What a scheduler counts, for Prometheus. */
export interface SchedulerMetrics {
  readonly meter: Meter;
  readonly registry: Registry;
}

/** Its metrics, all of them from the first moment. */
export function createMetrics(): SchedulerMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Gauge({ name: `${PREFIX}${name}`, help, labelNames, registers });
  const polls = counter('polls_total', 'Polls of the API or of the job directory', ['result']);
  const pollDuration = new Histogram({
    name: `${PREFIX}poll_duration_seconds`,
    help: 'How long polls take',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30],
    registers,
  });
  const lastPoll = gauge('last_successful_poll_timestamp', 'Unix time of the last poll that went well');
  const jobs = gauge('jobs', 'Jobs that are known', ['state']);
  const runs = counter('runs_total', 'Runs of jobs that ended', ['result']);
  const runDuration = new Histogram({ name: `${PREFIX}run_duration_seconds`, help: 'How long runs take', buckets: DURATIONS, registers });
  const missed = counter('missed_runs_total', 'Runs that were not made because it was too late');
  const skipped = counter('skipped_overlap_total', 'Runs that were not made because the one before had not ended');
  const outbox = gauge('outbox_size', 'Writes that the API does not have yet');
  const apiErrors = counter('api_errors_total', 'Calls of the API that failed', ['code']);
  const eventLatency = new Histogram({
    name: `${PREFIX}event_latency_seconds`,
    help: 'Delay between the time of a run and its start',
    buckets: [0.1, 0.5, 1, 5, 30, 60, 600, 3600],
    registers,
  });
  const jumps = counter('clock_jump_seconds_total', 'Seconds by which the clock of the host jumped, either way');
  return {
    registry,
    meter: {
      poll: (result, seconds) => {
        polls.inc({ result });
        pollDuration.observe(seconds);
        if (result === 'success') lastPoll.set(Date.now() / 1000);
      },
      jobs: (counts) => {
        for (const [state, count] of Object.entries(counts)) jobs.set({ state }, count);
      },
      run: (result, seconds) => {
        runs.inc({ result });
        if (seconds !== undefined) runDuration.observe(seconds);
      },
      missed: (count) => missed.inc(count),
      skipped: (count) => skipped.inc(count),
      outbox: (size) => outbox.set(size),
      apiError: (code) => apiErrors.inc({ code }),
      lateness: (seconds) => eventLatency.observe(Math.max(0, seconds)),
      clockJump: (seconds) => jumps.inc(Math.abs(seconds)),
    },
  };
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)$/;

/** Where metrics are served: `127.0.0.1:9108`. Fails with `invalid`; other addresses than those of the loopback are refused. */
function parseListen(text: string): { readonly host: string; readonly port: number } {
  const [, host = '', digits = ''] = /^(?:(.*):)?(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535)
    throw new FreezerError('invalid', `metrics_listen: '${text}' is wrong; allowed: a port, or an address of the loopback and a port, as 127.0.0.1:9108`);
  const address = host === '' ? '127.0.0.1' : host.replace(/^\[|\]$/g, '');
  if (!LOOPBACK.test(address)) throw new FreezerError('invalid', `metrics_listen: ${address} is no address of the loopback`);
  return { host: address, port };
}

/** `GET /metrics` and `GET /health`. Fails with `unavailable` when it cannot listen. */
export async function serveMetrics(
  listen: string,
  registry: Registry,
  healthy: () => boolean,
): Promise<{ readonly address: string; readonly close: () => Promise<void> }> {
  const { host, port } = parseListen(listen);
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
    else if (path === '/metrics') {
      registry.metrics().then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else if (path === '/health')
      response.writeHead(healthy() ? 200 : 503, { 'content-type': 'text/plain' }).end(healthy() ? 'OK\n' : 'the last poll that went well is too old\n');
    else response.writeHead(404).end();
  });
  await listening(server, host, port);
  const at = server.address();
  return {
    address: typeof at === 'object' && at !== null ? `${host}:${at.port}` : listen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new FreezerError('unavailable', `metrics_listen: cannot listen on ${host}:${port} (${systemCodeOf(error) ?? 'unknown reason'})`, { cause: error }),
      ),
    );
    server.listen(port, host, resolve);
  });
}
