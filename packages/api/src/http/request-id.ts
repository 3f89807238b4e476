import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const ACCEPTED = /^[\w.:-]{1,128}$/;

/** The id under which a request is logged and answered: the caller's, with `req-` before it, or a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const sent = headers['x-openstack-request-id'];
  if (typeof sent !== 'string' || !ACCEPTED.test(sent)) return `req-${randomUUID()}`;
  return sent.startsWith('req-') ? sent : `req-${sent}`;
}
