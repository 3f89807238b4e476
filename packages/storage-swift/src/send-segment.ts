import { Backoff, type CallOptions, FreezerError } from '@freezer/core';
import type { BodySource } from './body-source.ts';
import type { SwiftClient } from './client.ts';
import { type Deed, failure } from './failure.ts';
import type { HeldSegment } from './held-segment.ts';
import { factsOf, type ObjectName, unquoted } from './object-facts.ts';

/** What a segment is sent with. */
export interface SegmentSending extends CallOptions {
  readonly client: SwiftClient;
  readonly deed: Deed;
  readonly source: BodySource;
}

/**
 * Sends a segment: the first time while its bytes come, after a failure once all of them are held. Whether an attempt arrived whose answer
 * was lost is asked first, so that nothing is sent twice without need. The server's digest must be ours.
 */
export async function sendSegment({ client, deed, source, signal }: SegmentSending, segment: HeldSegment, where: ObjectName): Promise<void> {
  const backoff = new Backoff(`${deed.operation} ${where.name}`, client.policy);
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (attempt === 0 || !(await isThere(client, deed, segment, where, signal))) await sendOnce(client, deed, segment, where, signal);
      backoff.reset();
      return;
    } catch (error) {
      // A body that failed is no fault of the way.
      if (source.failure) throw source.failure.error;
      await backoff.pause(error, { signal });
    }
    await segment.fill();
  }
}

async function isThere(client: SwiftClient, deed: Deed, segment: HeldSegment, where: ObjectName, signal: AbortSignal | undefined): Promise<boolean> {
  // Made once: it is the sending that is repeated.
  const { status, header } = await client.once(deed, { method: 'HEAD', ...where, accept: [200, 404], signal });
  const found = factsOf(header);
  return status === 200 && found.length === segment.length && found.etag === segment.md5;
}

async function sendOnce(
  client: SwiftClient,
  deed: Deed,
  segment: HeldSegment,
  { container, name }: ObjectName,
  signal: AbortSignal | undefined,
): Promise<void> {
  const length = segment.isFull ? { 'content-length': `${segment.length}`, etag: segment.md5 ?? '' } : {};
  const headers = { 'content-type': 'application/octet-stream', ...length };
  const { header } = await client.once(deed, { method: 'PUT', container, name, headers, body: () => segment.bytes(), signal });
  const etag = unquoted(header('etag'));
  if (!segment.isFull) throw failure('unavailable', deed, `the server answered before it had all of ${name}`);
  if (etag !== segment.md5) throw failure('unavailable', deed, `the server's digest of ${name} is ${etag === '' ? 'missing' : 'another'}: it arrived damaged`);
}

/** Whether an error says that somebody else's object is there. */
export const isExisting = (error: unknown): boolean => FreezerError.is(error, 'already_exists');
