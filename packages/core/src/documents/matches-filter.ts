import type { DocumentFilter, DocumentOwner, DocumentScope, FieldMatch, FieldRange, Scalar } from '../store.ts';
import { scalarsOf, valueAt } from './scalars.ts';
import { wordsOf, wordsOfDocument } from './words.ts';

/** Whether a stored value is the one that is asked for: types count, but a stored number also equals its text. */
const equalsScalar = (stored: unknown, wanted: Scalar): boolean =>
  stored === wanted || (typeof stored === 'number' && typeof wanted === 'string' && String(stored) === wanted);

/** `FieldMatch` in memory. */
export function matchesField(document: object, { key, value }: FieldMatch): boolean {
  if (key.includes('.')) return equalsScalar(valueAt(document, key), value);
  for (const found of scalarsOf(document)) if (found.key === key && equalsScalar(found.value, value)) return true;
  return false;
}

/** `DocumentScope` in memory. */
export function inScope(document: object, owner: DocumentOwner, { projectId, userId, shared }: DocumentScope): boolean {
  const own = (projectId === undefined || projectId === owner.projectId) && (userId === undefined || userId === owner.userId);
  return own || (shared !== undefined && matchesField(document, shared));
}

/** What each of these finds: a document is walked once, however many are asked for. */
function heldBy(document: object, fields: readonly FieldMatch[]): (field: FieldMatch) => boolean {
  const values = new Map<string, Set<unknown>>();
  for (const { key } of fields) if (!key.includes('.')) values.set(key, new Set());
  if (values.size > 0) {
    for (const { key, value } of scalarsOf(document)) {
      const found = key === undefined ? undefined : values.get(key);
      // A number also equals its text.
      found?.add(value);
      if (typeof value === 'number') found?.add(String(value));
    }
  }
  return ({ key, value }) => (key.includes('.') ? equalsScalar(valueAt(document, key), value) : (values.get(key)?.has(value) ?? false));
}

function inRange(document: object, { path, from, to }: FieldRange): boolean {
  const value = valueAt(document, path);
  return typeof value === 'number' && (from === undefined || value >= from) && (to === undefined || value <= to);
}

function hasWords(document: object, text: string): boolean {
  const wanted = wordsOf(text);
  if (wanted.length === 0) return true;
  const words = [...wordsOfDocument(document)];
  return wanted.every((prefix) => words.some((word) => word.startsWith(prefix)));
}

/** What `DocumentFilter` says, in memory; the scope is looked at by `inScope`. */
export function matchesFilter(document: object, { match = [], matchNot = [], ranges = [], text }: Omit<DocumentFilter, 'scope'>): boolean {
  const holds = heldBy(document, [...match, ...matchNot]);
  return match.every(holds) && !matchNot.some(holds) && ranges.every((each) => inRange(document, each)) && (text === undefined || hasWords(document, text));
}
