import { randomUUID } from 'node:crypto';
import { type ByteStream, type CallOptions, type Logger, messageOf, type ObjectInfo, type StorageKey } from '@freezer/core';
import { BodySource } from './body-source.ts';
import type { SwiftClient } from './client.ts';
import { type Deed, failure } from './failure.ts';
import { HeldSegment } from './held-segment.ts';
import type { Hold } from './hold.ts';
import { pagesOf } from './listing.ts';
import { headOf, META_BYTES, META_PUT, META_SEGMENT_BYTES, manifestValue, type ObjectName, unquoted } from './object-facts.ts';
import { segmentName } from './parts.ts';
import { removeObjects } from './remove-objects.ts';
import { ownPartsFolder, segmentsFolder } from './segment-folders.ts';
import { isExisting, sendSegment } from './send-segment.ts';

/** How long the removal of what a failed put sent may take. */
const DISCARD_MS = 30_000;

/** How objects are cut, and where bytes are kept that are on their way. */
export interface Cutting {
  readonly segmentBytes: number;
  /** An object that is no `data` is cut only when it is larger. */
  readonly wholeBytes: number;
  readonly segmentsInFlight: number;
  readonly isStatic: boolean;
  /** For a segment, or an object, of up to so many bytes. */
  readonly hold: (bytes: number) => Hold;
}

/** What is to be written, and with what. */
export interface PutRequest extends CallOptions {
  readonly client: SwiftClient;
  readonly deed: Deed;
  readonly where: ObjectName;
  readonly key: StorageKey;
  readonly body: ByteStream;
  readonly ifAbsent: boolean;
  readonly cutting: Cutting;
  readonly logger: Logger;
}

/** A segment that the server has. */
interface Sent {
  readonly name: string;
  readonly size: number;
  readonly etag: string;
}

/** Writes a body as one object, or as segments with a manifest that appears last. Nothing stays when it fails. */
export async function putObject(request: PutRequest): Promise<ObjectInfo> {
  const source = new BodySource(request.body, request.signal);
  try {
    if (/(^|\/)data$/.test(request.key)) return await putParts(request, source, undefined);
    const first = new HeldSegment(source, request.cutting.wholeBytes, request.cutting.hold(request.cutting.wholeBytes));
    try {
      await first.fill();
      if (!(await source.hasMore())) return await putWhole(request, first);
      return await putParts(request, source, first);
    } finally {
      await first.release();
    }
  } catch (error) {
    throw request.signal?.aborted === true ? request.signal.reason : error;
  } finally {
    await source.close();
  }
}

async function putWhole(request: PutRequest, held: HeldSegment): Promise<ObjectInfo> {
  const modifiedAt = await putFinal(request, { headers: {}, query: {}, body: () => held.bytes(), length: held.length, etag: held.md5 });
  return { key: request.key, size: held.length, ...(modifiedAt !== undefined && { modifiedAt }) };
}

async function putParts(request: PutRequest, source: BodySource, first: HeldSegment | undefined): Promise<ObjectInfo> {
  const { client, deed, where, key, cutting, logger, signal } = request;
  const before = await headOf(client, deed, where, { signal });
  if (before !== undefined && request.ifAbsent) throw failure('already_exists', deed, 'the object exists');
  const folder = await freeFolder(request);
  const sent: Sent[] = [];
  try {
    await sendAll(request, source, { folder, first, sent });
    const size = sent.reduce((sum, part) => sum + part.size, 0);
    const segmentBytes = first === undefined ? cutting.segmentBytes : cutting.wholeBytes;
    const modifiedAt = await putManifest(request, { folder, sent, size, segmentBytes });
    // What the manifest that was replaced stood for is nobody's now.
    if (before?.dynamic && before.dynamic.container === where.container && before.dynamic.prefix !== folder)
      await discard(request, await namesIn(request, `${before.dynamic.prefix}/`));
    return { key, size, ...(modifiedAt !== undefined && { modifiedAt }) };
  } catch (error) {
    await discard(
      request,
      sent.map(({ name }) => name),
    ).catch((reason: unknown) => {
      logger.warn({ key, error: messageOf(reason) }, 'segments of a put that failed could not be removed; they go with the next removal of the level');
    });
    throw error;
  }
}

/** `segments`, as Freezer has it, unless something lies there: parts of another object must not be mixed with ours. */
async function freeFolder(request: PutRequest): Promise<string> {
  const folder = segmentsFolder(request.where.name);
  if (folder === undefined) return ownPartsFolder(request.where.name, randomUUID());
  for await (const page of pagesOf(request.client, request.deed, { container: request.where.container, prefix: folder, signal: request.signal }))
    if (page.length > 0) return ownPartsFolder(request.where.name, randomUUID());
  return folder;
}

interface SendingAll {
  readonly folder: string;
  /** Bytes that were taken already, in place of a first segment. */
  readonly first: HeldSegment | undefined;
  readonly sent: Sent[];
}

/** Sends segment after segment; so many as are allowed wait for their answers at the same time. */
async function sendAll(request: PutRequest, source: BodySource, { folder, first, sent }: SendingAll): Promise<void> {
  const { client, deed, where, cutting } = request;
  const stop = new AbortController();
  const signal = request.signal === undefined ? stop.signal : AbortSignal.any([request.signal, stop.signal]);
  const limit = first === undefined ? cutting.segmentBytes : cutting.wholeBytes;
  const inFlight = new Set<Promise<void>>();
  const send = async (segment: HeldSegment, index: number, name: string): Promise<void> => {
    try {
      await sendSegment({ client, deed, source, signal }, segment, { container: where.container, name });
      sent[index] = { name, size: segment.length, etag: segment.md5 ?? '' };
    } catch (error) {
      // Nobody else needs to go on, least of all to wait for a body that has nothing to give.
      stop.abort(error);
      void source.close();
      throw error;
    } finally {
      if (segment !== first) await segment.release();
    }
  };
  const begin = (segment: HeldSegment): Promise<void> => {
    const index = sent.length;
    const name = segmentName(folder, index);
    sent.push({ name, size: 0, etag: '' });
    const sending = send(segment, index, name).finally(() => {
      inFlight.delete(sending);
    });
    inFlight.add(sending);
    return sending;
  };
  try {
    if (first !== undefined) await begin(first);
    while (await source.hasMore()) {
      const segment = new HeldSegment(source, limit, cutting.hold(limit));
      await Promise.race([segment.full, begin(segment)]);
      while (inFlight.size >= cutting.segmentsInFlight) await Promise.race(inFlight);
    }
    await Promise.all(inFlight);
  } catch (error) {
    if (!stop.signal.aborted) stop.abort(error);
    await source.close();
    await Promise.allSettled(inFlight);
    throw stop.signal.reason;
  }
}

interface Manifest {
  readonly folder: string;
  readonly sent: readonly Sent[];
  readonly size: number;
  readonly segmentBytes: number;
}

async function putManifest(request: PutRequest, { folder, sent, size, segmentBytes }: Manifest): Promise<number | undefined> {
  const { client, deed, where, cutting, logger, signal } = request;
  if (cutting.isStatic && sent.length > 0) {
    const { manifestSegments } = await client.limits(deed, { signal });
    if (manifestSegments !== undefined && sent.length <= manifestSegments) {
      const lines = sent.map(({ name, size: bytes, etag }) => ({ path: `/${where.container}/${name}`, etag, size_bytes: bytes }));
      const text = Buffer.from(JSON.stringify(lines));
      return await putFinal(request, { headers: {}, query: { 'multipart-manifest': 'put' }, body: () => text, length: text.length, etag: undefined });
    }
    logger.warn({ segments: sent.length, allowed: manifestSegments ?? 0 }, 'the server takes no static manifest of so many segments: a dynamic one is written');
  }
  const headers = {
    'x-object-manifest': manifestValue(where.container, folder),
    [META_BYTES]: `${size}`,
    [META_SEGMENT_BYTES]: `${segmentBytes}`,
  };
  return await putFinal(request, { headers, query: {}, body: () => Buffer.alloc(0), length: 0, etag: undefined });
}

interface FinalPut {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: () => Uint8Array | AsyncIterable<Uint8Array>;
  readonly length: number;
  readonly etag: string | undefined;
}

/** The request by which the object appears. Resolves to the time of it, where the server tells. */
async function putFinal(request: PutRequest, final: FinalPut): Promise<number | undefined> {
  const { client, deed, where, ifAbsent, signal } = request;
  const id = randomUUID();
  const headers = {
    'content-length': `${final.length}`,
    ...(final.etag !== undefined && { etag: final.etag }),
    ...(ifAbsent && { 'if-none-match': '*', [META_PUT]: id }),
    ...final.headers,
  };
  try {
    const { header } = await client.call(deed, { method: 'PUT', ...where, query: final.query, headers, body: final.body, signal });
    if (final.etag !== undefined && unquoted(header('etag')) !== final.etag)
      throw failure('corrupt', deed, "the server's digest is another: it arrived damaged");
    // Two that came at the same moment may both have been let in: the one that is there is the one that won.
    if (ifAbsent && !(await isOurs(request, id))) throw failure('already_exists', deed, 'somebody else wrote the object at the same time');
    const modified = Date.parse(header('last-modified') ?? '');
    return Number.isNaN(modified) ? undefined : modified;
  } catch (error) {
    // An answer that was lost makes the second attempt meet the first.
    if (ifAbsent && isExisting(error) && (await isOurs(request, id))) return undefined;
    throw error;
  }
}

async function isOurs({ client, deed, where, signal }: PutRequest, id: string): Promise<boolean> {
  const query = { 'multipart-manifest': 'get' };
  const { status, header } = await client.call(deed, { method: 'HEAD', ...where, query, accept: [200, 404], signal });
  return status === 200 && header(META_PUT) === id;
}

/** Removes segments that belong to nothing, in bounded time, and also when the run was told to stop. */
async function discard({ client, deed, where }: PutRequest, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  await removeObjects(client, { ...deed, operation: 'removal of segments' }, where.container, names, { signal: AbortSignal.timeout(DISCARD_MS) });
}

async function namesIn({ client, deed, where, signal }: PutRequest, prefix: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const page of pagesOf(client, deed, { container: where.container, prefix, signal })) names.push(...page.map(({ name }) => name));
  return names;
}
