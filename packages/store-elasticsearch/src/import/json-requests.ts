import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';

/** How a server is asked that no client of today speaks to: plain JSON over HTTP. */
export interface JsonServer {
  readonly url: URL;
  /** `user:password`. */
  readonly httpAuth: string | undefined;
  readonly ca: string | undefined;
  readonly verifyCerts: boolean;
  readonly timeoutMs: number;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const CODES: Readonly<Record<string, 'timeout' | 'unavailable'>> = { ETIMEDOUT: 'timeout', ESOCKETTIMEDOUT: 'timeout' };

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // an error page of a proxy: its status says what is wrong
  }
}

/** Resolves to the answer, whatever its status. Fails with `unavailable` or `timeout`. */
export async function askJson(server: JsonServer, method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<JsonAnswer> {
  const { url, httpAuth, ca, verifyCerts, timeoutMs } = server;
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const target = new URL(`${url.pathname.replace(/\/$/, '')}${path}`, url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  return await new Promise<JsonAnswer>((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(new FreezerError(CODES[systemCodeOf(error) ?? ''] ?? 'unavailable', `Elasticsearch: ${messageOf(error)}`, { cause: error }));
    };
    const request = send(target, {
      method,
      timeout: timeoutMs,
      headers: { accept: 'application/json', ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) },
      rejectUnauthorized: verifyCerts,
      ...(httpAuth !== undefined && { auth: httpAuth }),
      ...(ca !== undefined && { ca }),
    });
    request.once('timeout', () => request.destroy(Object.assign(new TypeError(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' })));
    request.once('error', fail);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', fail);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString('utf8')) }));
    });
    request.end(text);
  });
}
