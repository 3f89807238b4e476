import type { IncomingMessage } from 'node:http';
import { type Handler, headerOf } from './handler.ts';

const NAMES = ['x-forwarded-proto', 'x-forwarded-host', 'x-forwarded-prefix', 'x-forwarded-for', 'x-forwarded-port'] as const;

/** `Forwarded: for=1.2.3.4;proto=https;host=api.example.org`: the first hop is the one nearest the caller. */
function takeForwarded(request: IncomingMessage): void {
  const [first = ''] = (headerOf(request, 'forwarded') ?? '').split(',', 1);
  for (const pair of first.split(';')) {
    const [, name, value] = /^\s*(proto|host|for)\s*=\s*"?([^"]*?)"?\s*$/i.exec(pair) ?? [];
    if (name !== undefined && value !== undefined && value !== '') request.headers[`x-forwarded-${name.toLowerCase()}`] = value;
  }
}

/** Without `believe` what a caller says of a proxy is taken away, so that nobody can make links to elsewhere. */
export function proxyHeaders({ believe }: { readonly believe: boolean }): Handler {
  return (request, _response, next) => {
    if (believe) takeForwarded(request);
    else for (const name of NAMES) delete request.headers[name];
    delete request.headers['forwarded'];
    next();
  };
}

/** The address of the caller, by the proxy where that is believed. */
export function callerOf(request: IncomingMessage): string {
  const [first] = (headerOf(request, 'x-forwarded-for') ?? '').split(',', 1);
  return first?.trim() || request.socket.remoteAddress || '-';
}
