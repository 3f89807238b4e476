import { constants, createGunzip, createGzip } from 'node:zlib';
import type { TransformStage } from '@freezer/core';
import { ZLIB_CHUNK_BYTES, zlibStage } from './zlib-stage.ts';

/** Compresses in this process, at the level that `gzip` takes by default. */
export const gzipStage = (): TransformStage => zlibStage('gzip', () => createGzip({ level: constants.Z_DEFAULT_COMPRESSION, chunkSize: ZLIB_CHUNK_BYTES }));

/** Takes any number of gzip members in a row. */
export const gunzipStage = (): TransformStage => zlibStage('gunzip', () => createGunzip({ chunkSize: ZLIB_CHUNK_BYTES }));
