import type { Route } from '../http/route.ts';

export const ALERT_ROUTES: readonly Route[] = [];
