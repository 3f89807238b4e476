import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type BytePath, type CallOptions, FreezerError } from '@freezer/core';
import { sourcePathOf } from './index-line.ts';

const PIECE_BYTES = 256 * 1024;
const NUL = 0;
const LIST_END = Buffer.from([NUL, NUL]);
const HEADER = /^GNU tar-[^\n]{1,100}-2\n$/;
const MAX_FIRST_LINE = 256;
const MAX_RECORD_BYTES = 1024 * 1024 * 1024;

/** What begins a snapshot file: the time from which on a change counts. Texts as they stand in the file. */
export interface SnapshotHeader {
  /** `GNU tar-1.34-2` with its line end. */
  readonly version: string;
  readonly seconds: string;
  readonly nanoseconds: string;
}

/** A directory as tar saw it. Texts as they stand in the file, each char one byte. */
export interface SnapshotRecord {
  readonly nfs: string;
  readonly mtimeSeconds: string;
  readonly mtimeNanoseconds: string;
  readonly device: string;
  readonly inode: string;
  /** `.` or `./a/b`. */
  readonly name: string;
  /** Entries, each a letter (Y: saved, N: unchanged, D: directory), a name and a NUL. */
  readonly list: string;
}

/** A snapshot file that is being read. */
export interface Snapshot {
  readonly header: SnapshotHeader;
  /** Single-use. Fails with `corrupt` when the file ends within a record. Holds one record at a time. */
  records(): AsyncGenerator<SnapshotRecord, void, undefined>;
}

/**
 * Opens a snapshot file of GNU tar (format 2). Undefined for an empty one, which means: save everything.
 * Fails with `unsupported` for another format, with `corrupt` when the beginning is cut off.
 */
export async function openSnapshot(path: string, { signal }: CallOptions = {}): Promise<Snapshot | undefined> {
  const first = await readStart(path);
  if (first.length === 0) return undefined;
  const lineEnd = first.indexOf(10) + 1;
  const version = first.toString('latin1', 0, lineEnd);
  if (!HEADER.test(version)) throw new FreezerError('unsupported', `tar: '${path}' is no snapshot file of format 2: it begins with '${printable(first)}'`);
  const secondsEnd = first.indexOf(NUL, lineEnd);
  const end = secondsEnd < 0 ? -1 : first.indexOf(NUL, secondsEnd + 1);
  if (end < 0) throw new FreezerError('corrupt', `tar: the snapshot file '${path}' is cut off`);
  const header = { version, seconds: first.toString('latin1', lineEnd, secondsEnd), nanoseconds: first.toString('latin1', secondsEnd + 1, end) };
  return { header, records: () => readRecords(path, end + 1, signal) };
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_FIRST_LINE), 0, MAX_FIRST_LINE, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const printable = (bytes: Buffer): string => bytes.toString('latin1', 0, 24).replaceAll(/[^ -~]/g, '?');

async function* readRecords(path: string, start: number, signal: AbortSignal | undefined): AsyncGenerator<SnapshotRecord, void, undefined> {
  let pending: Buffer = Buffer.alloc(0);
  const stream = createReadStream(path, { start, highWaterMark: PIECE_BYTES, ...(signal === undefined ? {} : { signal }) });
  for await (const piece of stream as AsyncIterable<Buffer>) {
    pending = pending.length === 0 ? piece : Buffer.concat([pending, piece]);
    let at = 0;
    for (let found = recordAt(pending, at); found !== undefined; found = recordAt(pending, at)) {
      at = found.end;
      yield found.record;
    }
    pending = pending.subarray(at);
    if (pending.length > MAX_RECORD_BYTES) break;
  }
  if (pending.length > 0) throw new FreezerError('corrupt', `tar: the snapshot file '${path}' ends within a record`);
}

function recordAt(bytes: Buffer, start: number): { record: SnapshotRecord; end: number } | undefined {
  const ends: number[] = [];
  for (let at = start; ends.length < 6; at = (ends.at(-1) ?? 0) + 1) {
    const end = bytes.indexOf(NUL, at);
    if (end < 0) return undefined;
    ends.push(end);
  }
  const field = (index: number): string => bytes.toString('latin1', index === 0 ? start : (ends[index - 1] ?? 0) + 1, ends[index]);
  const listStart = (ends[5] ?? 0) + 1;
  // The list ends with an empty entry, and behind it the record ends with one more NUL.
  const listEnd = bytes[listStart] === NUL ? listStart : bytes.indexOf(LIST_END, listStart) + 1;
  if (listEnd === 0 || listEnd + 2 > bytes.length) return undefined;
  const record: SnapshotRecord = {
    nfs: field(0),
    mtimeSeconds: field(1),
    mtimeNanoseconds: field(2),
    device: field(3),
    inode: field(4),
    name: field(5),
    list: bytes.toString('latin1', listStart, listEnd),
  };
  return { record, end: listEnd + 2 };
}

/** The directory of a record, as a path of the source. */
export const directoryOf = (record: SnapshotRecord): BytePath => sourcePathOf(record.name);

/** The name that tar gives to a path in a snapshot file. */
export const snapshotName = (path: BytePath): string => (path === '.' ? '.' : `./${path}`);

/** The bytes of a record. */
export const formatRecord = (record: SnapshotRecord): string =>
  `${record.nfs}\0${record.mtimeSeconds}\0${record.mtimeNanoseconds}\0${record.device}\0${record.inode}\0${record.name}\0${record.list}\0\0`;

/** Writes a snapshot file with mode 0600, replacing what is there. */
export async function writeSnapshot(path: string, header: SnapshotHeader, records: AsyncIterable<SnapshotRecord>): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    let text = `${header.version}${header.seconds}\0${header.nanoseconds}\0`;
    for await (const record of records) {
      text += formatRecord(record);
      if (text.length >= PIECE_BYTES) {
        await writeText(file, text);
        text = '';
      }
    }
    await writeText(file, text);
  } finally {
    await file.close();
  }
}

async function writeText(file: FileHandle, text: string): Promise<void> {
  await file.writeFile(Buffer.from(text, 'latin1'));
}

/** A file system stamps changes by a clock that ticks every few milliseconds (ext4: up to 10), tar takes its start from a finer one. */
const TICK_NS = 20_000_000n;

/** The same header, a little earlier: what changed in the very tick in which tar began counts as changed. */
export function beforeTick(header: SnapshotHeader): SnapshotHeader {
  const at = BigInt(header.seconds) * 1_000_000_000n + BigInt(header.nanoseconds) - TICK_NS;
  return at < 0n ? header : { ...header, seconds: String(at / 1_000_000_000n), nanoseconds: String(at % 1_000_000_000n) };
}
