import type { CallOptions } from '@freezer/core';
import { parsed, property, type SwiftClient } from './client.ts';
import { type Deed, failure } from './failure.ts';
import { pagesOf } from './listing.ts';
import { type DynamicManifest, headOf, type ObjectFacts, type ObjectName } from './object-facts.ts';

/** A part of an object, which lies as an object of its own. */
export interface Part extends ObjectName {
  readonly size: number;
  /** MD5 in hex, where it is known before it is read. */
  readonly etag?: string;
  /** The server puts it together from parts: its ETag is no digest of the bytes. */
  readonly isManifest?: true;
}

/** `00000000`, `00000001`, … */
export const segmentName = (folder: string, index: number): string => `${folder}/${String(index).padStart(8, '0')}`;

/**
 * The parts of a manifest, in their order. Undefined for a static manifest that holds ranges or other manifests, which only the server can
 * read. Fails with `corrupt` where the numbers of the parts have a gap.
 */
export async function partsOf(
  client: SwiftClient,
  deed: Deed,
  where: ObjectName,
  facts: ObjectFacts,
  options: CallOptions,
): Promise<AsyncIterable<Part> | undefined> {
  if (facts.dynamic?.own) return ownParts(facts.dynamic, facts.dynamic.own);
  if (facts.dynamic) return listedParts(client, deed, facts.dynamic, options);
  const parts = await staticParts(client, deed, where, options);
  return parts === undefined ? undefined : once(parts);
}

async function* once(parts: readonly Part[]): AsyncGenerator<Part, void, undefined> {
  yield* parts;
}

/** By their names alone: a listing may lag behind. */
async function* ownParts(
  { container, prefix }: DynamicManifest,
  own: { readonly bytes: number; readonly segmentBytes: number },
): AsyncGenerator<Part, void, undefined> {
  for (let index = 0, start = 0; start < own.bytes; index += 1, start += own.segmentBytes) {
    yield { container, name: segmentName(prefix, index), size: Math.min(own.segmentBytes, own.bytes - start) };
  }
}

const NUMBERED = /^\/?(\d{8})$/;

/** Of somebody else's manifest the listing tells the parts. What is numbered must have no gap, and what may follow the last is asked for by name. */
async function* listedParts(
  client: SwiftClient,
  deed: Deed,
  { container, prefix }: DynamicManifest,
  options: CallOptions,
): AsyncGenerator<Part, void, undefined> {
  let count = 0;
  let isNumbered = true;
  for await (const page of pagesOf(client, deed, { container, prefix, signal: options.signal })) {
    for (const { name, size, etag } of page) {
      const number = NUMBERED.exec(name.slice(prefix.length))?.[1];
      isNumbered &&= number !== undefined;
      if (isNumbered && Number(number) !== count) throw failure('corrupt', deed, `its segment ${segmentName(prefix, count)} is missing`);
      count += 1;
      yield { container, name, size, etag };
    }
  }
  for (; isNumbered && count > 0; count += 1) {
    const name = segmentName(prefix.replace(/\/$/, ''), count);
    const found = await headOf(client, deed, { container, name }, options);
    if (found === undefined) return;
    yield { container, name, size: found.length, etag: found.etag };
  }
}

async function staticParts(client: SwiftClient, deed: Deed, { container, name }: ObjectName, { signal }: CallOptions): Promise<readonly Part[] | undefined> {
  const { text } = await client.call(deed, { method: 'GET', container, name, query: { 'multipart-manifest': 'get' }, signal });
  const lines = parsed(text);
  if (!Array.isArray(lines)) throw failure('unexpected', deed, 'its manifest cannot be understood');
  const parts: Part[] = [];
  for (const line of lines as readonly unknown[]) {
    const [path, size, etag] = ['name', 'bytes', 'hash'].map((field) => property(line, field));
    const [, holder, inner] = /^\/?([^/]+)\/(.+)$/s.exec(typeof path === 'string' ? path : '') ?? [];
    if (property(line, 'sub_slo') === true || property(line, 'range') !== undefined) return undefined;
    if (holder === undefined || inner === undefined || typeof size !== 'number' || typeof etag !== 'string')
      throw failure('unexpected', deed, 'its manifest cannot be understood');
    parts.push({ container: holder, name: inner, size, etag });
  }
  return parts;
}
