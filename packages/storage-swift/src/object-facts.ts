import { type CallOptions, FreezerError } from '@freezer/core';
import type { SwiftClient } from './client.ts';
import type { Deed } from './failure.ts';
import { pagesOf } from './listing.ts';

/** What a manifest says of the parts of an object: all objects whose names begin so. */
export interface DynamicManifest {
  readonly container: string;
  readonly prefix: string;
  /** What we noted beside it; absent where somebody else made it. */
  readonly own: { readonly bytes: number; readonly segmentBytes: number } | undefined;
}

/** What the headers of an object tell. */
export interface ObjectFacts {
  /** Of the bytes that `GET` of the object itself gives: of a manifest that is not what it stands for. */
  readonly length: number;
  readonly etag: string;
  readonly modifiedAt: number | undefined;
  readonly dynamic: DynamicManifest | undefined;
  readonly isStatic: boolean;
}

export const META_BYTES = 'x-object-meta-freezer-bytes';
export const META_SEGMENT_BYTES = 'x-object-meta-freezer-segment-bytes';
/** Which put made it: tells our own write from that of somebody else. */
export const META_PUT = 'x-object-meta-freezer-put';

type Header = (name: string) => string | undefined;

/** Reads the headers of an answer to `GET` or `HEAD` with `multipart-manifest=get`. */
export function factsOf(header: Header): ObjectFacts {
  const stamp = Number(header('x-timestamp'));
  const modified = Number.isFinite(stamp) && stamp > 0 ? stamp * 1000 : Date.parse(header('last-modified') ?? '');
  return {
    length: Number(header('content-length') ?? Number.NaN),
    etag: unquoted(header('etag')),
    modifiedAt: Number.isNaN(modified) ? undefined : Math.round(modified),
    dynamic: manifestOf(header),
    isStatic: header('x-static-large-object')?.toLowerCase() === 'true',
  };
}

export const unquoted = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

function manifestOf(header: Header): DynamicManifest | undefined {
  const text = header('x-object-manifest');
  if (text === undefined) return undefined;
  // The bytes are UTF-8, of which HTTP knows nothing; the server itself takes %XX for a byte.
  const plain = decoded(Buffer.from(text, 'latin1').toString('utf8'));
  const slash = plain.indexOf('/');
  if (slash <= 0) return undefined;
  const [bytes, segmentBytes] = [META_BYTES, META_SEGMENT_BYTES].map((name) => Number(header(name) ?? Number.NaN));
  const own =
    Number.isSafeInteger(bytes) && Number.isSafeInteger(segmentBytes) && segmentBytes !== 0
      ? { bytes: bytes ?? 0, segmentBytes: segmentBytes ?? 1 }
      : undefined;
  return { container: plain.slice(0, slash), prefix: plain.slice(slash + 1), own };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * As `X-Object-Manifest` has it: not quoted, except for the sign that would be read as a quote, the two that the server does not take, and
 * what a header cannot hold, or loses: control characters, and a blank at its beginning.
 */
export const manifestValue = (container: string, prefix: string): string =>
  Buffer.from(`${container}/${prefix}`.replaceAll(/^ |[%?&\p{Cc}]/gu, encodeURIComponent), 'utf8').toString('latin1');

/** Which object of which container. */
export interface ObjectName {
  readonly container: string;
  readonly name: string;
}

/** Undefined when there is no such object. */
export async function headOf(client: SwiftClient, deed: Deed, { container, name }: ObjectName, { signal }: CallOptions = {}): Promise<ObjectFacts | undefined> {
  const { status, header } = await client.call(deed, { method: 'HEAD', container, name, query: { 'multipart-manifest': 'get' }, accept: [200, 404], signal });
  return status === 404 ? undefined : factsOf(header);
}

/** How many bytes the object stands for. */
export async function sizeOf(client: SwiftClient, deed: Deed, where: ObjectName, facts: ObjectFacts, { signal }: CallOptions = {}): Promise<number> {
  if (facts.dynamic?.own) return facts.dynamic.own.bytes;
  if (facts.dynamic) {
    let bytes = 0;
    for await (const page of pagesOf(client, deed, { ...facts.dynamic, signal })) for (const { size } of page) bytes += size;
    return bytes;
  }
  if (!facts.isStatic) return facts.length;
  const { header } = await client.call(deed, { method: 'HEAD', ...where, signal });
  const length = Number(header('content-length') ?? Number.NaN);
  if (!Number.isSafeInteger(length))
    throw new FreezerError('unexpected', `swift storage: ${deed.operation} of '${deed.key}': the server does not tell its size`);
  return length;
}
