import * as zlib from 'node:zlib';
import type { TransformStage } from '@freezer/core';
import { ZLIB_CHUNK_BYTES, type ZlibStream, zlibStage } from './zlib-stage.ts';

type Maker = (options: { readonly chunkSize: number }) => ZlibStream;

const isMaker = (value: unknown): value is Maker => typeof value === 'function';

/** Node has zstd from 22.15 on; types for Node 20 do not know it. */
function maker(name: 'createZstdCompress' | 'createZstdDecompress'): Maker | undefined {
  const all: Readonly<Record<string, unknown>> = { ...zlib };
  const found = all[name];
  return isMaker(found) ? found : undefined;
}

/** A stage that works in this process, or undefined when this Node has no zstd. */
export function zstdStage(direction: 'compress' | 'decompress'): TransformStage | undefined {
  const create = maker(direction === 'compress' ? 'createZstdCompress' : 'createZstdDecompress');
  return create === undefined ? undefined : zlibStage(direction === 'compress' ? 'zstd' : 'unzstd', () => create({ chunkSize: ZLIB_CHUNK_BYTES }));
}
