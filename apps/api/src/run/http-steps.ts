import { basename } from 'node:path';
import type { Authenticate } from '@freezer/api';
import { FreezerError, type Logger, messageOf, systemCodeOf } from '@freezer/core';
import { LogFile } from '@freezer/log';
import { type AnsweredRequest, onAnswered, tellFile, tellLog } from '../http/access-log.ts';
import { bodyLimit } from '../http/body-limit.ts';
import { cors, corsRules } from '../http/cors.ts';
import type { Handler } from '../http/handler.ts';
import { movedHealth } from '../http/moved-health.ts';
import { proxyHeaders } from '../http/proxy-headers.ts';
import { readBodyAway } from '../http/read-away.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { limitProjects } from '../limits/limit-projects.ts';
import { bucketRules, limiter } from '../limits/limiter.ts';
import type { RequestMetrics } from '../metrics/metrics.ts';
import type { ResolvedApi } from '../settings/resolve-api.ts';
import { trialGuard } from '../trial/trial-guard.ts';

export interface StepsContext {
  readonly logger: Logger;
  readonly metrics: RequestMetrics | undefined;
  readonly authenticate: Authenticate;
  /** Whether the service stops: then no connection is kept. */
  readonly stopping: () => boolean;
}

type Tell = (request: AnsweredRequest) => void;

function accessLog({ settings }: ResolvedApi, { logger }: StepsContext): Tell | undefined {
  const place = settings.access_log;
  if (place === 'none' || place === '') return undefined;
  if (place === 'log') return tellLog(logger);
  try {
    const file = new LogFile({ path: place, follow: true, now: Date.now });
    return tellFile(file, (error) => logger.warn({}, `the access log ${basename(place)} loses lines: ${messageOf(error)}`));
  } catch (error) {
    throw new FreezerError('invalid', `--access-log: ${place} cannot be opened (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
  }
}

function counting({ open }: RequestMetrics): Handler {
  return (_request, response, next) => {
    open(1);
    response.once('close', () => open(-1));
    next();
  };
}

/** A caller that keeps its connection would hold up a stop. */
function closingWhile(stopping: () => boolean): Handler {
  return (_request, response, next) => {
    if (stopping()) response.setHeader('Connection', 'close');
    next();
  };
}

/** What happens to a request before the application sees it. Fails with `invalid`. */
export function httpSteps(resolved: ResolvedApi, context: StepsContext): readonly Handler[] {
  const { settings, auth } = resolved;
  const tells = [accessLog(resolved, context), context.metrics?.answered].filter((tell) => tell !== undefined);
  const rules = corsRules(settings);
  const limits = bucketRules(settings);
  const health = settings['healthcheck.path'];
  return [
    proxyHeaders({ believe: settings['oslo_middleware.enable_proxy_headers_parsing'] }),
    readBodyAway(),
    ...tells.map(onAnswered),
    ...(context.metrics ? [counting(context.metrics)] : []),
    closingWhile(context.stopping),
    securityHeaders({ tls: settings['ssl.cert_file'] !== undefined }),
    ...(auth === 'none' ? [trialGuard] : []),
    ...(rules ? [cors(rules)] : []),
    bodyLimit(settings['oslo_middleware.max_request_body_size']),
    ...(health === '/healthcheck' ? [] : [movedHealth(health)]),
    ...(limits ? [limitProjects(context.authenticate, limiter(limits))] : []),
  ];
}
