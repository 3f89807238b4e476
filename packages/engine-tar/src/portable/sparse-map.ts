import { FreezerError } from '@freezer/core';
import type { ByteFeed } from './byte-feed.ts';
import type { PaxRecords } from './pax-records.ts';
import { BLOCK_BYTES, type Extent, readExtensionBlock, type TarHeader } from './tar-header.ts';

/** Where the data of a sparse file belongs. */
export interface SparseMap {
  readonly extents: readonly Extent[];
  readonly realSize: number;
  /** Bytes of the archive that were read for the map, and count as data of the entry. */
  readonly bytesRead: number;
}

/** More make no file, but a server without memory. */
const MAX_EXTENTS = 10_000_000;

/** The map of an entry, in any of the formats that GNU tar writes; undefined when the file has none. Fails with `corrupt` or `unsupported`. */
export async function readSparseMap(feed: ByteFeed, header: TarHeader, pax: PaxRecords): Promise<SparseMap | undefined> {
  if (header.typeflag === 'S') return readOldMap(feed, header);
  const major = pax.get('GNU.sparse.major');
  if (major !== undefined) {
    const version = `${major}.${pax.get('GNU.sparse.minor') ?? ''}`;
    if (version !== '1.0') throw new FreezerError('unsupported', `tar: sparse files of format ${version.slice(0, 20)} are not known`);
    return readMapBeforeData(feed, pax.number('GNU.sparse.realsize') ?? 0);
  }
  const realSize = pax.number('GNU.sparse.size');
  if (realSize === undefined) return undefined;
  const map = pax.get('GNU.sparse.map');
  return { extents: map === undefined ? pax.pairs : pairsOf(map.split(',').map(Number)), realSize, bytesRead: 0 };
}

async function readOldMap(feed: ByteFeed, { sparse }: TarHeader): Promise<SparseMap> {
  if (sparse === undefined) throw new FreezerError('unsupported', 'tar: a sparse file in the format of another program than GNU tar');
  const extents = [...sparse.extents];
  for (let more = sparse.isExtended; more; ) {
    const block = readExtensionBlock(await wholeBlock(feed));
    extents.push(...block.extents);
    checkCount(extents.length);
    more = block.isExtended;
  }
  return { extents, realSize: sparse.realSize, bytesRead: 0 };
}

/** Decimal numbers, a line each: how many extents, and of each where it begins and how long it is; then zeros to the end of the block. */
async function readMapBeforeData(feed: ByteFeed, realSize: number): Promise<SparseMap> {
  const numbers: number[] = [];
  let rest = '';
  let bytesRead = 0;
  while (numbers.length === 0 || numbers.length < 1 + 2 * (numbers[0] ?? 0)) {
    const lines = (rest + (await wholeBlock(feed)).toString('latin1')).split('\n');
    bytesRead += BLOCK_BYTES;
    rest = lines.pop() ?? '';
    for (const line of lines) numbers.push(/^\d+$/.test(line) ? Number(line) : Number.NaN);
    checkCount(numbers[0] ?? 0);
    if (rest.length > 30 && !rest.includes('\0')) throw damaged();
  }
  return { extents: pairsOf(numbers.slice(1, 1 + 2 * (numbers[0] ?? 0))), realSize, bytesRead };
}

async function wholeBlock(feed: ByteFeed): Promise<Buffer> {
  const block = await feed.take(BLOCK_BYTES);
  if (block.length < BLOCK_BYTES) throw new FreezerError('corrupt', 'tar: the archive ends within the map of a sparse file');
  return block;
}

function pairsOf(numbers: readonly number[]): Extent[] {
  const extents: Extent[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) extents.push({ offset: numbers[at] ?? Number.NaN, length: numbers[at + 1] ?? Number.NaN });
  if (numbers.length % 2 !== 0) throw damaged();
  return extents;
}

/** Fails with `corrupt` when the extents do not lie one behind the other in the file, or are not as long as the data. */
export function checkSparseMap({ extents, realSize }: SparseMap, dataBytes: number): void {
  let end = 0;
  let bytes = 0;
  for (const { offset, length } of extents) {
    if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < end || length < 0) throw damaged();
    end = offset + length;
    bytes += length;
  }
  if (end > realSize || bytes !== dataBytes) throw damaged();
}

function checkCount(count: number): void {
  if (!(count <= MAX_EXTENTS)) throw damaged();
}

const damaged = (): FreezerError => new FreezerError('corrupt', 'tar: the map of a sparse file is damaged');
