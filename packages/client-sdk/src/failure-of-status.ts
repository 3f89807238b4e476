import { ApiError, type ApiErrorCode } from './api-error.ts';
import type { ApiResponse } from './transport/transport.ts';

const STATUS: Readonly<Record<number, ApiErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  405: 'unsupported',
  406: 'unsupported',
  408: 'timeout',
  409: 'already_exists',
  412: 'conflict',
  413: 'too_large',
  414: 'too_large',
  422: 'invalid',
  428: 'conflict',
  429: 'rate_limited',
  431: 'too_large',
  501: 'unsupported',
  502: 'unavailable',
  503: 'unavailable',
  504: 'timeout',
  // Of old Freezer servers: the body was no JSON.
  753: 'invalid',
};

const LONGEST = 500;

/** What an answer that is an error means, with what the server said about it. */
export function failureOfStatus(purpose: string, response: ApiResponse, sentId: string): ApiError {
  const { status } = response;
  const { title, description } = explanationOf(response.text);
  const requestId = response.header('x-openstack-request-id') ?? sentId;
  const isTaken = status !== 409 || title === undefined || /already/i.test(`${title} ${description ?? ''}`);
  const isElsewhere = status === 404 && !saysAbsent(response.text);
  const known = isElsewhere ? 'unsupported' : STATUS[status];
  const code = isTaken ? (known ?? (status >= 500 ? 'unavailable' : 'unexpected')) : 'conflict';
  const redirect = status >= 300 && status < 400 ? `redirected to ${originOf(response.header('location'))}; use that URL as the endpoint` : undefined;
  const said = [title, description].filter((text) => text !== undefined && text !== '').join(': ');
  const retryAfterSeconds = secondsOf(response.header('retry-after'));
  return new ApiError(code, `${purpose}: ${status} ${redirect ?? (said || 'without an explanation')}`.slice(0, LONGEST * 2), {
    status,
    requestId,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    // A crash of the server is no reason to repeat a write.
    ...(status === 500 && { retryable: false }),
  });
}

/**
 * Whether the body of a 404 says that a thing is absent: for that Freezer sends nothing, or the title `Not Found`. `404 Not Found` is its title of a path
 * that it does not know, and what else there may be is of another server, such as a proxy while the API is updated.
 */
export function saysAbsent(text: string): boolean {
  return text.trim() === '' || parsed(text)?.['title'] === 'Not Found';
}

/** From `{"title", "description"}`, from Keystone's `{"error": {"title", "message"}}`, or from the title of a proxy's page. */
function explanationOf(text: string): { title?: string; description?: string } {
  const document = parsed(text);
  if (document === undefined) {
    const page = /<title>([^<]*)<\/title>/i.exec(text.slice(0, 10_000))?.[1]?.trim();
    const words = page ?? (text.includes('<') ? '' : text.trim().slice(0, LONGEST));
    return words === '' ? {} : { title: words };
  }
  const inner = typeof document['error'] === 'object' && document['error'] !== null ? (document['error'] as Record<string, unknown>) : document;
  const title = textOf(inner['title']);
  const description = textOf(inner['description']) ?? textOf(inner['message']);
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, LONGEST) : undefined;
}

function originOf(location: string | undefined): string {
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : 'another place';
}

/** Seconds of `Retry-After`: a number, or a date. */
export function secondsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000);
}
