import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import * as sdk from '@aws-sdk/client-s3';
import { FreezerError, type Logger, messageOf, type Outage, type RateLimit, systemCodeOf } from '@freezer/core';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { isLoss, isSilence, statusOf } from './failure.ts';
import type { S3StorageOptions } from './options.ts';
import { paced } from './paced.ts';
import { ATTEMPTS, patientRetries } from './patient-retries.ts';

/** The SDK. It is large: this file is loaded when a storage is opened. */
export type Sdk = typeof sdk;

const CONNECT_MS = 15_000;
/** A server that gives or takes nothing for so long is gone. */
export const SILENCE_MS = 60_000;
const SOCKETS = 32;

/** A bucket and how to talk to it. */
export interface Bucket {
  readonly name: string;
  readonly client: sdk.S3Client;
  readonly sdk: Sdk;
  /** No more than this is sent from now on. */
  readonly limitUploads: (limit: RateLimit) => void;
  /** Gives the connections back, and waits for no further try. */
  readonly close: () => void;
}

async function certificatesOf({ caFile, endpoint }: S3StorageOptions): Promise<Buffer | undefined> {
  if (caFile === undefined || endpoint?.startsWith('http:') === true) return undefined;
  try {
    return await readFile(caFile);
  } catch (error) {
    throw new FreezerError('invalid', `s3_cacert: ${caFile} cannot be read: ${systemCodeOf(error) ?? messageOf(error)}`, { cause: error });
  }
}

/** Makes the client. No request is made yet. */
export async function openBucket(options: S3StorageOptions, logger: Logger, outage: Outage): Promise<Bucket> {
  const ca = await certificatesOf(options);
  const { accessKey, secretKey, sessionToken, endpoint, region, pathStyle, checksCertificate } = options;
  const agents = { keepAlive: true, maxSockets: SOCKETS };
  const client = new sdk.S3Client({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    forcePathStyle: pathStyle,
    // Older servers refuse the checksums that the SDK adds by itself; each body has an MD5 instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    logger: quiet(logger),
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      httpAgent: new HttpAgent(agents),
      httpsAgent: new HttpsAgent({ ...agents, rejectUnauthorized: checksCertificate, ...(ca ? { ca } : {}) }),
    }),
  });
  const closing = new AbortController();
  const retries = patientRetries(await client.config.retryStrategy(), { logger, outage, signal: closing.signal });
  client.config.retryStrategy = async () => retries;
  addDigest(client);
  let upload: RateLimit | undefined;
  addPace(client, () => upload);
  addOutage(client, outage);
  addLosses(client);
  const close = (): void => {
    closing.abort();
    client.destroy();
  };
  return { name: options.bucket, client, sdk, limitUploads: (limit) => (upload = limit), close };
}

/** What the SDK thinks of its use is for developers; each request it made would be another line. */
const quiet = (logger: Logger): { debug(): void; info(): void; warn(...words: unknown[]): void; error(...words: unknown[]): void } => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (...words) => logger.debug({ sdk: messageOf(words[0]) }, 'the S3 library warns'),
  error: (...words) => logger.debug({ sdk: messageOf(words[0]) }, 'the S3 library reports'),
});

/** Servers that do not know the newer checksums want an MD5 of the list of names that are to be deleted. */
function addDigest(client: sdk.S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { request } = args;
      if (context['commandName'] === 'DeleteObjectsCommand' && isRequest(request))
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      return await next(args);
    },
    { step: 'build', name: 'contentMd5OfDeletes' },
  );
}

/** After all that reads, signs or repeats a body: the SDK must not take it for a stream, which it could send once only. */
function addPace(client: sdk.S3Client, limit: () => RateLimit | undefined): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      const upload = limit();
      if (upload !== undefined && isRequest(request) && typeof request.body !== 'string') Object.assign(request, { body: paced(request.body, upload) });
      return await next(args);
    },
    { step: 'deserialize', priority: 'low', name: 'paced' },
  );
}

/** Each attempt by itself: below all that repeats it. */
function addOutage(client: sdk.S3Client, outage: Outage): void {
  client.middlewareStack.add(
    (next) => async (args) => (hasBody(args.request) ? await outage.transfer(async () => await next(args), tookNothing) : await next(args)),
    { step: 'deserialize', priority: 'high', name: 'outage' },
  );
}

/** What was lost on the way is sent again. */
function addLosses(client: sdk.S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        // Without a body nothing can have been lost; servers that know no removal of many refuse it in words of their own.
        if (hasBody(args.request) && context['commandName'] !== 'DeleteObjectsCommand' && isLoss(error)) Object.assign(error as object, { $retryable: {} });
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'losses' },
  );
}

/** Silence, a proxy that says that its server is gone, and a host that is not found or refuses: nobody took the bytes. */
const tookNothing = (error: unknown): boolean =>
  isSilence(error) || statusOf(error) >= 500 || ['EAI_AGAIN', 'ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'].includes(systemCodeOf(error) ?? '');

const hasBody = (request: unknown): boolean => isRequest(request) && request.body.length > 0;

const isRequest = (request: unknown): request is { headers: Record<string, string>; body: string | Uint8Array } =>
  typeof request === 'object' &&
  request !== null &&
  'headers' in request &&
  'body' in request &&
  (typeof request.body === 'string' || ArrayBuffer.isView(request.body));

/** What is sent beside the bytes so that the server can tell whether they arrived whole. */
export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');
