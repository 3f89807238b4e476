import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gcmDecryptStage } from '@freezer/codec';
import type { ByteStream, CallOptions, SetId } from '@freezer/core';
import { identityText, type LevelReader, type OpenedLevel } from '@freezer/format';

/**
 * Fetches the engine state that a base left, into `path` (0600). With `--hide-names` it is the encrypted `state`, else `engine_metadata`.
 * Resolves to its size in bytes; 0: there is none to start from, and everything is saved again.
 */
export async function fetchState(reader: LevelReader, base: OpenedLevel, set: SetId, path: string, options: CallOptions): Promise<number> {
  if (!base.level.objects.has('state') && !base.level.objects.has('engine_metadata')) return 0;
  const hidden = base.manifest?.document.objects.state !== undefined;
  const raw = reader.raw(base, hidden ? 'state' : 'engine_metadata', options);
  const plain: ByteStream =
    hidden && base.keys
      ? gcmDecryptStage(base.keys.chainKey, { purpose: 'state', identity: identityText(base.manifest?.document.identity ?? set, base.level.id) }).apply(
          raw,
          options,
        )
      : raw;
  let size = 0;
  async function* counted(): ByteStream {
    for await (const chunk of plain) {
      size += chunk.length;
      yield chunk;
    }
  }
  await pipeline(Readable.from(counted(), { objectMode: false }), createWriteStream(path, { mode: 0o600 }), { signal: options.signal });
  return size;
}
