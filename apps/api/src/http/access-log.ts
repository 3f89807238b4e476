import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@freezer/core';
import type { LogFile } from '@freezer/log';
import { printable } from '@freezer/terminal';
import { type Handler, headerOf, urlOfRequest } from './handler.ts';
import { callerOf } from './proxy-headers.ts';

/** What is known of a request once it was answered, or given up. */
export interface AnsweredRequest {
  readonly method: string;
  readonly url: string;
  readonly caller: string;
  /** 499 when the caller went away before the answer. */
  readonly status: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly requestId: string;
  readonly agent: string;
}

const CALLER_GONE = 499;

function answered(request: IncomingMessage, response: ServerResponse, begun: number): AnsweredRequest {
  return {
    method: request.method ?? '-',
    url: urlOfRequest(request),
    caller: callerOf(request),
    status: response.writableFinished ? response.statusCode : CALLER_GONE,
    bytes: Number(response.getHeader('content-length') ?? 0),
    seconds: (performance.now() - begun) / 1000,
    requestId: String(response.getHeader('x-openstack-request-id') ?? '-'),
    agent: headerOf(request, 'user-agent') ?? '-',
  };
}

/** Tells of each request once, when it is over. */
export function onAnswered(tell: (request: AnsweredRequest) => void): Handler {
  return (request, response, next) => {
    const begun = performance.now();
    response.once('close', () => tell(answered(request, response, begun)));
    next();
  };
}

/** A line for the log of the service. */
export function tellLog(logger: Logger): (request: AnsweredRequest) => void {
  return ({ method, url, caller, status, bytes, seconds, requestId }) =>
    logger.info({ status, bytes, seconds: Number(seconds.toFixed(4)), caller, request_id: requestId }, `${method} ${url}`);
}

const quoted = (text: string): string => `"${printable(text).replaceAll('"', '\\x22')}"`;

/** `127.0.0.1 - - [2026-11-21T16:04:09.000Z] "GET /v2/p/jobs HTTP/1.1" 200 123 "-" "curl" 0.0012 req-...`, a line for a file. */
export function accessLine({ method, url, caller, status, bytes, seconds, requestId, agent }: AnsweredRequest, at: Date): string {
  const what = quoted(`${method} ${url} HTTP/1.1`);
  return `${printable(caller)} - - [${at.toISOString()}] ${what} ${status} ${bytes} "-" ${quoted(agent)} ${seconds.toFixed(4)} ${printable(requestId)}`;
}

/** A line for a file of its own. A disk that is full loses lines, no requests. */
export function tellFile(file: LogFile, lost: (error: unknown) => void): (request: AnsweredRequest) => void {
  return (request) => {
    try {
      file.write(accessLine(request, new Date()));
    } catch (error) {
      lost(error);
    }
  };
}
