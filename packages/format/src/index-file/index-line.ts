import { isUtf8 } from 'node:buffer';
import { type BytePath, bytePathOf, type EntryType, FreezerError, type HeldEntry, type IndexEntry, type SkippedEntry, type SkipReason } from '@freezer/core';

/** The letters of `find -type`, and `h` for a hard link. */
const LETTER_OF: Readonly<Record<EntryType, string>> = {
  file: 'f',
  directory: 'd',
  symlink: 'l',
  link: 'h',
  fifo: 'p',
  character: 'c',
  block: 'b',
  socket: 's',
};
const TYPE_OF: ReadonlyMap<unknown, EntryType> = new Map(Object.entries(LETTER_OF).map(([type, letter]) => [letter, type as EntryType]));
const DELETED = '-';
const SKIPPED = '!';
const REASONS: ReadonlySet<unknown> = new Set<SkipReason>([
  'unreadable',
  'changed',
  'vanished',
  'failed',
  'socket',
  'mount',
  'inode_flags',
  'attributes',
  'own',
]);

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7f]*$/;
const NOT_VISIBLE = /[^\x21-\x7e]|["%\\]/g;

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** `"p":"text"` where the bytes are UTF-8, else `"pb":"%-escaped"`. */
function pathField(name: string, path: BytePath): string {
  if (PLAIN.test(path)) return `"${name}":"${path}"`;
  if (!isUtf8(Buffer.from(path, 'latin1'))) return `"${name}b":"${path.replace(NOT_VISIBLE, percent)}"`;
  // Quoting the bytes is quoting the text: nothing that JSON escapes occurs within a UTF-8 sequence.
  return `"${name}":${JSON.stringify(path)}`;
}

function formatHeld(entry: HeldEntry): string {
  const target = entry.target === undefined ? '' : `,${pathField('l', entry.target)}`;
  const device = entry.device === undefined ? '' : `,"d":[${entry.device.major},${entry.device.minor}]`;
  const owner = `"o":${entry.mode},"u":${entry.uid},"g":${entry.gid}`;
  return `{${pathField('p', entry.path)},"t":"${LETTER_OF[entry.type]}","s":${entry.size},"m":"${entry.mtimeNs}",${owner}${target}${device}}`;
}

/** The line of an entry without its line end: JSON in UTF-8, each char of the string being one byte. */
export function formatIndexLine(entry: IndexEntry): string {
  if (entry.kind === 'held') return formatHeld(entry);
  if (entry.kind === 'deleted') return `{${pathField('p', entry.path)},"t":"${DELETED}"}`;
  const detail = entry.detail === undefined ? '' : `,"e":${bytePathOf(JSON.stringify(entry.detail))}`;
  return `{${pathField('p', entry.path)},"t":"${SKIPPED}","r":"${entry.reason}"${detail}}`;
}

type Fields = Readonly<Record<string, unknown>>;

/** Told to the caller of `parseIndexLine` with the number of the line put before it. */
const malformed = (reason: string): FreezerError => new FreezerError('corrupt', reason);

function readPath(fields: Fields, name: string): BytePath | undefined {
  const path = decodePath(fields, name);
  if (path?.includes('\0')) throw malformed(`'${name}' holds a NUL byte`);
  return path;
}

function decodePath(fields: Fields, name: string): BytePath | undefined {
  const text = fields[name];
  if (typeof text === 'string') return text;
  const escaped = fields[`${name}b`];
  if (text !== undefined || (escaped !== undefined && typeof escaped !== 'string')) throw malformed(`'${name}' is no text`);
  return escaped?.replace(/%([0-9A-Fa-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function readCount(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(`'${name}' is no whole number`);
}

function readTime(value: unknown): bigint {
  if (typeof value === 'string' && /^-?\d{1,40}$/.test(value)) return BigInt(value);
  throw malformed("'m' is no time");
}

function readDevice(value: unknown): { readonly major: number; readonly minor: number } {
  if (!Array.isArray(value) || value.length !== 2) throw malformed("'d' is no device");
  return { major: readCount(value[0], 'd'), minor: readCount(value[1], 'd') };
}

function heldOf(path: BytePath, type: EntryType, fields: Fields): HeldEntry {
  const target = readPath(fields, 'l');
  return {
    kind: 'held',
    path,
    type,
    size: readCount(fields.s, 's'),
    mtimeNs: readTime(fields.m),
    mode: readCount(fields.o, 'o'),
    uid: readCount(fields.u, 'u'),
    gid: readCount(fields.g, 'g'),
    ...(target === undefined ? {} : { target }),
    ...(fields.d === undefined ? {} : { device: readDevice(fields.d) }),
  };
}

function skippedOf(path: BytePath, { r: reason, e: detail }: Fields): SkippedEntry {
  if (typeof reason !== 'string') throw malformed("'r' is no text");
  if (detail !== undefined && typeof detail !== 'string') throw malformed("'e' is no text");
  const text = detail === undefined ? undefined : Buffer.from(detail, 'latin1').toString('utf8');
  if (REASONS.has(reason)) return { kind: 'skipped', path, reason: reason as SkipReason, ...(text === undefined ? {} : { detail: text }) };
  // A reason that only a newer writer knows still means that something is not there.
  return { kind: 'skipped', path, reason: 'failed', detail: text === undefined ? reason : `${reason}: ${text}` };
}

/** The fields of a line, each string in them one byte per char. Undefined for what is no JSON object. */
export function parseFields(line: string): Fields | undefined {
  let value: unknown;
  try {
    // Parsing bytes as if they were chars gives byte strings at once; only an escaped char above ASCII has to be made bytes.
    value = line.includes('\\u')
      ? JSON.parse(Buffer.from(line, 'latin1').toString('utf8'), (_key, part: unknown) => (typeof part === 'string' ? bytePathOf(part) : part))
      : JSON.parse(line);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function readEntry(line: string): IndexEntry | undefined {
  const fields = parseFields(line);
  if (!fields) throw malformed('is no JSON object');
  const { t: letter } = fields;
  if (typeof letter !== 'string') throw malformed("'t' is no text");
  const type = TYPE_OF.get(letter);
  if (!type && letter !== DELETED && letter !== SKIPPED) return undefined;
  const path = readPath(fields, 'p');
  if (path === undefined) throw malformed("neither 'p' nor 'pb'");
  if (type) return heldOf(path, type, fields);
  return letter === DELETED ? { kind: 'deleted', path } : skippedOf(path, fields);
}

/**
 * The entry of a line (each char one byte), or undefined for a kind of line that only a newer writer knows.
 * Fails with `corrupt`; `number` is that of the line in the index, from 1, for the message.
 */
export function parseIndexLine(line: string, number: number): IndexEntry | undefined {
  try {
    return readEntry(line);
  } catch (error) {
    if (!FreezerError.is(error, 'corrupt')) throw error;
    throw new FreezerError('corrupt', `index: line ${number}: ${error.message}`, { details: { object: 'index', line: number } });
  }
}
