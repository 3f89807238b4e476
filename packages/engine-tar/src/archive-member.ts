import { type BytePath, FreezerError } from '@freezer/core';
import type { BlockReader } from './block-reader.ts';
import { sourcePathOf } from './index-line.ts';
import { type PaxRecord, readPaxRecords } from './pax-records.ts';

export const BLOCK_BYTES = 512;

/** What comes before the content of a member, as it stands in the archive, and what it says. */
export interface ArchiveMember {
  /** Header blocks in their order: those of pax and of long names first, the member's own, those of its holes. */
  readonly blocks: readonly Buffer[];
  /** The member's own and what follows it. */
  readonly ownBlocks: readonly Buffer[];
  readonly type: string;
  readonly path: BytePath;
  /** Of a hard link. */
  readonly target: BytePath | undefined;
  /** Undefined when it has no pax header. */
  readonly pax: readonly PaxRecord[] | undefined;
  /** Bytes of the content with what fills up its last block. */
  readonly bodyBytes: number;
}

const LINK = '1';

const padded = (length: number): number => Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES;

/** The next member; undefined at the end. Blocks of zeros between members are passed over. Fails with `corrupt`. Holds its dump list, if that is in a pax header. */
export async function readMember(reader: BlockReader): Promise<ArchiveMember | undefined> {
  const blocks: Buffer[] = [];
  let pax: readonly PaxRecord[] | undefined;
  let longName: BytePath | undefined;
  let longTarget: BytePath | undefined;
  for (let header = await reader.take(BLOCK_BYTES); header !== undefined; header = await reader.take(BLOCK_BYTES)) {
    if (isZero(header)) continue;
    checkSum(header);
    const type = header.toString('latin1', 156, 157);
    const size = readNumber(header, 124, 12);
    if ('xLK'.includes(type)) {
      const body = await bodyOf(reader, size);
      blocks.push(header, body);
      const text = body.toString('latin1', 0, size);
      if (type === 'x') pax = readPaxRecords(text);
      else if (type === 'L') longName = text.replace(/\0.*$/s, '');
      else longTarget = text.replace(/\0.*$/s, '');
      continue;
    }
    const own = [header, ...(type === 'S' ? await holeBlocks(reader, header) : [])];
    const named = (...keys: readonly string[]): string | undefined =>
      keys.map((key) => pax?.findLast((record) => record.key === key)?.value).find((value) => value !== undefined);
    const target = type === LINK ? sourcePathOf(named('linkpath') ?? longTarget ?? readText(header, 157, 100)) : undefined;
    return {
      blocks: [...blocks, ...own],
      ownBlocks: own,
      type,
      path: sourcePathOf(named('GNU.sparse.name', 'path') ?? longName ?? shortName(header)),
      target,
      pax,
      // tar writes no content for a link, whatever its size says.
      bodyBytes: type === LINK ? 0 : padded(Number(named('size') ?? size)),
    };
  }
  if (blocks.length > 0) throw new FreezerError('corrupt', 'tar: the archive is cut off');
  return undefined;
}

async function bodyOf(reader: BlockReader, size: number): Promise<Buffer> {
  const body = await reader.take(padded(size));
  if (body === undefined) throw new FreezerError('corrupt', 'tar: the archive is cut off');
  return body;
}

/** Where the header of a file with holes in the old format has no room for all of them. */
async function holeBlocks(reader: BlockReader, header: Buffer): Promise<Buffer[]> {
  const blocks: Buffer[] = [];
  for (let goesOn = header[482] !== 0; goesOn; goesOn = blocks.at(-1)?.[504] !== 0) blocks.push(await bodyOf(reader, BLOCK_BYTES));
  return blocks;
}

const isZero = (block: Buffer): boolean => block[0] === 0 && block.every((byte) => byte === 0);

function checkSum(header: Buffer): void {
  let sum = 8 * 32;
  for (let at = 0; at < BLOCK_BYTES; at += 1) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  if (readNumber(header, 148, 8) !== sum) throw new FreezerError('corrupt', 'tar: the archive holds something that is no header where one should be');
}

/** Octal digits, or, with the first bit set, a binary number. */
function readNumber(header: Buffer, at: number, length: number): number {
  const first = header[at] ?? 0;
  if (first < 128) return Number.parseInt(readText(header, at, length).trim() || '0', 8);
  let value = first & 0x7f;
  for (let byte = at + 1; byte < at + length; byte += 1) value = value * 256 + (header[byte] ?? 0);
  return value;
}

function readText(header: Buffer, at: number, length: number): string {
  const end = header.indexOf(0, at);
  return header.toString('latin1', at, end < 0 ? at + length : Math.min(end, at + length));
}

/** The GNU format keeps times where the other has the first part of a long name. */
function shortName(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? readText(header, 345, 155) : '';
  const name = readText(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}
