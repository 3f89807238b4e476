import { createHash } from 'node:crypto';
import { type DocumentOwner, type Scalar, scalarsOf, wordsOfDocument } from '@freezer/core';

/** What is stored for a document. The document itself is text, so that no key and no value of it can offend the mapping. */
export interface DocumentRecord {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly document: string;
  /** Microseconds since 1970 at which it was created, for the order. */
  readonly created: number;
  readonly revision: number;
  /** Names the write, so that one whose answer got lost can be recognised. */
  readonly write: string;
  /** Any number, another one with each write: their sum tells whether anything changed. */
  readonly mark: number;
  readonly terms: readonly string[];
  readonly words: readonly string[];
  readonly order: Readonly<Record<string, string>>;
}

/** A longer term is kept as its digest. */
const LONGEST_TERM = 300;
/** Words are looked for by what they begin with; no more of them is kept. */
const LONGEST_WORD = 200;
/** Texts are put in order by what they begin with. */
const LONGEST_ORDER = 200;

/** `_id` takes 512 bytes, and a path of a URL not all of them well. */
export const recordId = (id: string): string =>
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/.test(id) ? id : `=${createHash('sha256').update(id).digest('base64url')}`;

/** A key or a path, and what stands there. JSON keeps types apart. */
export function termOf(place: 'key' | 'path', name: string, value: Scalar): string {
  const term = `${place === 'key' ? '' : '.'}${JSON.stringify([name, value])}`;
  return term.length <= LONGEST_TERM ? term : `#${createHash('sha256').update(term).digest('base64url')}`;
}

export const keptWord = (word: string): string => [...word].slice(0, LONGEST_WORD).join('');

/** A text that sorts as the number does. */
export function orderOfNumber(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value === 0 ? 0 : value);
  const isNegative = (bytes[0] ?? 0) >= 0x80;
  for (const [index, byte] of bytes.entries()) bytes[index] = isNegative ? ~byte : index === 0 ? byte | 0x80 : byte;
  return `1${bytes.toString('hex')}`;
}

/** A text that sorts as the value does: numbers before texts before truth values. */
function orderOf(value: Scalar): string | undefined {
  if (typeof value === 'number') return orderOfNumber(value);
  if (typeof value === 'string') return `2${[...value].slice(0, LONGEST_ORDER).join('').replaceAll('\0', '')}`;
  return value === null ? undefined : `3${Number(value)}`;
}

/** The name of a path in `order`; a path that the mapping cannot hold is in none. */
export const orderKey = (path: string): string | undefined =>
  path === '' || path.length > LONGEST_TERM || /\0|^\.|\.$|\.\./.test(path) || path.trim() !== path ? undefined : path;

/** Where a document is found. */
export function entriesOf(document: object): Pick<DocumentRecord, 'terms' | 'words' | 'order'> {
  const terms = new Set<string>();
  const order: Record<string, string> = {};
  for (const { key, path, value } of scalarsOf(document)) {
    const equals = typeof value === 'number' ? [value, String(value)] : [value];
    for (const each of equals) {
      if (key !== undefined && !key.includes('.')) terms.add(termOf('key', key, each));
      if (path?.includes('.')) terms.add(termOf('path', path, each));
    }
    const name = path === undefined ? undefined : orderKey(path);
    const sortedBy = orderOf(value);
    if (name !== undefined && sortedBy !== undefined) order[name] = sortedBy;
  }
  return { terms: [...terms], words: [...wordsOfDocument(document)].map(keptWord), order };
}

/** What is written. */
export function recordOf(
  id: string,
  text: string,
  { owner, ...times }: { readonly owner: DocumentOwner; readonly created: number; readonly revision: number; readonly write: string },
): DocumentRecord {
  const mark = Math.floor(Math.random() * 2 ** 31);
  return { id, project_id: owner.projectId, user_id: owner.userId, document: text, ...times, mark, ...entriesOf(JSON.parse(text) as object) };
}
