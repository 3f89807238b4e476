import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { FreezerError, messageOf, systemCodeOf } from '@freezer/core';
import type { TlsOptions } from '@freezer/keystone-auth';
import { withoutCredentials } from '@freezer/settings';

const LARGEST_ANSWER = 4 * 2 ** 20;

export interface KeystoneCallOptions {
  /** `https://host:5000/v3`, with the version. */
  readonly identityUrl: string;
  readonly tls: TlsOptions;
  readonly timeoutSeconds: number;
}

export interface KeystoneCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the address of Keystone: `/OS-TRUST/trusts`. */
  readonly path: string;
  readonly token: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

export interface KeystoneAnswer {
  readonly status: number;
  /** The document of the answer; an empty one when there is none. */
  readonly document: Readonly<Record<string, unknown>>;
}

const pem = async (path: string | undefined): Promise<Buffer | undefined> => (path === undefined ? undefined : readFile(path));

async function tlsSettings({
  cacert,
  cert,
  key,
  insecure,
}: TlsOptions): Promise<RequestOptions & { readonly ca?: Buffer; readonly rejectUnauthorized?: boolean }> {
  const [ca, own, ownKey] = await Promise.all([pem(cacert), pem(cert), pem(key ?? cert)]);
  return { ...(ca && { ca }), ...(own && { cert: own }), ...(ownKey && { key: ownKey }), rejectUnauthorized: insecure !== true };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_ANSWER) throw new FreezerError('unexpected', 'the answer is larger than 4 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function documentOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const document: unknown = text === '' ? {} : JSON.parse(text);
    return typeof document === 'object' && document !== null ? { ...document } : {};
  } catch {
    // A page of a proxy in between: the status says enough.
    return {};
  }
}

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const call = url.protocol === 'https:' ? tlsRequest(url, options, resolve) : plainRequest(url, options, resolve);
    call.once('error', reject);
    call.end(body);
  });
}

/**
 * One call of Keystone's API beyond tokens: trusts, and what registers the service. Any status is an answer; without one it fails with
 * `unavailable` or `timeout`.
 */
export async function callKeystone({ identityUrl, tls, timeoutSeconds }: KeystoneCallOptions, call: KeystoneCall): Promise<KeystoneAnswer> {
  const limit = AbortSignal.timeout(timeoutSeconds * 1000);
  const signal = call.signal ? AbortSignal.any([call.signal, limit]) : limit;
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    accept: 'application/json',
    'x-auth-token': call.token,
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
  };
  const url = new URL(identityUrl.replace(/\/+$/, '') + call.path);
  try {
    const answer = await send(url, { method: call.method, headers, signal, ...(await tlsSettings(tls)) }, body);
    return { status: answer.statusCode ?? 0, document: documentOf(await textOf(answer)) };
  } catch (error) {
    call.signal?.throwIfAborted();
    const where = `${call.method} ${withoutCredentials(url.href)}`;
    if (limit.aborted) throw new FreezerError('timeout', `${where}: no answer within ${timeoutSeconds} s`, { cause: error });
    throw new FreezerError('unavailable', `${where}: ${systemCodeOf(error) ?? messageOf(error)}`, { cause: error });
  }
}

/** The address of version 3 of the API, from an auth URL with or without a version. */
export function identityUrlOf(authUrl: string): string {
  const url = authUrl.replace(/\/+$/, '');
  return /\/v3$/.test(url) ? url : `${url.replace(/\/v2\.0$/, '')}/v3`;
}
