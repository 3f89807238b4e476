import { createHash } from 'node:crypto';
import { Backoff, type ByteRange, type ByteStream, type CallOptions, FreezerError, retry } from '@freezer/core';
import type { SwiftClient } from './client.ts';
import { type Deed, failure } from './failure.ts';
import { gathered } from './gathered.ts';
import { factsOf, headOf, type ObjectFacts, type ObjectName, sizeOf, unquoted } from './object-facts.ts';
import { type Part, partsOf } from './parts.ts';
import type { OpenAnswer } from './transport.ts';

/** Up to here chunks are passed on as they come. */
const SMALL_BYTES = 1024 * 1024;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is read, and where the reader is told about. */
interface Reading {
  readonly client: SwiftClient;
  readonly deed: Deed;
  readonly signal: AbortSignal | undefined;
}

/** The bytes of an object, or a range of them. One that lies in parts is read part by part, each against its size and its digest. */
export async function* readObject(
  client: SwiftClient,
  deed: Deed,
  where: ObjectName,
  options: CallOptions & { readonly range?: ByteRange | undefined },
): ByteStream {
  const { range, signal } = options;
  const reading: Reading = { client, deed, signal };
  if (range === undefined) yield* readWhole(reading, where);
  else yield* readRange(reading, where, range);
}

async function* readWhole(reading: Reading, where: ObjectName): ByteStream {
  const { client, deed, signal } = reading;
  const open = () => client.open(deed, { method: 'GET', ...where, query: { 'multipart-manifest': 'get' }, signal });
  const answer = await retry(`${deed.operation} ${deed.key}`, open, { ...client.policy, signal });
  const facts = factsOf(answer.header);
  if (facts.dynamic === undefined && !facts.isStatic) {
    yield* readPart(reading, { ...where, size: facts.length, etag: facts.etag }, { start: 0, end: facts.length }, answer);
    return;
  }
  // What the manifest itself holds is of no use, or is asked for again.
  await answer.bytes.return();
  yield* readParts(reading, where, facts, undefined);
}

async function* readRange(reading: Reading, where: ObjectName, range: ByteRange): ByteStream {
  const { client, deed, signal } = reading;
  const facts = await headOf(client, deed, where, { signal });
  if (facts === undefined) throw failure('not_found', deed, 'no such object');
  const size = await sizeOf(client, deed, where, facts, { signal });
  if (range.offset > size) throw failure('range_not_satisfied', deed, `it has ${size} bytes, and none at offset ${range.offset}`);
  const span: Span = { start: range.offset, end: Math.min(size, range.offset + range.length) };
  if (span.start >= span.end) return;
  if (facts.dynamic === undefined && !facts.isStatic) yield* readPart(reading, { ...where, size, etag: facts.etag }, span);
  else yield* readParts(reading, where, facts, span);
}

async function* readParts(reading: Reading, where: ObjectName, facts: ObjectFacts, span: Span | undefined): ByteStream {
  const { client, deed, signal } = reading;
  const parts = await partsOf(client, deed, where, facts, { signal });
  if (parts === undefined) {
    const size = await sizeOf(client, deed, where, facts, { signal });
    yield* readPart(reading, { ...where, size, isManifest: true }, span ?? { start: 0, end: size });
    return;
  }
  let before = 0;
  for await (const part of parts) {
    const start = Math.max(0, (span?.start ?? 0) - before);
    const end = Math.min(part.size, (span?.end ?? Number.POSITIVE_INFINITY) - before);
    before += part.size;
    if (start < end) yield* readPart(reading, part, { start, end });
    if (span !== undefined && before >= span.end) return;
  }
}

/** The bytes of one object of the server. After a break it goes on behind the last byte that it gave. */
async function* readPart(reading: Reading, part: Part, { start, end }: Span, opened?: OpenAnswer): ByteStream {
  const { client, deed, signal } = reading;
  const backoff = new Backoff(`${deed.operation} ${part.name}`, client.policy);
  const isWhole = start === 0 && end === part.size;
  const md5 = createHash('md5');
  let { etag } = part;
  let at = start;
  for (let answer = opened; ; answer = undefined) {
    try {
      answer ??= await openAt(reading, part, { start: at, end }, etag);
      etag ??= unquoted(answer.header('etag'));
      for await (const chunk of end - at > SMALL_BYTES ? gathered(answer.bytes) : answer.bytes) {
        if (at + chunk.length > end) throw failure('corrupt', deed, `the server gave more than the ${part.size} bytes of ${part.name}`);
        at += chunk.length;
        if (isWhole) md5.update(chunk);
        backoff.reset();
        yield chunk;
      }
      if (at < end) throw failure('unavailable', deed, `${part.name} ended at byte ${at} of ${part.size}`);
      break;
    } catch (error) {
      // A connection that ends behind the last byte takes nothing away.
      if (at === end && FreezerError.is(error) && error.retryable) break;
      await backoff.pause(error, { signal });
    }
  }
  if (isWhole && part.isManifest === undefined && /^[0-9a-f]{32}$/.test(etag ?? '') && md5.digest('hex') !== etag)
    throw failure('corrupt', deed, `the bytes of ${part.name} do not have the digest that the server keeps of them`);
}

async function openAt({ client, deed, signal }: Reading, part: Part, { start, end }: Span, etag: string | undefined): Promise<OpenAnswer> {
  const { container, name, size } = part;
  const isWhole = start === 0 && end === size;
  const headers = {
    ...(!isWhole && { range: `bytes=${start}-${end - 1}` }),
    ...(etag !== undefined && etag !== '' && start > 0 && { 'if-match': `"${etag}"` }),
  };
  const answer = await client.open(deed, { method: 'GET', container, name, headers, accept: [200, 206, 404, 412, 416], signal });
  const { status, header } = answer;
  const total = status === 206 ? Number(/\/(\d+)$/.exec(header('content-range') ?? '')?.[1] ?? Number.NaN) : Number(header('content-length') ?? Number.NaN);
  const isRight = status === (isWhole ? 200 : 206) && (total === size || Number.isNaN(total));
  if (isRight) return answer;
  await answer.bytes.return();
  throw wrongAnswer(deed, part, status, total);
}

function wrongAnswer(deed: Deed, { name, size }: Part, status: number, total: number): FreezerError {
  if (status === 404) return failure('corrupt', deed, `${name}, a part of it, is missing`);
  if (status === 412) return failure('corrupt', deed, `${name} was replaced while it was read`);
  if (total !== size && !Number.isNaN(total)) return failure('corrupt', deed, `${name} has ${total} bytes instead of ${size}`);
  return failure('unexpected', deed, `the server answered a range of ${name} with status ${status}`);
}
