import { FreezerError } from '@freezer/core';

export const BLOCK_BYTES = 512;

/** A run of bytes of a sparse file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** The fields of a header block as they stand there; names are bytes. */
export interface TarHeader {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of what follows in the archive. */
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly typeflag: string;
  readonly linkName: string;
  readonly major: number;
  readonly minor: number;
  /** Of the old sparse format: what the header itself holds, and whether blocks with more follow. */
  readonly sparse: { readonly extents: readonly Extent[]; readonly isExtended: boolean; readonly realSize: number } | undefined;
}

const CHECKSUM_AT = 148;
const NAME_BYTES = 100;
const SPARSE_AT = 386;
const SPARSE_IN_HEADER = 4;
const EXTENT_BYTES = 24;

/** Reads a header block. Fails with `corrupt` when it is none. */
export function readHeader(block: Buffer): TarHeader {
  checkSum(block);
  const magic = block.toString('latin1', 257, 265);
  const isGnu = magic === 'ustar  \0';
  const prefix = magic.startsWith('ustar\0') ? text(block, 345, 155) : '';
  const name = text(block, 0, NAME_BYTES);
  const typeflag = block.toString('latin1', 156, 157);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtimeNs: BigInt(number(block, 136, 12)) * 1_000_000_000n,
    typeflag,
    linkName: text(block, 157, NAME_BYTES),
    major: number(block, 329, 8),
    minor: number(block, 337, 8),
    sparse:
      typeflag === 'S' && isGnu
        ? { extents: readExtents(block, SPARSE_AT, SPARSE_IN_HEADER), isExtended: block[482] !== 0, realSize: number(block, 483, 12) }
        : undefined,
  };
}

/** A block with more of the map of an old sparse file. */
export function readExtensionBlock(block: Buffer): { readonly extents: readonly Extent[]; readonly isExtended: boolean } {
  return { extents: readExtents(block, 0, 21), isExtended: block[504] !== 0 };
}

function readExtents(block: Buffer, start: number, count: number): readonly Extent[] {
  const extents: Extent[] = [];
  for (let at = start; at < start + count * EXTENT_BYTES && block[at + 12] !== 0; at += EXTENT_BYTES) {
    extents.push({ offset: number(block, at, 12), length: number(block, at + 12, 12) });
  }
  return extents;
}

function text(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('latin1', 0, end < 0 ? length : end);
}

/** Octal digits, or, where the first bit is set, a number of base 256 in two's complement. */
function number(block: Buffer, at: number, length: number): number {
  const first = block[at] ?? 0;
  if (first < 0x80) return octal(block.toString('latin1', at, at + length));
  const result = Number(BigInt.asIntN(8 * length - 1, BigInt(`0x${block.toString('hex', at, at + length)}`)));
  if (!Number.isSafeInteger(result)) throw new FreezerError('corrupt', 'tar: a number of a header is too large');
  return result;
}

function octal(field: string): number {
  const match = /^[ \0]*([0-7]*)[ \0]?/.exec(field);
  return match?.[1] ? Number.parseInt(match[1], 8) : 0;
}

function checkSum(block: Buffer): void {
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const counted = at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 32 : (block[at] ?? 0);
    unsigned += counted;
    // Some old programs added the bytes as signed ones.
    signed += counted > 127 ? counted - 256 : counted;
  }
  const expected = octal(block.toString('latin1', CHECKSUM_AT, CHECKSUM_AT + 8));
  if (expected !== unsigned && expected !== signed)
    throw new FreezerError('corrupt', 'tar: what should be the header of an entry is none: the archive is damaged, or no tar archive');
}
