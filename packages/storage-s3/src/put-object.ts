import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { CompletedPart, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { abortable, type ByteStream, type ObjectInfo, type PutOptions, pulled } from '@freezer/core';
import { type Bucket, md5Of } from './bucket.ts';
import { attemptsOf, type Deed, failure, guarded, isAbsence, nameOf, statusOf } from './failure.ts';
import type { S3StorageOptions } from './options.ts';
import { PARTS_MAX, partsOf } from './parts.ts';
import { abortUpload, type UploadNotes } from './uploads.ts';

/** How long taking an unfinished upload away may take. */
const DISCARD_MS = 10_000;
/** Parts under way beside the one that is gathered; together with it no more than this, where one part is smaller. */
const IN_FLIGHT_BYTES = 50_331_648;
const IN_FLIGHT_MOST = 4;
/** Two that write the same name at the same time are told to come again. */
const CONFLICTS = 5;
/** No server refuses so little for its size. */
const SURELY_SMALL = 1_048_576;
const MARK = 'freezer-put';

/** What is to be written, and how. */
export interface PutRequest {
  readonly bucket: Bucket;
  readonly notes: UploadNotes;
  readonly options: S3StorageOptions;
  readonly body: ByteStream;
  readonly name: string;
  /** Nobody may remove it for the days of the options. */
  readonly isKept: boolean;
  /** Whether the server looks itself that nothing is there; undefined when nobody knows yet. */
  readonly looksItself: boolean | undefined;
  readonly deed: Deed;
}

interface Attributes {
  readonly StorageClass?: PutObjectCommandInput['StorageClass'];
  readonly ObjectLockMode?: 'GOVERNANCE' | 'COMPLIANCE';
  readonly ObjectLockRetainUntilDate?: Date;
  readonly Metadata?: Record<string, string>;
}

const DAY_MS = 86_400_000;

function attributesOf({ storageClass, retention }: S3StorageOptions, isKept: boolean, mark: string | undefined): Attributes {
  return {
    ...(storageClass === undefined || !isKept ? {} : { StorageClass: storageClass as NonNullable<PutObjectCommandInput['StorageClass']> }),
    ...(retention === undefined || !isKept
      ? {}
      : { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: new Date(Date.now() + retention.days * DAY_MS) }),
    ...(mark === undefined ? {} : { Metadata: { [MARK]: mark } }),
  };
}

/** Writes a body: in one request when it is small, in parts while it comes when it is not. Nothing stays when it fails. */
export async function putObject(request: PutRequest, { ifAbsent = false, signal }: PutOptions): Promise<ObjectInfo> {
  const { deed, body, options, bucket, name } = request;
  if (ifAbsent && (await guarded(deed, () => exists(bucket, name, signal), signal))) throw failure('already_exists', deed, 'it exists already');
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  const parts = partsOf(pulled(body, stop.signal), options.partBytes);
  try {
    const first = await nextPart(parts, signal);
    const second = first === undefined ? undefined : await nextPart(parts, signal);
    if (first === undefined || second === undefined) {
      const whole = first ?? Buffer.alloc(0);
      await guarded(deed, () => withCondition(request, ifAbsent, async (condition) => await putWhole(request, whole, condition, stop.signal)), signal);
      return { key: deed.key, size: whole.length };
    }
    return { key: deed.key, size: await new MultipartPut(request, ifAbsent, stop).run([first, second], parts) };
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort(new Error('the transfer has ended'));
    parts.return().catch(() => undefined);
  }
}

async function nextPart(parts: AsyncGenerator<Buffer, void, undefined>, signal: AbortSignal | undefined): Promise<Buffer | undefined> {
  const next = await abortable(parts.next(), signal);
  return next.done === true ? undefined : next.value;
}

async function exists({ sdk, client, name: bucket }: Bucket, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: name }), signal ? { abortSignal: signal } : {});
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

const isConflict = (error: unknown): boolean => statusOf(error) === 409 && /Conditional|Conflict/.test(nameOf(error) ?? '');

/** A server that knows no conditions is used without: it was looked before, whether there is something. */
async function withCondition(request: PutRequest, ifAbsent: boolean, write: (condition: boolean) => Promise<void>): Promise<void> {
  const isAsked = ifAbsent && request.looksItself !== false;
  try {
    await write(isAsked);
  } catch (error) {
    if (!isAsked || statusOf(error) !== 501) throw error;
    await write(false);
  }
}

async function putWhole({ bucket, name, options, isKept, deed }: PutRequest, body: Buffer, ifAbsent: boolean, signal: AbortSignal): Promise<void> {
  const { sdk, client } = bucket;
  const mark = ifAbsent ? randomUUID() : undefined;
  const condition = ifAbsent ? { IfNoneMatch: '*' } : {};
  for (let attempt = 1; ; attempt += 1) {
    try {
      const input = { Bucket: bucket.name, Key: name, Body: body, ContentMD5: md5Of(body), ...condition, ...attributesOf(options, isKept, mark) };
      await client.send(new sdk.PutObjectCommand(input), { abortSignal: signal });
      return;
    } catch (error) {
      if (ifAbsent && isConflict(error) && attempt < CONFLICTS) await wait(100 * attempt, undefined, { signal });
      // Swift's S3 has this word for a quota, too.
      else if (nameOf(error) === 'EntityTooLarge' && body.length < SURELY_SMALL) throw failure('no_space', deed, 'no space left: the quota is used up', error);
      // It may be ours: the answer to a first attempt was lost.
      else if (!(ifAbsent && attemptsOf(error) > 1 && statusOf(error) === 412 && (await hasMark(bucket, name, mark)))) throw error;
      else return;
    }
  }
}

async function hasMark({ sdk, client, name: bucket }: Bucket, name: string, mark: string | undefined): Promise<boolean> {
  const { Metadata } = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: name }));
  return mark !== undefined && Metadata?.[MARK] === mark;
}

/** One large object on its way. */
class MultipartPut {
  readonly #request: PutRequest;
  readonly #ifAbsent: boolean;
  readonly #stop: AbortController;
  readonly #sent: CompletedPart[] = [];
  readonly #running = new Set<Promise<void>>();
  #size = 0;

  constructor(request: PutRequest, ifAbsent: boolean, stop: AbortController) {
    this.#request = request;
    this.#ifAbsent = ifAbsent;
    this.#stop = stop;
  }

  /** How many bytes were written. */
  async run(first: readonly Buffer[], rest: AsyncGenerator<Buffer, void, undefined>): Promise<number> {
    const { deed, notes, bucket, name } = this.#request;
    const { signal } = this.#stop;
    const note = await guarded(deed, () => notes.add(name, signal), signal);
    let id: string | undefined;
    try {
      id = await guarded(deed, () => this.#begin(), signal);
      for (const part of first) await this.#send(id, part);
      for (let part = await nextPart(rest, signal); part !== undefined; part = await nextPart(rest, signal)) await this.#send(id, part);
      await Promise.all(this.#running);
      await guarded(deed, () => withCondition(this.#request, this.#ifAbsent, async (condition) => await this.#complete(id ?? '', condition)), signal);
    } catch (error) {
      // The first part that failed is the reason; what that stopped is not.
      const reason: unknown = signal.aborted ? signal.reason : error;
      this.#stop.abort(reason);
      await this.#discard(bucket, name, id, note);
      throw reason;
    }
    await notes.remove(note);
    return this.#size;
  }

  async #begin(): Promise<string> {
    const { bucket, name, options, isKept } = this.#request;
    const { sdk, client } = bucket;
    const input = { Bucket: bucket.name, Key: name, ...attributesOf(options, isKept, undefined) };
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(input), { abortSignal: this.#stop.signal });
    if (UploadId === undefined) throw new Error('the server began an upload without an id');
    return UploadId;
  }

  /** Starts as soon as there is room; the next part is gathered meanwhile. */
  async #send(id: string, part: Buffer): Promise<void> {
    const number = this.#sent.length + 1;
    const { deed, options } = this.#request;
    if (number > PARTS_MAX) throw failure('too_large', deed, `it has more than ${PARTS_MAX} parts: --max-segment-size makes them larger`);
    const most = Math.min(IN_FLIGHT_MOST, Math.max(1, Math.floor(IN_FLIGHT_BYTES / options.partBytes)));
    while (this.#running.size >= most) await Promise.race(this.#running);
    this.#stop.signal.throwIfAborted();
    this.#sent.push({ PartNumber: number });
    this.#size += part.length;
    const work = this.#sendPart(id, part, number).catch((error: unknown) => this.#stop.abort(error));
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #sendPart(id: string, part: Buffer, number: number): Promise<void> {
    const { bucket, name, deed } = this.#request;
    const { sdk, client } = bucket;
    await guarded(deed, async () => {
      const input = { Bucket: bucket.name, Key: name, UploadId: id, PartNumber: number, Body: part, ContentMD5: md5Of(part) };
      const { ETag } = await client.send(new sdk.UploadPartCommand(input), { abortSignal: this.#stop.signal });
      this.#sent[number - 1] = { PartNumber: number, ...(ETag === undefined ? {} : { ETag }) };
    });
  }

  async #complete(id: string, isConditional: boolean): Promise<void> {
    this.#stop.signal.throwIfAborted();
    const { bucket, name, deed, options, isKept } = this.#request;
    const { sdk, client } = bucket;
    const condition = isConditional ? { IfNoneMatch: '*' } : {};
    try {
      await client.send(
        new sdk.CompleteMultipartUploadCommand({ Bucket: bucket.name, Key: name, UploadId: id, MultipartUpload: { Parts: this.#sent }, ...condition }),
        { abortSignal: this.#stop.signal },
      );
    } catch (error) {
      // The answer to a first attempt was lost: the size below says whether it was done.
      if (attemptsOf(error) < 2 || !isAbsence(error)) throw error;
    }
    const { ContentLength, ObjectLockMode } = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket.name, Key: name }));
    if (ContentLength !== this.#size) throw failure('unavailable', deed, `the server kept ${ContentLength} of ${this.#size} bytes`);
    const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = attributesOf(options, isKept, undefined);
    // Some servers forget what was said when the upload began.
    if (mode === undefined || until === undefined || ObjectLockMode !== undefined) return;
    await client.send(new sdk.PutObjectRetentionCommand({ Bucket: bucket.name, Key: name, Retention: { Mode: mode, RetainUntilDate: until } }));
  }

  /** The first error is the one to tell; what stays, its note tells the next run. */
  async #discard(bucket: Bucket, name: string, id: string | undefined, note: string): Promise<void> {
    const patience = AbortSignal.timeout(DISCARD_MS);
    const work = async (): Promise<void> => {
      await Promise.all(this.#running);
      if (id !== undefined) await abortUpload(bucket, name, id);
      await this.#request.notes.remove(note);
    };
    await abortable(work(), patience).catch(() => undefined);
  }
}
