import { types } from 'node:util';
import { FreezerError, messageOf } from '@freezer/core';

/** A row of one of Freezer's own tables; which columns there are depends on its version. */
export type OldRow = Readonly<Record<string, unknown>>;

/** Python writes JSON as bytes into columns of text: SQLite keeps them as a blob, others as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  return types.isAnyArrayBuffer(value) ? Buffer.from(value).toString('utf8') : undefined;
}

export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** MySQL and SQLite have numbers for it. */
export const truthOf = (value: unknown): boolean => value === true || Number(value) > 0;

/** The JSON of a column; undefined when there is none. Fails with `corrupt`, naming the row. */
export function jsonOf(row: OldRow, table: string, column: string): unknown {
  const text = textOf(row[column]);
  if (text === undefined || text === '') return undefined;
  try {
    return (JSON.parse(text) as unknown) ?? undefined;
  } catch (error) {
    throw new FreezerError('corrupt', `the column ${column} of '${textOf(row['id'])}' in the table ${table} is no JSON: ${messageOf(error)}`, { cause: error });
  }
}

type Item = Record<string, unknown>;

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);

export const objectOf = (row: OldRow, table: string, column: string): Item => {
  const value = jsonOf(row, table, column);
  return isItem(value) ? value : {};
};

export const listOf = (row: OldRow, table: string, column: string): Item[] => {
  const value = jsonOf(row, table, column);
  return Array.isArray(value) ? value.filter(isItem) : [];
};
