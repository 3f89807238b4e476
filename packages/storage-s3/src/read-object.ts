import { abortable, type ByteRange, type ByteStream } from '@freezer/core';
import { type Bucket, SILENCE_MS } from './bucket.ts';
import { type Deed, failure, guarded, statusOf, translated } from './failure.ts';

/** The bytes of an object, or of a range that begins within it; errors as the SDK reports them. */
export async function* bytesOf(
  { sdk, client, name: bucket }: Bucket,
  name: string,
  { range, signal }: { readonly range?: ByteRange | undefined; readonly signal?: AbortSignal | undefined },
): ByteStream {
  const span = range ? { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {};
  const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: name, ...span }), signal ? { abortSignal: signal } : {});
  const body = answer.Body;
  if (body === undefined || !(Symbol.asyncIterator in body)) throw new Error('the server gave no bytes');
  const due = answer.ContentLength;
  let given = 0;
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await pull(chunks, signal);
      if (next.done === true) break;
      given += next.value.length;
      if (next.value.length > 0) yield next.value;
    }
  } finally {
    // The connection goes with a body that was not read to its end.
    if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
  }
  if (due !== undefined && given < due) throw Object.assign(new Error(`the connection broke off after ${given} of ${due} bytes`), { code: 'ECONNRESET' });
}

/** The next chunk; a server that falls silent in the middle is not waited for. */
async function pull(chunks: AsyncIterator<Uint8Array>, signal: AbortSignal | undefined): Promise<IteratorResult<Uint8Array>> {
  const patience = AbortSignal.timeout(SILENCE_MS);
  try {
    return await abortable(chunks.next(), signal ? AbortSignal.any([signal, patience]) : patience);
  } catch (error) {
    throw patience.aborted && signal?.aborted !== true ? Object.assign(new Error('the server does not answer'), { name: 'TimeoutError' }) : error;
  }
}

/** The bytes of one object, or of a range of it. */
export async function* readObject(
  bucket: Bucket,
  name: string,
  deed: Deed,
  options: { readonly range?: ByteRange | undefined; readonly signal?: AbortSignal | undefined },
): ByteStream {
  const { range, signal } = options;
  signal?.throwIfAborted();
  if (range?.length === 0) {
    await sizeWithin(bucket, name, deed, range, signal);
    return;
  }
  const chunks = bytesOf(bucket, name, options);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    // An offset at the very end is one of no bytes; servers refuse it like one behind it.
    if (!range || statusOf(error) !== 416) throw translated(error, deed);
    await sizeWithin(bucket, name, deed, range, signal);
  }
}

/** Fails with `range_not_satisfied` for an offset beyond the end, and with `not_found` when there is no object. */
async function sizeWithin({ sdk, client, name: bucket }: Bucket, name: string, deed: Deed, range: ByteRange, signal: AbortSignal | undefined): Promise<void> {
  const { ContentLength = 0 } = await guarded(
    deed,
    async () => await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: name }), signal ? { abortSignal: signal } : {}),
    signal,
  );
  if (range.offset > ContentLength) throw failure('range_not_satisfied', deed, `it has ${ContentLength} bytes, and none at offset ${range.offset}`);
}
