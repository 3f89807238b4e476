import type { ByteRange, ByteStream } from '@freezer/core';
import type { Connections } from './connections.ts';
import { type Deed, failure, guarded } from './failure.ts';
import { lookAt } from './look.ts';
import type { Session } from './session.ts';

/** The bytes of one object, or of a range of it. A connection of its own is held until the reader has them all, or leaves. */
export async function* readObject(
  connections: Connections,
  path: string,
  deed: Deed,
  options: { readonly range?: ByteRange | undefined; readonly signal?: AbortSignal | undefined },
): ByteStream {
  const { range, signal } = options;
  const session = await guarded(deed, () => connections.take({ signal }, { isStream: true }), signal);
  try {
    const size = await guarded(deed, () => sizeOf(session, path, deed), signal);
    if (range && range.offset > size) throw failure('range_not_satisfied', deed, `it has ${size} bytes, and none at offset ${range.offset}`);
    const start = range?.offset ?? 0;
    const wanted = range ? Math.min(range.length, size - start) : size - start;
    if (range && wanted === 0) return;
    let given = 0;
    const chunks = session.download(path, start);
    try {
      for (;;) {
        const next = await guarded(deed, () => chunks.next(), signal);
        if (next.done === true) break;
        // Without a range all that comes is given: it may have been replaced by a longer one since its size was asked for.
        const chunk = range ? next.value.subarray(0, wanted - given) : next.value;
        given += chunk.length;
        if (chunk.length > 0) yield chunk;
        if (range && given === wanted && start + given < size) return;
      }
    } finally {
      // A reader that leaves in the middle: the transfer cannot be taken back, so the connection goes with it.
      if (!session.isUsable) session.end();
      chunks.return().catch(() => undefined);
    }
    if (given < wanted && (await guarded(deed, () => sizeOf(session, path, deed), signal)) !== start + given)
      throw failure('unavailable', deed, `the transfer ended after ${given} of ${wanted} bytes`);
  } finally {
    connections.give(session);
  }
}

async function sizeOf(session: Session, path: string, deed: Deed): Promise<number> {
  const found = await lookAt(session, path);
  if (found?.type !== 'file') throw failure('not_found', deed, 'no such object');
  return found.size;
}
