import type { ServerResponse } from 'node:http';
import type { Problem } from './problem.ts';

/** JSON with its length in bytes of UTF-8. Whoever puts it together of parts knows it for less: to count a text that is long and in parts is to copy it. */
export interface JsonText {
  readonly text: string;
  readonly bytes: number;
}

export const jsonText = (text: string): JsonText => ({ text, bytes: Buffer.byteLength(text) });

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  /** A document, to be written as JSON. Absent: no body. */
  readonly body?: object;
  /** The same, written already. */
  readonly json?: JsonText;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a document, or with undefined nothing but status and headers. */
export function sendJson(response: ServerResponse, { status, body, json, headers = {} }: Answer): void {
  const written = json ?? (body && jsonText(JSON.stringify(body)));
  if (written === undefined) {
    // 204 and 304 have no length; a 404 without body must say that it has none.
    const length = status === 204 || status === 304 ? {} : { 'content-length': '0' };
    response.writeHead(status, { ...headers, ...length }).end();
    return;
  }
  send(response, status, written, { 'content-type': 'application/json', ...headers });
}

export function sendText(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>>): void {
  send(response, status, jsonText(text), headers);
}

function send(response: ServerResponse, status: number, { text, bytes }: JsonText, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, { ...headers, 'content-length': bytes }).end(text);
}

/** The body of an error. */
export function sendProblem(response: ServerResponse, { status, title, description, headers }: Problem): void {
  sendJson(response, { status, headers: { vary: 'Accept', ...headers }, body: description === undefined ? { title } : { title, description } });
}
