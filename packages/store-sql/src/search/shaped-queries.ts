import { isDeepStrictEqual } from 'node:util';
import type { CompiledQuery } from 'kysely';

/**
 * Queries that are put into words once for each `shape`; after that only their parameters are others. They stand in the order in which the query
 * names them. Building and compiling a query anew takes longer than SQLite takes to answer it.
 */
export interface ShapedQueries {
  rows<R>(shape: string, parameters: readonly unknown[], build: () => CompiledQuery<R>): Promise<readonly R[]>;
  /** Of queries that find one row or none. */
  row<R>(shape: string, parameters: readonly unknown[], build: () => CompiledQuery<R>): Promise<R | undefined>;
}

/** Runs the text of a query. */
export interface QueryRunner {
  rows(text: string, parameters: readonly unknown[]): Promise<readonly unknown[]> | readonly unknown[];
  row(text: string, parameters: readonly unknown[]): unknown;
}

const KEPT_SHAPES = 256;

export function shapedQueries(runner: QueryRunner): ShapedQueries {
  const texts = new Map<string, string>();
  const textOf = (shape: string, parameters: readonly unknown[], build: () => CompiledQuery<unknown>): string => {
    const known = texts.get(shape);
    if (known !== undefined) return known;
    const compiled = build();
    if (!isDeepStrictEqual(compiled.parameters, parameters)) throw new TypeError(`the parameters of a query differ from those that it names: ${compiled.sql}`);
    if (texts.size >= KEPT_SHAPES) texts.clear();
    texts.set(shape, compiled.sql);
    return compiled.sql;
  };
  return {
    rows: async <R>(shape: string, parameters: readonly unknown[], build: () => CompiledQuery<R>) =>
      (await runner.rows(textOf(shape, parameters, build), parameters)) as readonly R[],
    row: async <R>(shape: string, parameters: readonly unknown[], build: () => CompiledQuery<R>) =>
      (await runner.row(textOf(shape, parameters, build), parameters)) as R | undefined,
  };
}
