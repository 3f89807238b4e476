import { Readable } from 'node:stream';
import { once, type RateLimit, throttled } from '@freezer/core';

/** A body as it may be sent: as it is where there is no limit now, else as a stream that keeps to it. One that is left in the middle takes nothing more. */
export const paced = (body: Uint8Array, limit: RateLimit): Uint8Array | Readable =>
  limit.bytesPerSecond === Number.POSITIVE_INFINITY ? body : Readable.from(throttled(once(body), limit), { objectMode: false, highWaterMark: 1 });
