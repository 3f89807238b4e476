import * as zlib from 'node:zlib';
import type { TransformStage } from '@freezer/core';
import { ZLIB_CHUNK_BYTES, type ZlibStream, zlibStage } from './zlib-stage.ts';

/**
 * What the program zstd is started with. One thread, with which it keeps up with tar: `-T1` hands its data to a second one for 5 per cent
 * more CPU, two workers take up to 40 more. The parameters stand between its levels 2 and 3, with a window of 4 MiB (adr/0022).
 */
export const ZSTD_ARGUMENTS: readonly string[] = ['-q', '-c', '--single-thread', '--zstd=strategy=1,windowLog=22,hashLog=17,minMatch=7'];

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
