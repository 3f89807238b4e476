import { ACTION_ROUTES } from './actions/action-routes.ts';
import { ALERT_ROUTES } from './alerts/alert-routes.ts';
import { BACKUP_ROUTES } from './backups/backup-routes.ts';
import { CLIENT_ROUTES } from './clients/client-routes.ts';
import type { Route } from './http/route.ts';
import { JOB_ROUTES } from './jobs/job-routes.ts';
import { RUN_ROUTES } from './runs/run-routes.ts';
import { SESSION_ROUTES } from './sessions/session-routes.ts';

/** Every route behind `/v1` and `/v2/{project_id}`, those that schedulers ask for first. */
export const ROUTES: readonly Route[] = [
  ...JOB_ROUTES,
  ...SESSION_ROUTES,
  ...BACKUP_ROUTES,
  ...CLIENT_ROUTES,
  ...ACTION_ROUTES,
  ...RUN_ROUTES,
  ...ALERT_ROUTES,
];
