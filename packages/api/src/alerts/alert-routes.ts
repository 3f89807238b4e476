import { createHash } from 'node:crypto';
import { compareSortValues, matchesFilter, sortValueAt } from '@freezer/core';
import { ALERT_KINDS, ALERT_SEVERITIES, AlertDocument } from '@freezer/models';
import type { Answer } from '../http/answer.ts';
import { isUnchanged } from '../http/etag.ts';
import type { Exchange } from '../http/exchange.ts';
import { noDocument } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import { ALERTS } from '../lists/list-kind.ts';
import { readListRequest } from '../lists/list-request.ts';
import { gatherAlerts } from './gather-facts.ts';

async function alertsFor(exchange: Exchange): Promise<readonly AlertDocument[]> {
  return (await gatherAlerts(exchange.api, exchange.scope, { signal: exchange.signal })).alerts;
}

/** Worked out anew each time; filtered, sorted and cut as any list. */
async function listAlerts(exchange: Exchange): Promise<Answer> {
  const { search, isImpossible } = await readListRequest(exchange, ALERTS, exchange.scope);
  const { sort, marker, offset, limit } = search;
  const found = isImpossible ? [] : (await alertsFor(exchange)).filter((alert) => matchesFilter(alert, search));
  const sorted = sort ? found.toSorted((one, two) => compareSortValues(sortValueAt(one, sort.path), sortValueAt(two, sort.path), sort.descending)) : found;
  const after = marker === undefined ? -1 : sorted.findIndex(({ alert_id: id }) => id === marker);
  const rest = marker !== undefined && after === -1 ? [] : sorted.slice(after + 1);
  const page = rest.slice(offset, offset + limit);
  const last = page.at(-1);
  const etag = `W/"${createHash('sha256')
    .update(JSON.stringify(page.map(({ age: _, ...alert }) => alert)))
    .digest('base64url')
    .slice(0, 27)}"`;
  if (isUnchanged(exchange.header('if-none-match'), etag)) return { status: 304, headers: { etag } };
  const hasMore = last !== undefined && rest.length > offset + page.length;
  const headers = { etag, 'x-total-count': String(found.length), ...(hasMore && { 'x-next-marker': last.alert_id }) };
  return { status: 200, body: { alerts: page }, headers };
}

async function getAlert(exchange: Exchange): Promise<Answer> {
  const id = exchange.param('alert_id');
  const alert = (await alertsFor(exchange)).find((each) => each.alert_id === id);
  if (!alert) throw noDocument(id);
  return { status: 200, body: alert };
}

export const ALERT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/alerts',
    versions: ['v2'],
    rule: 'alerts:get_all',
    summary: `Lists what needs attention (${ALERT_KINDS.join(', ')}), ${ALERT_SEVERITIES.join(' or ')}`,
    status: 200,
    answer: AlertDocument,
    list: ALERTS,
    handle: listAlerts,
  },
  {
    method: 'GET',
    path: '/alerts/:alert_id',
    versions: ['v2'],
    rule: 'alerts:get_all',
    summary: 'Shows an alert',
    status: 200,
    answer: AlertDocument,
    handle: getAlert,
  },
];
