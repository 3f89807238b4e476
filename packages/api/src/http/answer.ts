import type { ServerResponse } from 'node:http';
import type { Problem } from './problem.ts';

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  /** A document, to be written as JSON. Absent: no body. */
  readonly body?: object;
  /** The same, written already. */
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a document, or with undefined nothing but status and headers. */
export function sendJson(response: ServerResponse, { status, body, json, headers = {} }: Answer): void {
  const text = json ?? (body && JSON.stringify(body));
  if (text === undefined) {
    // 204 and 304 have no length; a 404 without body must say that it has none.
    const length = status === 204 || status === 304 ? {} : { 'content-length': '0' };
    response.writeHead(status, { ...headers, ...length }).end();
    return;
  }
  sendText(response, status, text, { 'content-type': 'application/json', ...headers });
}

export function sendText(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

/** The body of an error. */
export function sendProblem(response: ServerResponse, { status, title, description, headers }: Problem): void {
  sendJson(response, { status, headers: { vary: 'Accept', ...headers }, body: description === undefined ? { title } : { title, description } });
}
