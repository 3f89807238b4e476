import type { IncomingMessage, ServerResponse } from 'node:http';

/** One step of the way of a request: it answers, or calls `next`. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** What takes a request that nobody has answered before. */
export type LastHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Steps in their order, behind them `last`. */
export function chained(handlers: readonly Handler[], last: LastHandler): LastHandler {
  return handlers.reduceRight<LastHandler>((next, handler) => (request, response) => handler(request, response, () => next(request, response)), last);
}

/** Answers with an error in Freezer's form, `{"title", "description"}`. */
export function answerError(response: ServerResponse, status: number, title: string, description: string): void {
  const body = JSON.stringify({ title, description });
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

/** What a caller asked for. A router takes off what it has matched, and keeps the whole beside. */
export function urlOfRequest(request: IncomingMessage): string {
  const whole = 'originalUrl' in request ? request.originalUrl : undefined;
  return typeof whole === 'string' ? whole : (request.url ?? '/');
}

/** The path of that, without what is behind `?`. */
export const pathOf = (request: IncomingMessage): string => urlOfRequest(request).split('?', 1)[0] ?? '/';

/** One value of a header; of several that are the same the last. */
export function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.at(-1) : value;
}
