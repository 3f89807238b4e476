import type { JsonValue } from '@freezer/models';
import type { Cell } from '../output/cell.ts';

/** A document as it came: servers differ in what they leave out, so nothing is taken for granted. */
export type Raw = { readonly [key: string]: JsonValue | undefined };

/** Documents are JSON; their types say which. */
export function rawOf(document: object): Raw {
  return document as Raw;
}

export function jsonOf(document: unknown): JsonValue {
  return document as JsonValue;
}

/** A member that is an object; else an empty one. */
export function memberOf(document: Raw, name: string): Raw {
  const value = document[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

/** The value, null included, or `absent` when the document has no such member. */
export function cell(document: Raw, name: string, absent: Cell = null): Cell {
  return Object.hasOwn(document, name) ? document[name] : absent;
}

export function countOf(value: JsonValue | undefined): number {
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
