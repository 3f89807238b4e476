import type { OpenedLog } from '@freezer/log';
import type { ResolvedApi } from '../settings/resolve-api.ts';
import type { ApiHost } from './api-host.ts';
import type { StopWatch } from './stop-watch.ts';

/** What everything that runs knows. */
export interface ServeContext {
  readonly resolved: ResolvedApi;
  readonly host: ApiHost;
  readonly log: OpenedLog;
  readonly watch: StopWatch;
}
