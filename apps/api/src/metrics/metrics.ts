import cluster from 'node:cluster';
import { createServer, type Server } from 'node:http';
import type { WatchReport } from '@freezer/api';
import { FreezerError, messageOf } from '@freezer/core';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client';
import type { AnsweredRequest } from '../http/access-log.ts';
import { answerError, pathOf } from '../http/handler.ts';
import { routeLabel } from './route-label.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts what a process answers. */
export interface RequestMetrics {
  readonly answered: (request: AnsweredRequest) => void;
  /** Adds to the requests that are being answered. */
  readonly open: (change: 1 | -1) => void;
}

/** Begins to count in this process; in a worker the one that started it can ask for the numbers. */
export function countRequests(version: string): RequestMetrics {
  collectDefaultMetrics();
  // A worker answers the one that gathers, once it has such an object.
  if (cluster.isWorker) void new AggregatorRegistry();
  const requests = new Counter({ name: 'freezer_api_requests_total', help: 'Requests answered', labelNames: ['method', 'route', 'status'] });
  const seconds = new Histogram({ name: 'freezer_api_request_seconds', help: 'Time to answer', labelNames: ['method', 'route'], buckets: SECONDS });
  const open = new Gauge({ name: 'freezer_api_requests_open', help: 'Requests being answered' });
  new Gauge({ name: 'freezer_api_info', help: 'The version', labelNames: ['version'], aggregator: 'first' }).set({ version }, 1);
  return {
    answered: ({ method, url, status, seconds: took }) => {
      const route = routeLabel(url.split('?', 1)[0] ?? '/');
      requests.inc({ method, route, status: String(status) });
      seconds.observe({ method, route }, took);
    },
    open: (change) => open.inc(change),
  };
}

/** Shows what the watch over jobs found; of several workers one looks at a time. */
export function showReports(): (report: WatchReport) => void {
  const labelNames = ['kind', 'severity'];
  const alerts = new Gauge({ name: 'freezer_api_alerts', help: 'What needs attention', labelNames, aggregator: 'max' });
  const points = new Gauge({
    name: 'freezer_api_last_good_point_timestamp_seconds',
    help: 'When the last good point of a set was made',
    labelNames: ['project_id', 'job_id', 'backup_set'],
    aggregator: 'max',
  });
  return (report) => {
    alerts.reset();
    points.reset();
    for (const { kind, severity } of report.alerts) alerts.inc({ kind, severity });
    for (const { projectId, jobId, backupSet, lastGood } of report.sets)
      points.set({ project_id: projectId, job_id: jobId, backup_set: backupSet }, lastGood ?? 0);
  };
}

/** The numbers of this process, or of all workers together. */
async function exposition(workers: boolean): Promise<{ readonly text: string; readonly type: string }> {
  if (!workers) return { text: await register.metrics(), type: register.contentType };
  return { text: await aggregator().clusterMetrics(), type: register.contentType };
}

let gathering: AggregatorRegistry<'text/plain; version=0.0.4; charset=utf-8'> | undefined;

/** One for the process: each would listen to the workers by itself. */
function aggregator() {
  gathering ??= new AggregatorRegistry();
  return gathering;
}

export interface MetricsPlace {
  readonly host: string;
  readonly port: number;
  /** Whether workers count, and this process only gathers. */
  readonly workers: boolean;
}

/** Serves `/metrics`, on a port of its own so that it needs no token. Fails with `unavailable`. */
export function serveMetrics({ host, port, workers }: MetricsPlace): Promise<Server> {
  if (workers) aggregator();
  const server = createServer((request, response) => {
    if (pathOf(request) !== '/metrics') return answerError(response, 404, 'Not Found', 'Metrics are at /metrics.');
    exposition(workers).then(
      ({ text, type }) => response.writeHead(200, { 'content-type': type }).end(text),
      () => answerError(response, 503, 'Service Unavailable', 'The workers do not tell their numbers.'),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new FreezerError('unavailable', `--metrics-port: cannot listen on ${host} port ${port}: ${messageOf(error)}`, { cause: error })),
    );
    server.listen(port, host, () => resolve(server));
  });
}
