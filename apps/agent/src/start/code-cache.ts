import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** What V8 made of chunks, by their names. */
export type CompiledChunks = ReadonlyMap<string, Buffer>;

const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/**
 * Reads a file that `writeCompiled` wrote. Undefined when there is none that is whole, or when it is of another user than the program: V8 believes
 * what it is given.
 *
 * ```text
 * 0  32  SHA-256 of all that follows
 * then for each chunk: length of the name (4 bytes, big endian), name, length of the code (4 bytes), code
 * ```
 */
export function readCompiled(path: string): CompiledChunks | undefined {
  let bytes: Buffer;
  try {
    if (statSync(path).uid !== ownerOfProgram(path)) return undefined;
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  const body = bytes.subarray(DIGEST_BYTES);
  if (body.length === 0 || !digestOf(body).equals(bytes.subarray(0, DIGEST_BYTES))) return undefined;
  const found = new Map<string, Buffer>();
  const parts = partsOf(body);
  for (let name = parts.next().value; name !== undefined; name = parts.next().value) {
    const code = parts.next().value;
    if (code !== undefined) found.set(name.toString(), code);
  }
  return found;
}

function* partsOf(body: Buffer): Generator<Buffer, undefined> {
  for (let at = 0; at + LENGTH_BYTES <= body.length; ) {
    const end = at + LENGTH_BYTES + body.readUInt32BE(at);
    yield body.subarray(at + LENGTH_BYTES, end);
    at = end;
  }
  return undefined;
}

/** The folder of the cache lies in that of the program. */
const ownerOfProgram = (path: string): number => statSync(dirname(dirname(path))).uid;

/** Whether a file may be written there, by the one who owns the program: root leaves nothing in the folders of others. Makes its folder. */
export function mayWrite(path: string): boolean {
  try {
    if (process.getuid?.() !== ownerOfProgram(path)) return false;
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Writes the file as a whole, or not at all: a folder that nobody may write to, or a full disk, costs a later run its quick start and nothing else. */
export function writeCompiled(path: string, chunks: CompiledChunks): void {
  const body = Buffer.concat([...chunks].flatMap(([name, code]) => [Buffer.from(name), code]).flatMap((part) => [lengthOf(part), part]));
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, Buffer.concat([digestOf(body), body]), { mode: 0o644 });
    renameSync(unfinished, path);
  } catch {
    removeQuietly(unfinished);
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was not begun, or the folder takes nothing.
  }
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(part.length);
  return length;
}
