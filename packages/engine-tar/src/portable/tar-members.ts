import { type ByteStream, type EntryType, FreezerError, type HeldEntry } from '@freezer/core';
import { sourcePathOf } from '../index-line.ts';
import { ByteFeed } from './byte-feed.ts';
import { MemberData } from './member-data.ts';
import { PaxRecords } from './pax-records.ts';
import { checkSparseMap, readSparseMap } from './sparse-map.ts';
import { BLOCK_BYTES, type Extent, readHeader, type TarHeader } from './tar-header.ts';

/** An entry of an archive with its data, which is there until the next entry is asked for. */
export interface TarMember {
  readonly entry: HeldEntry;
  /** The name in the archive, before it was made a path of the source. */
  readonly name: string;
  /** Of a directory: its dump list as it stands there. */
  readonly dumpList: string | undefined;
  /** Of a sparse file: where its data belongs. */
  readonly extents: readonly Extent[] | undefined;
  /** It has xattrs, ACLs or a label. */
  readonly hasAttributes: boolean;
  /** Why it can only be named. */
  readonly refused: string | undefined;
  readonly data: MemberData;
}

const TYPES: Readonly<Record<string, EntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  D: 'directory',
  '6': 'fifo',
};
/** The longest header with names: the dump list of a directory with some ten million of them. */
const MAX_HEADER_BYTES = 512 * 1024 * 1024;

/** Each entry of an archive. Blocks of zeros between entries are passed over, as with `--ignore-zeros`. Fails with `corrupt`. */
export async function* readMembers(body: ByteStream): AsyncGenerator<TarMember, void, undefined> {
  const feed = new ByteFeed(body);
  try {
    yield* new MemberReader(feed).members();
  } finally {
    await feed.close();
  }
}

class MemberReader {
  readonly #feed: ByteFeed;
  #global = new PaxRecords();
  #pax: PaxRecords | undefined;
  #longName: string | undefined;
  #longLink: string | undefined;

  constructor(feed: ByteFeed) {
    this.#feed = feed;
  }

  async *members(): AsyncGenerator<TarMember, void, undefined> {
    let hasEnded = false;
    for (;;) {
      const block = await this.#feed.take(BLOCK_BYTES);
      if (block.length < BLOCK_BYTES) {
        if (block.length > 0 || !hasEnded) throw new FreezerError('corrupt', 'tar: the archive is cut off: it has no end mark');
        return;
      }
      hasEnded = block.every((byte) => byte === 0);
      if (hasEnded) continue;
      const header = readHeader(block);
      if (await this.#takeHeader(header)) continue;
      const member = await this.#member(header);
      this.#pax = this.#longName = this.#longLink = undefined;
      if (member === undefined) continue;
      yield member;
      await member.data.skip();
    }
  }

  /** Whether the block was one that speaks of the next entry. */
  async #takeHeader({ typeflag, size }: TarHeader): Promise<boolean> {
    if (!'xXgLK'.includes(typeflag)) return false;
    if (size > MAX_HEADER_BYTES) throw new FreezerError('corrupt', `tar: a header of ${size} bytes is longer than any can be`);
    const data = await this.#feed.take(size);
    const padding = await this.#feed.take(paddingOf(size));
    if (data.length < size || padding.length < paddingOf(size)) throw new FreezerError('corrupt', 'tar: the archive ends within a header');
    if (typeflag === 'L') this.#longName = data.toString('latin1').replace(/\0.*$/s, '');
    else if (typeflag === 'K') this.#longLink = data.toString('latin1').replace(/\0.*$/s, '');
    else if (typeflag === 'g') this.#global.add(data);
    else {
      this.#pax ??= new PaxRecords(this.#global);
      this.#pax.add(data);
    }
    return true;
  }

  async #member(header: TarHeader): Promise<TarMember | undefined> {
    const pax = this.#pax ?? this.#global;
    const { typeflag } = header;
    const name = pax.get('GNU.sparse.name') ?? this.#longName ?? pax.get('path') ?? header.name;
    const isOldDirectory = (typeflag === '0' || typeflag === '\0') && name.endsWith('/');
    const type = isOldDirectory ? 'directory' : TYPES[typeflag];
    // A hard link has no data, whatever its size says.
    const size = type === 'link' ? 0 : (pax.number('size') ?? header.size);
    if (size < 0) throw new FreezerError('corrupt', 'tar: an entry has a negative size');
    const map = type === 'file' ? await readSparseMap(this.#feed, header, pax) : undefined;
    const dataBytes = size - (map?.bytesRead ?? 0);
    if (map) checkSparseMap(map, dataBytes);
    const data = new MemberData(this.#feed, { bytes: dataBytes, padding: paddingOf(size), name });
    const dumpList = type === 'directory' ? await this.#dumpList(typeflag, pax, data) : undefined;
    if (typeflag === 'V') {
      await data.skip();
      return undefined;
    }
    const entry = entryOf(header, pax, {
      name,
      type: type ?? 'file',
      link: this.#longLink ?? pax.get('linkpath') ?? header.linkName,
      size: map?.realSize ?? size,
    });
    return { entry, name, dumpList, extents: map?.extents, hasAttributes: pax.hasAttributes, refused: refusalOf(type, typeflag, pax), data };
  }

  async #dumpList(typeflag: string, pax: PaxRecords, data: MemberData): Promise<string | undefined> {
    if (typeflag !== 'D') return pax.get('GNU.dumpdir');
    if (data.bytes > MAX_HEADER_BYTES) throw new FreezerError('corrupt', `tar: a dump list of ${data.bytes} bytes is longer than any can be`);
    const parts: Uint8Array[] = [];
    for await (const part of data.chunks()) parts.push(part);
    return Buffer.concat(parts).toString('latin1');
  }
}

const paddingOf = (size: number): number => (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;

function refusalOf(type: EntryType | undefined, typeflag: string, pax: PaxRecords): string | undefined {
  if (typeflag === 'M' || pax.get('GNU.volume.filename') !== undefined) return 'goes on from another volume of the archive, which Freezer never makes';
  return type === undefined ? `is of the kind '${typeflag}', which is not known` : undefined;
}

interface EntryFacts {
  readonly name: string;
  readonly type: EntryType;
  readonly link: string;
  readonly size: number;
}

function entryOf(header: TarHeader, pax: PaxRecords, { name, type, link, size }: EntryFacts): HeldEntry {
  const isDevice = type === 'character' || type === 'block';
  return {
    kind: 'held',
    path: sourcePathOf(name),
    type,
    size: type === 'file' ? size : 0,
    mtimeNs: pax.time('mtime') ?? header.mtimeNs,
    mode: header.mode,
    uid: pax.number('uid') ?? header.uid,
    gid: pax.number('gid') ?? header.gid,
    ...(type === 'symlink' ? { target: link } : {}),
    ...(type === 'link' ? { target: sourcePathOf(link) } : {}),
    ...(isDevice ? { device: { major: header.major, minor: header.minor } } : {}),
  };
}
